"""Constructs: one public construct a file, its props above it."""
