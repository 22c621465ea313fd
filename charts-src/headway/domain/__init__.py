"""The nouns of inference on EKS, with units. Frozen, and free of I/O."""
