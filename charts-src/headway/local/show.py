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
        """Starts the show's clock, which goes on where it has been started; its minutes pass at the run's speed."""
        self.by_the_clock = True
        if self._began is None:
            self._began = self._clock.now()
        self._write(self._due())

    async def run(self) -> None:
        """Turns to the survey when its time has come."""
        while True:
            await anyio.sleep(LOOK_SECONDS)
            if self.by_the_clock:
                self._write(self._due())

    def _due(self) -> Mode:
        return "quiz" if (self.seconds or 0) < QUIZ_MINUTES * 60 else "survey"

    def _write(self, mode: Mode) -> None:
        if mode != self.mode:
            self.mode = mode
            self._folder.write(MODE_FILE, mode)
