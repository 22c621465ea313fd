"""What happens to one pod, in order: pending, node, pull, load, warm, ready; restarts; its end.

Played are the times up to ready; the process behind it is real and its own probe decides. Answers are not sped up, so
what waits for answers (the grace) is in real seconds.
"""

import signal
from collections.abc import Callable

import anyio

from headway.local.engine_command import engine_command, program
from headway.local.faults import CannotRun
from headway.local.ports import claim
from headway.local.process import Process, start
from headway.local.rendered import Deployment
from headway.local.replica import Replica
from headway.local.restarts import Restarts
from headway.local.world import World
from headway.recipes.cold_start import PhaseName

ENDPOINTS_SECONDS = 1.5
"""Longest until the gateway has read that a replica is gone; preStop never waits less, in real seconds."""
FIRST_STARTS = 3
"""Starts that may fail before a Deployment of which no replica ever answered ends the run."""
REAL_ENVIRONMENT = {"VLLM_TARGET_DEVICE": "cpu", "VLLM_CPU_KVCACHE_SPACE": "1", "HF_HUB_OFFLINE": "1"}
"""Of real vLLM on a CPU: cache in GiB, and no look at a model hub."""


class PodLife:
    """Drives one replica."""

    def __init__(
        self,
        world: World,
        deployment: Deployment,
        replica: Replica,
        changed: Callable[[], None],
        proven: Callable[[], bool],
    ) -> None:
        """`changed` is called at each phase; `proven` says whether any replica of the Deployment has ever answered."""
        self._world, self._deployment, self._replica = world, deployment, replica
        self._changed, self._proven = changed, proven
        self._restarts = Restarts(world, replica.name)
        self._scope = anyio.CancelScope()

    async def run(self) -> None:
        """From pending to the end; returns when the pod is gone."""
        with self._scope:
            try:
                await self._get_node()
                while True:
                    await self._serve()
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
        self._restarts.begin()
        process = await start(replica.name, self._command(), world.folder.log(replica.name), environment)
        replica.process = process
        if replica.simulated:
            await clock.sleep(self._seconds("load"))
            self._to("warm")
            await clock.sleep(self._seconds("compile") + self._seconds("ready"))
        probes = self._deployment.probes
        if await probes.started(replica.url, lambda: process.running):
            replica.ready_at = clock.now()
            self._to("ready")
            async with anyio.create_task_group() as watched:
                watched.start_soon(probes.readiness.watch, replica.url, clock, self._keep_ready)
                watched.start_soon(self._end_when_it_hangs, process)
                await process.ended()
                watched.cancel_scope.cancel()
        else:
            await self._did_not_start(process)
        code = await process.ended()
        world.samples.gone(replica.name)
        if not replica.wanted:
            await anyio.sleep_forever()  # whoever stops the pod ends this
        else:
            self._to("load")
            await self._restarts.back_off(f"ended with exit code {code}")
            self._begin_again()

    def _keep_ready(self, well: bool) -> None:
        """What the container's readiness probe says."""
        if self._replica.phase == "ready" and not well:
            self._to("warm")
        elif self._replica.phase == "warm" and well:
            self._to("ready")

    async def _end_when_it_hangs(self, process: Process) -> None:
        """Acts on the container's liveness probe; nothing in a process that hangs waits in real seconds."""
        liveness = self._deployment.probes.liveness
        if liveness is not None:
            await liveness.fails(self._replica.url, self._world.clock)
            if not self._replica.wanted:
                return  # a pod that ends is not asked any more: it drains
            self._restarts.tell(f"{self._replica.name} fails its liveness probe and is ended")
            await process.stop(self._deployment.grace_seconds / self._world.clock.speed)

    async def _did_not_start(self, process: Process) -> None:
        """Ends what has not answered in time. Raises `CannotRun` where no replica has ever done."""
        if process.running:
            self._restarts.tell(f"{self._replica.name} does not answer its startup probe in time and is ended")
            await process.stop(0)
        if not self._proven() and self._replica.restarts + 1 >= FIRST_STARTS:
            raise CannotRun(f"{self._replica.name} does not start: {process.last_lines()}", f"its log is {process.log}")

    def _begin_again(self) -> None:
        replica = self._replica
        replica.restarts += 1
        if replica.ready_at is None:
            replica.port = claim("127.0.0.1", None)  # another program may have been quicker with the last one
        replica.ready_at = None

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
