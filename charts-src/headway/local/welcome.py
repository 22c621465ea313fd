"""What a run says at its start: what it is, what is real, where to look."""

import webbrowser
from collections.abc import Iterator, Sequence

import anyio

from headway.local.addresses import Addresses
from headway.local.gateway import Replacement
from headway.local.options import Options
from headway.local.world import World

REAL = (
    "gateway",
    "S3 API (moto)",
    "engines' HTTP, queue and metrics",
    "scrapes",
    "KEDA and its HPA for model servers (pure functions)",
    "load",
)
PLAYED = (
    "the collector's process (its interval and its rules for names are the rendered ones)",
    "Karpenter",
    "nodes and their prices",
    "image pull",
    "loading of weights",
    "prefill and decode of a GPU",
    "HPAs of gateway and frontend (one process each)",
)
WHAT_TO_LOOK_AT = (
    "nothing runs and nothing costs; press Spike in the control room, and a replica goes from node to serving",
    "Requests, Replicas and the dollars move together; the dashed line is what an HPA on CPU would have done",
    "Decisions says why each replica came; so does `headway why`",
    "Break something, and see who notices; the audience's link asks a question of your own",
)


def say_what_this_is(world: World, environment: str, replacements: Sequence[Replacement]) -> None:
    """Before anything runs."""
    say = world.watch.say
    say(f"environment {environment}, as rendered; run folder {world.folder.path}")
    say(f"real:   {', '.join(REAL)}")
    say(f"played: {', '.join(PLAYED)}; {world.options.speed:g} seconds of the cluster pass in one")
    for replacement in replacements:
        say(f"replaced: {replacement}")


async def show_the_way(world: World, addresses: Addresses) -> None:
    """Once the gateway serves: links, and where a person who stays should look."""
    say = world.watch.say
    say(f"ready: gateway {addresses.gateway_here}")
    say(f"control room: {addresses.control_url}")
    say(f"presenter: {addresses.presenter_url}")
    say(f"audience: {addresses.audience_url}")
    for line in _unreachable(world.options, addresses):
        say(f"audience: {line}")
    if world.options.duration_seconds is None:
        for line in WHAT_TO_LOOK_AT:
            say(f"look: {line}")
    if world.options.open_pages:
        opened = await anyio.to_thread.run_sync(webbrowser.open, addresses.control_url, abandon_on_cancel=True)
        if not opened:
            say("no browser was found here: open the control room's link by hand")


def _unreachable(options: Options, addresses: Addresses) -> Iterator[str]:
    """Why phones may not arrive where the audience is told to go, and what helps."""
    stated = addresses.stated
    if stated is None or stated.proxied:
        return
    if not options.lan and not stated.loopback:
        yield f"this run listens on 127.0.0.1 alone; with --lan (make demo LAN=1) phones reach {stated.authority}"
    if stated.port != addresses.control_port:
        yield (
            f"the pages listen on port {addresses.control_port}, not on {stated.port}; "
            f"--port-base {stated.port} (make demo PORT_BASE={stated.port}) takes that one"
        )
