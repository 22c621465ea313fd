"""How long a kubelet waits before it starts a container again, and what is said of it.

Of the cluster's time: 10 s, doubled at each crash up to 5 minutes, and anew after 10 minutes without one.
"""

from headway.local.world import World

FIRST_SECONDS, MOST_SECONDS = 10.0, 300.0
FORGIVEN_SECONDS = 600.0


class Restarts:
    """Crashes of one container."""

    def __init__(self, world: World, name: str) -> None:
        self._world, self._name = world, name
        self._in_a_row = 0
        self._began = world.clock.now()

    def begin(self) -> None:
        """It is started."""
        self._began = self._world.clock.now()

    async def back_off(self, why: str) -> None:
        """It has ended, or could not be started: says so at the terminal and in the page, then waits."""
        if self._world.clock.now() - self._began >= FORGIVEN_SECONDS:
            self._in_a_row = 0
        seconds = min(MOST_SECONDS, FIRST_SECONDS * 2.0 ** min(self._in_a_row, 10))
        self._in_a_row += 1
        self.tell(f"{self._name} {why} and is started again after {seconds:g} s of the cluster (CrashLoopBackOff)")
        await self._world.clock.sleep(seconds)

    def tell(self, text: str) -> None:
        """To everybody who watches the run."""
        content = {"t": round(self._world.clock.now(), 2), "fault": "restart", "target": self._name, "text": text}
        self._world.watch.publish("chaos", content)
        self._world.watch.say(text)
