"""Drives the engine in scaled real time: one task, which takes a step, waits until it is over, and hands out its tokens."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from headway.engine import REQUEST_SECONDS, Engine, Limits, Request, Step, StepSeconds
from headway_model_server.simulated.clock import Clock

FORGIVEN_SECONDS = 0.25
"""Real seconds behind its clock after which a driver gives up catching up; beyond them the engine is simply slower."""


class EngineDead(Exception):
    """The engine stopped; whoever waits for tokens gets none."""


@dataclass(slots=True, eq=False)
class Mailbox:
    """Where the tokens of one call arrive: how many each of its sequences has."""

    made: dict[str, int] = field(default_factory=dict)
    dead: bool = False
    _news: bool = False
    _waiter: "asyncio.Future[None] | None" = None

    def wake(self) -> None:
        """Something has changed."""
        self._news = True
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def changed(self) -> None:
        """Waits until something has changed since the last time. Raises `EngineDead`."""
        if not self._news:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        self._news = False
        if self.dead:
            raise EngineDead


class Driver:
    """One engine on a clock. `on_step` sees every step when it is over."""

    def __init__(
        self, limits: Limits, step_seconds: StepSeconds, clock: Clock, on_step: Callable[[Step, Engine], None]
    ) -> None:
        self.engine = Engine(limits, self._slowed)
        self.clock = clock
        self.slow = 1.0
        """Factor on the time of every step."""
        self.late_seconds = 0.0
        """Real seconds that steps came too late and that were given up on."""
        self.alive = True
        self._step_seconds = step_seconds
        self._on_step = on_step
        self._boxes: dict[str, Mailbox] = {}
        self._work = asyncio.Event()

    @property
    def busy(self) -> bool:
        """Whether requests are waiting or running."""
        return bool(self._boxes)

    async def submit(self, requests: list[Request], box: Mailbox) -> None:
        """Hands requests to the engine after the time that HTTP, tokenizer and scheduler take. Raises `EngineDead`."""
        arrived = self.clock.now()
        await self.clock.sleep(REQUEST_SECONDS)
        if not self.alive:
            raise EngineDead
        for request in requests:
            self.engine.add(request, arrived)
            box.made[request.id] = 0
            self._boxes[request.id] = box
        self._work.set()

    def leave(self, box: Mailbox) -> int:
        """Drops what is not finished of a call; returns how many sequences that were."""
        return sum(self._boxes.pop(name, None) is not None and self.engine.abort(name) for name in box.made)

    def stop(self) -> None:
        """Stops the engine at once: nobody gets anything any more, not even an end."""
        self.alive = False

    def die(self) -> None:
        """Stops the engine and tells everybody who waits."""
        self.alive = False
        for box in set(self._boxes.values()):
            box.dead = True
            box.wake()

    async def run(self) -> None:
        """Takes steps until it is stopped."""
        end = self.clock.now()
        while self.alive:
            step = self.engine.step(end)
            if step is None:
                self._work.clear()
                await self._work.wait()
                end = self.clock.now()
                continue
            await self._until(step.end)
            if not self.alive:
                return
            self._hand_out(step)
            end = self._next_start(step.end)

    async def _until(self, end: float) -> None:
        await self.clock.sleep(max(0.0, end - self.clock.now()))

    def _next_start(self, end: float) -> float:
        """The next step follows on this one, unless the machine could not keep up."""
        late = (self.clock.now() - end) / self.clock.speed
        if late <= FORGIVEN_SECONDS:
            return end
        self.late_seconds += late
        return self.clock.now()

    def _hand_out(self, step: Step) -> None:
        boxes = self._boxes
        for sequence in (*step.decoded, *step.prefilled):
            name = sequence.request.id
            box = boxes.get(name)
            if box is not None:
                box.made[name] += 1
                box.wake()
        for sequence in step.finished:
            boxes.pop(sequence.request.id, None)
        self._on_step(step, self.engine)

    def _slowed(
        self, decoding: float, context_tokens: float, prompt_tokens: float = 0.0, prompt_context: float = 0.0, /
    ) -> float:
        return self.slow * self._step_seconds(decoding, context_tokens, prompt_tokens, prompt_context)
