"""What a supervisor needs of an engine, wherever it runs."""

from collections.abc import AsyncIterator, Iterable
from typing import Protocol


class Engine(Protocol):
    """A running engine."""

    @property
    def pid(self) -> int:
        """Process that it runs in."""

    @property
    def program(self) -> str:
        """What runs there, for the log."""

    @property
    def tail(self) -> Iterable[str]:
        """The last lines it logged, redacted."""

    @property
    def running(self) -> bool:
        """Whether it has not ended."""

    def lines(self) -> AsyncIterator[str]:
        """What it logs, redacted, until it ends."""

    async def exited(self) -> int:
        """Waits for its end: its exit code, negative for the signal that killed it."""

    def terminate(self) -> None:
        """Asks it to end."""

    def kill(self) -> None:
        """Ends whatever is left of it."""
