"""What keeps a local run from starting."""


class CannotRun(Exception):
    """The run cannot start or go on; `hint` says what to do."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.hint = hint
