"""The command line. Data goes to stdout, talk to stderr; exit codes: 0 well, 1 findings, 2 bad input."""

from headway.cli.main import main

__all__ = ["main"]
