"""Faults that a simulated engine can be told to have, so that what stands before it is tested against them."""
