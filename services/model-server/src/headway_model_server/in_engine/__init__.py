"""What runs inside the engine's own server process, so that no token passes through another one."""
