"""The HTTP surface: bodies in, bodies and streams out, as recorded from vLLM 0.32.0."""
