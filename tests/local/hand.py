"""Time for tests."""

from headway.local.clock import Clock


class Hand(Clock):
    """A clock that a test turns."""

    def __init__(self) -> None:
        super().__init__(1.0)
        self.at = 0.0

    def now(self) -> float:
        return self.at
