"""The show's mode: by its clock, quiz to minute 28 and then the survey, or by hand."""

from typing import Literal

import anyio

from headway.local.clock import Clock
from headway.local.gateway import MODE_FILE
from headway.local.run_folder import RunFolder

Mode = Literal["quiz", "survey"]
SHOW_MINUTES, QUIZ_MINUTES = 30, 28
"""The documents' show (001)."""
LOOK_SECONDS = 0.5


class Show:
    """Writes the mode's file, which the gateway follows."""

    def __init__(self, folder: RunFolder, clock: Clock) -> None:
        self._folder, self._clock = folder, clock
        self.mode: Mode = "quiz"
        self.by_the_clock = False
        self._began: float | None = None

    @property
    def seconds(self) -> float | None:
        """The show's time; `None` before its clock was started."""
        return None if self._began is None else self._clock.now() - self._began

    def set(self, mode: Mode) -> None:
        """By hand."""
        self.by_the_clock = False
        self._write(mode)

    def follow_the_clock(self) -> None:
        """Starts the show's clock, whose minutes pass at the run's speed.

        A clock that has been started goes on; taken up by hand after its last minute, it begins anew.
        """
        if self._began is None or (self._over and not self.by_the_clock):
            self._began = self._clock.now()
        self.by_the_clock = True
        self._write(self._due())

    def restart(self) -> None:
        """Begins the show anew, at its first minute."""
        self._began = None
        self.follow_the_clock()

    async def run(self) -> None:
        """Turns to the survey when its time has come."""
        while True:
            await anyio.sleep(LOOK_SECONDS)
            if self.by_the_clock:
                self._write(self._due())

    @property
    def _over(self) -> bool:
        return (self.seconds or 0) >= SHOW_MINUTES * 60

    def _due(self) -> Mode:
        return "quiz" if (self.seconds or 0) < QUIZ_MINUTES * 60 else "survey"

    def _write(self, mode: Mode) -> None:
        if mode != self.mode:
            self._folder.write(MODE_FILE, mode)
            self.mode = mode
