"""One run: its processes, its loops, and the order in which they come and go."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
from anyio.abc import TaskGroup

from headway.local.addresses import Addresses, claim_addresses
from headway.local.audit import Audit
from headway.local.chaos import Chaos
from headway.local.clock import Clock
from headway.local.control import ControlParts, create_app
from headway.local.engine_command import program
from headway.local.first_answer import FirstAnswer
from headway.local.fleet import Fleet
from headway.local.gateway import gateway_start
from headway.local.gateway_scrape import GatewayScrape
from headway.local.kept import Keep, Kept
from headway.local.keys import Keys
from headway.local.load import PROFILES, Load, Target
from headway.local.nodes import Nodes
from headway.local.options import Options
from headway.local.pages import Pages
from headway.local.rendered import Rendered, upstream_entries
from headway.local.run_folder import RunFolder
from headway.local.samples import Samples
from headway.local.scraping import pause, scrape, wanted
from headway.local.show import SHOW_MINUTES, Show
from headway.local.state import state
from headway.local.storage import storage_kept, stored_answers
from headway.local.summary import Summary
from headway.local.traffic import Traffic
from headway.local.upstreams import Upstreams
from headway.local.watch import Watch
from headway.local.web_server import listen, serve
from headway.local.welcome import PLAYED, REAL, say_what_this_is, show_the_way
from headway.local.world import World

END_SECONDS = 5.0
"""Real seconds that processes get to end by themselves."""
SETTLE_SECONDS = 30.0
"""Real seconds that requests in flight get at the end of a duration."""
STATE_SECONDS = 1.0


class Running:
    """Everything of one run."""

    def __init__(self, options: Options, rendered: Rendered, folder: RunFolder, programs: Path) -> None:
        self.options, self.rendered, self.folder = options, rendered, folder
        self._programs = programs
        self._keys = Keys()
        self._traffic = Traffic()
        self._stored = 0
        self._id = secrets.token_hex(8)
        self._began = datetime.now(UTC)
        self._asked = self._began.timestamp() if options.began is None else options.began

    def prepare(self, tasks: TaskGroup) -> None:
        """Makes the parts; nothing runs yet. Pods will live in `tasks`. Raises `CannotRun`."""
        options, folder = self.options, self.folder
        program("headway-model-server", self._programs)
        self._series = wanted(deployment.law for deployment in self.rendered.deployments)
        clock = Clock(options.speed)
        self._addresses: Addresses = claim_addresses(options, self._keys)
        self.world = World(
            options,
            clock,
            folder,
            Samples(),
            Nodes(clock, tasks),
            Upstreams(folder, upstream_entries(self.rendered.gateway)),
            Audit(folder),
            Watch(clock.real),
            self._programs,
        )
        busiest = max(self.rendered.deployments, key=lambda one: one.law.keda.max_replicas)
        self._fleets = [
            Fleet(self.world, deployment, tasks, bool(options.real_engine) and deployment is busiest)
            for deployment in self.rendered.deployments
        ]
        self._storage = Kept(self.world, storage_kept(self._addresses.s3, self._addresses.s3_port))
        self._gateway = self._make_gateway()
        metrics = f"{self._addresses.admin}/metrics"
        self._gateway_scrape = GatewayScrape(self.world.samples, clock, metrics, self._traffic, self._series)
        self._first_answer = FirstAnswer(self._asked, self.world.watch.say)
        self._show = Show(folder, clock)
        self._chaos = Chaos(self.world, self._fleets, self._storage, tasks)
        target = Target(self._addresses.gateway_here, self._keys.load, busiest.model)
        self._load = Load(self.world, target, self._show, tasks)
        if options.load:
            self._load.check()

    def _make_gateway(self) -> Kept:
        addresses = self._addresses
        made = gateway_start(
            self.rendered.gateway, self.folder, self._programs, self.options.host,
            (addresses.gateway_port, addresses.admin_port), addresses.s3, list(addresses.origins), self._keys,
        )  # fmt: skip
        self._replacements = made.replacements
        pod = self.rendered.gateway
        kept = Keep(
            "gateway", made.command, addresses.admin, pod.probes, pod.grace_seconds, made.environment,
            died=self._traffic.gateway_died,
        )  # fmt: skip
        return Kept(self.world, kept)

    async def start(self, loops: TaskGroup) -> None:
        """Starts the processes in order, then every loop. Raises `CannotRun`."""
        say_what_this_is(self.world, self.rendered.name, self._replacements)
        async with anyio.create_task_group() as starting:
            starting.start_soon(self._storage.start)
            starting.start_soon(self._gateway.start)
        await self._gateway_scrape.once()  # before the first poll, which would find no metrics
        for loop in (
            self._storage.keep,
            self._gateway.keep,
            self._show.run,
            self._scrape_engines,
            self._scrape_gateway,
        ):
            loops.start_soon(loop)
        for fleet in self._fleets:
            loops.start_soon(fleet.run)
        loops.start_soon(self._consolidate)
        loops.start_soon(self._report)
        listening = listen(self.options.host, self._addresses.control_port)
        loops.start_soon(serve, create_app(self._control_parts()), listening, self.world.watch.close)
        reach = {"control": self._addresses.control_here, "token": self._keys.control}
        keys = {"audience_key": self._keys.audience, "presenter_key": self._keys.presenter}
        servers = {
            "gateway": self._addresses.gateway_here,
            "gateway_admin": self._addresses.admin,
            "s3": self._addresses.s3,
        }
        self.folder.reach(**reach, **keys, **servers, environment=self.rendered.name)
        await show_the_way(self.world, self._addresses)
        if self.options.load in PROFILES:
            await self._load.begin(next(name for name in PROFILES if name == self.options.load), self.options.speed)

    async def last(self) -> None:
        """Until the duration is over, and what is in flight then is answered; without one, for ever."""
        if self.options.duration_seconds is None:
            await anyio.sleep_forever()
        else:
            await anyio.sleep(self.options.duration_seconds)
            await self._load.stop()
            with anyio.move_on_after(SETTLE_SECONDS):
                await self._gateway_scrape.once()
                while self._traffic.in_flight:
                    await anyio.sleep(0.2)

    async def end(self) -> Summary:
        """Counts, then ends every process within `END_SECONDS` or a little more."""
        await self._load.stop()
        await self._gateway_scrape.once()
        if self.options.duration_seconds is not None:
            self._traffic.gateway_died()  # whoever still waits now is cut by us, and counts as failed
        self._first_answer.look(self.world.samples)
        stored = await stored_answers(self._addresses.s3)
        summary = self._summary(stored)
        async with anyio.create_task_group() as ending:
            for fleet in self._fleets:
                ending.start_soon(fleet.stop, END_SECONDS)
            ending.start_soon(self._gateway.stop, END_SECONDS)
            ending.start_soon(self._storage.stop, 1.0)
        return summary

    def _summary(self, stored: int | None) -> Summary:
        return Summary(
            requests=self._traffic.requests(),
            replicas_most={fleet.deployment.name: fleet.most for fleet in self._fleets},
            scaling_events=[event.message() for event in self.world.audit.events],
            surveys=self._traffic.surveys(),
            usd_total=self.world.nodes.settle(),
            nodes_launched=self.world.nodes.launched,
            seconds=self.world.clock.real(),
            speed=self.options.speed,
            stored=stored,
            load=self._load.result,
            first_answer_seconds=self._first_answer.seconds,
        )

    # loops

    async def _scrape_engines(self) -> None:
        while True:
            await pause(self.world.clock, self.rendered.engines.interval_seconds)
            async with anyio.create_task_group() as scrapes:
                for fleet in self._fleets:
                    for replica in fleet.replicas:
                        if replica.ready_at is not None:
                            url = f"{replica.url}/metrics"
                            where = (self.world.samples, self.world.clock, replica.name, url)
                            scrapes.start_soon(scrape, *where, self._series, self.rendered.engines)

    async def _scrape_gateway(self) -> None:
        while True:
            await pause(self.world.clock, self.rendered.gateway_scrape_seconds)
            await self._gateway_scrape.once()
            self._first_answer.look(self.world.samples)

    async def _consolidate(self) -> None:
        while True:
            await anyio.sleep(STATE_SECONDS)
            for node in self.world.nodes.consolidate():
                waited = node.offer.consolidate_after_seconds
                self.world.watch.say(f"Karpenter (played) takes {node.name} back: empty for {waited:.0f} s")

    async def _report(self) -> None:
        while True:
            await anyio.sleep(STATE_SECONDS)
            stored = await stored_answers(self._addresses.s3)
            self._stored = self._stored if stored is None else stored
            content = state(self.world, self._fleets, self._traffic, self._show, self._stored)
            self.world.watch.publish("state", {**content, "load": self._load.state()})

    # words

    def _control_parts(self) -> ControlParts:
        addresses = self._addresses
        return ControlParts(
            token=self._keys.control,
            runtime=self._runtime,
            origins=addresses.origins,
            hello=self._hello,
            past=lambda: [event.message() for event in self.world.audit.events],
            watch=self.world.watch,
            chaos=self._chaos,
            load=self._load,
            show=self._show,
            pages=Pages(self.options.pages, addresses.gateway, addresses.servers),
            speed=self.options.speed,
        )

    def _runtime(self, authority: str) -> dict[str, str]:
        opened = self._addresses.opened_at(authority)
        return {
            "api": opened.gateway,
            "control": opened.url,
            "audience_url": self._addresses.audience_url,
            "model": self._load.model,
            "run": self._id,
        }

    def _hello(self) -> dict[str, Any]:
        return {
            "environment": self.rendered.name,
            "started_at": self._began.isoformat(timespec="seconds"),
            "speed": self.options.speed,
            "real": list(REAL),
            "played": list(PLAYED),
            "show_minutes": SHOW_MINUTES,
        }
