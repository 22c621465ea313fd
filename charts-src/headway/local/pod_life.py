"""What happens to one pod, in order: pending, node, pull, load, warm, ready; restarts; its end.

Played are the times up to ready; the process behind it is real and its own probe decides. Answers are not sped up, so
what waits for answers (the grace) is in real seconds.
"""

import signal
from collections.abc import Callable

import anyio

from headway.local.engine_command import engine_command, program
from headway.local.faults import CannotRun
from headway.local.http import fetch
from headway.local.ports import claim
from headway.local.process import start
from headway.local.rendered import Deployment
from headway.local.replica import Replica
from headway.local.world import World
from headway.recipes.cold_start import PhaseName

BACK_OFF_SECONDS, MOST_BACK_OFF_SECONDS = 10.0, 300.0
"""A kubelet's, in the cluster's time: 10 s, doubled at each crash up to 5 minutes."""
ENDPOINTS_SECONDS = 1.5
"""Longest until the gateway has read that a replica is gone; preStop never waits less, in real seconds."""
START_BOUND_SECONDS = 300.0
"""Real seconds that a process may take to its first answer; real vLLM on a CPU takes about a minute."""
PROBE_SECONDS = 0.1
REAL_ENVIRONMENT = {"VLLM_TARGET_DEVICE": "cpu", "VLLM_CPU_KVCACHE_SPACE": "1", "HF_HUB_OFFLINE": "1"}
"""Of real vLLM on a CPU: cache in GiB, and no look at a model hub."""
WATCH_SECONDS = 1.0
FAILURE_THRESHOLD = 2


class PodLife:
    """Drives one replica."""

    def __init__(self, world: World, deployment: Deployment, replica: Replica, changed: Callable[[], None]) -> None:
        self._world, self._deployment, self._replica = world, deployment, replica
        self._changed = changed
        self._scope = anyio.CancelScope()

    async def run(self) -> None:
        """From pending to the end; returns when the pod is gone."""
        with self._scope:
            try:
                await self._get_node()
                while True:
                    await self._serve()
                    await self._back_off()
            finally:
                if self._replica.process is not None:
                    self._replica.process.signal(signal.SIGKILL)

    async def stop(self, grace_seconds: float) -> None:
        """Off the endpoints already: preStop, SIGTERM, the grace, and away."""
        process = self._replica.process
        if process is not None and process.running and self._replica.ready_at is not None:
            await anyio.sleep(max(ENDPOINTS_SECONDS, self._deployment.pre_stop_seconds / self._world.clock.speed))
            await process.stop(grace_seconds)
        self._scope.cancel()

    async def _get_node(self) -> None:
        replica, clock = self._replica, self._world.clock
        await clock.sleep(self._seconds("schedule"))
        boots = {name: self._of(name, "node") for name in self._deployment.cold_starts}
        node = self._world.nodes.place(replica.name, self._deployment.offers, boots)
        replica.node = node
        self._to("node")
        await node.ready.wait()
        if self._deployment.model not in node.images:
            self._to("pull")
            await clock.sleep(self._seconds("pull"))
            node.images.add(self._deployment.model)

    async def _serve(self) -> None:
        """One life of the process, from its start to its end."""
        replica, clock, world = self._replica, self._world.clock, self._world
        self._to("load")
        environment = {} if replica.simulated else REAL_ENVIRONMENT
        process = await start(replica.name, self._command(), world.folder.log(replica.name), environment)
        replica.process = process
        if replica.simulated:
            await clock.sleep(self._seconds("load"))
            self._to("warm")
            await clock.sleep(self._seconds("compile") + self._seconds("ready"))
        if await self._answers():
            replica.ready_at = clock.now()
            self._to("ready")
            async with anyio.create_task_group() as watched:
                watched.start_soon(self._watch)
                await process.ended()
                watched.cancel_scope.cancel()
        code = await process.ended()
        world.samples.gone(replica.name)
        if replica.wanted:
            self._to("load")
            world.watch.say(f"{replica.name} ended with exit code {code} and is started again: {process.log}")

    async def _watch(self) -> None:
        """Keeps readiness by the container's probe until it is cancelled."""
        replica, failures = self._replica, 0
        while True:
            await anyio.sleep(WATCH_SECONDS)
            status, _ = await fetch(replica.url + self._deployment.probe_path)
            failures = 0 if status == 200 else failures + 1
            if replica.phase == "ready" and failures >= FAILURE_THRESHOLD:
                self._to("warm")
            elif replica.phase == "warm" and not failures:
                self._to("ready")

    async def _answers(self) -> bool:
        """Whether the process came to answer its probe; a process that ends has not."""
        replica = self._replica
        with anyio.move_on_after(START_BOUND_SECONDS):
            while replica.process is not None and replica.process.running:
                status, _ = await fetch(replica.url + self._deployment.probe_path)
                if status == 200:
                    return True
                await anyio.sleep(PROBE_SECONDS)
        if replica.process is not None and not replica.process.running and replica.restarts >= FAILURE_THRESHOLD:
            last = replica.process.last_lines()
            raise CannotRun(f"{replica.name} does not start: {last}", f"its log is {replica.process.log}")
        return False

    async def _back_off(self) -> None:
        replica = self._replica
        await self._world.clock.sleep(min(MOST_BACK_OFF_SECONDS, BACK_OFF_SECONDS * 2**replica.restarts))
        if replica.ready_at is None:
            replica.restarts += 1
            replica.port = claim("127.0.0.1", None)  # another program may have been quicker with the last one
        else:
            replica.restarts, replica.ready_at = 0, None

    def _command(self) -> tuple[str, ...]:
        world, deployment, node = self._world, self._deployment, self._replica.node
        recipe = world.folder.write(f"recipes/{deployment.name}.yaml", deployment.recipe) if deployment.recipe else None
        gpu = (node.offer.machine.accelerator if node else None) or ""
        launcher = program("headway-model-server", world.programs)
        return engine_command(
            world.options, deployment, gpu, self._replica.port, recipe, launcher, not self._replica.simulated
        )

    def _to(self, phase: str) -> None:
        if self._replica.wanted:
            self._replica.phase = phase  # type: ignore[assignment]  # literals of the callers
            self._changed()

    def _seconds(self, name: PhaseName) -> float:
        node = self._replica.node
        return self._of(node.offer.machine.name if node else self._deployment.offers[0].machine.name, name)

    def _of(self, machine: str, name: PhaseName) -> float:
        phases = self._deployment.cold_starts[machine].phases
        return next((phase.expected_seconds for phase in phases if phase.name == name), 0.0)
