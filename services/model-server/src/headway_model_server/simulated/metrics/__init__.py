"""Metrics in the names, types, labels and buckets of vLLM 0.32.0."""
