"""Routes: HTTP in and out; what is decided is decided elsewhere."""
