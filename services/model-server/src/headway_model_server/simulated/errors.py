"""What stops a simulated engine from starting. What it answers to a request is in `api.errors`.

StartError
├── ArgumentError     the command line, as the engine's own parser would say it
└── ModelError        no model card, GPU or room for what is to be served
"""


class StartError(Exception):
    """The simulated engine cannot start; `exit_code` is what the process ends with."""

    exit_code = 1


class ArgumentError(StartError):
    """The engine's arguments are not ones that it has."""

    exit_code = 2


class ModelError(StartError):
    """What is to be served is not known, or does not fit."""
