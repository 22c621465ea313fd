"""Starts a vLLM or SGLang engine, tells the truth about its readiness, and drains it; or simulates one."""
