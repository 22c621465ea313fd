"""The launcher's own process: it starts the engine, reads its log, drains it and ends it."""
