"""Headway: LLM inference on EKS, described in Python, proved before it is merged."""

__version__ = "0.1.0"
