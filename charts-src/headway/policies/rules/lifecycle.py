"""A model server's life: how it starts, when it is ready, how it stops."""

import re
from collections.abc import Iterator

from headway.policies.finding import Severity
from headway.policies.index import Index
from headway.policies.manifest import Field
from headway.policies.model_server import ModelServer, answering_servers, flat, model_servers
from headway.policies.node_pools import Requirement, node_pools
from headway.policies.pods import Pod
from headway.policies.rule import Hit, rule
from headway.policies.start_time import start_time
from headway.recipes.lifecycle import SPOT_NOTICE_SECONDS

LEAST_STARTUP_SECONDS = 120
"""Container start to serving: weights, compilation and graphs took 51 s with a warm cache in the one measured breakdown, and
60 s of compilation come on top without it. Estimate, rounded to the next minute."""
CERTAIN_STARTUP_SECONDS = 60
"""No engine with a GPU was seen to serve sooner than this minus a margin."""
DEFAULT_GRACE_SECONDS = 30
_CLASHING = frozenset({"vllm", "vllm-dp-master"})
"""Names of Services whose NAME_PORT is a setting of vLLM's."""
DEFAULT_DEADLINE_SECONDS = 600
SHUTDOWN_FLAG_SINCE = (0, 20, 0)
"""Releases before this one are not asked for --shutdown-timeout. Estimate: the flag is in 0.32, the older samples lack it."""


@rule(
    "drain-missing",
    traps=("V1", "V2"),
    severity="warning",
    proves="A model server finishes running streams when its pod is told to stop.",
    needs="The server's flags and its pod; vLLM alone, which does not drain by itself.",
    remedy="--shutdown-timeout 60, a preStop sleep of 10 s, terminationGracePeriodSeconds: 90",
)
def drain_missing(index: Index) -> Iterator[Hit]:
    """On SIGTERM vLLM stops at once unless `--shutdown-timeout` says otherwise: every stream ends in the middle, at each
    scale-down, rollout and node replacement. While it drains it answers new requests with 500 and /health with 200, so a
    preStop sleep must let the endpoints leave first. Images older than the flag are not judged; where the image does not
    tell the release, it is a note."""
    for server in index.derive(answering_servers):
        if server.engine != "vllm" or (server.version and server.version < SHUTDOWN_FLAG_SINCE):
            continue
        seconds = server.whole_number("shutdown-timeout")
        if not seconds and "$" not in (server.flags.get("shutdown-timeout") or ""):
            known = server.version or server.follows_upstream
            message = "SIGTERM aborts every running stream: --shutdown-timeout is 0"
            yield Hit(server.container, message, severity=None if known else "note")
        elif not server.container.at("lifecycle", "preStop"):
            yield Hit(server.container, "drains without a preStop pause: requests that still arrive get 500")


@rule(
    "grace-shorter-than-drain",
    traps=("V1", "C7"),
    severity="error",
    proves="The grace period holds the preStop pause and the drain.",
    needs="The server's flags, its preStop and its grace period.",
    remedy="terminationGracePeriodSeconds above preStop plus --shutdown-timeout",
)
def grace_shorter_than_drain(index: Index) -> Iterator[Hit]:
    """The kubelet kills the container when the grace period ends, whatever it is doing; the preStop pause counts. The
    default is 30 s. On spot the notice is two minutes: a longer drain is cut there, which the rule says as a note for pods
    that can only land on spot."""
    for server in index.derive(model_servers):
        pause, drain = _pause(server), server.whole_number("shutdown-timeout") or 0
        grace = server.pod.spec.at("terminationGracePeriodSeconds")
        seconds = grace.integer() if grace else DEFAULT_GRACE_SECONDS
        if seconds is not None and pause + drain and seconds <= pause + drain:
            place = grace if grace else server.pod.spec
            yield Hit(
                place,
                f"has {seconds} s for a pause of {pause} s and a drain of {drain} s",
                f"terminationGracePeriodSeconds: {pause + drain + 15}",
            )
        elif pause + drain > SPOT_NOTICE_SECONDS and _on_spot(index, server.pod):
            message = f"pauses {pause} s and drains {drain} s, a spot notice is {SPOT_NOTICE_SECONDS} s"
            yield Hit(server.place("--shutdown-timeout"), message, "keep their sum below 110 s on spot", "note")


def _pause(server: ModelServer) -> int:
    """Seconds that preStop sleeps; 0 where it does something else."""
    hook = server.container.at("lifecycle", "preStop")
    if isinstance(slept := hook.integer("sleep", "seconds"), int):
        return slept
    words = flat(tuple(word.scalar() or "" for word in hook.each("exec", "command")))
    for position, word in enumerate(words[:-1]):
        if word.rpartition("/")[2] == "sleep" and re.fullmatch(r"\d+s?", words[position + 1]):
            return int(words[position + 1].removesuffix("s"))
    return 0


def _on_spot(index: Index, pod: Pod) -> bool:
    """Whether every machine it may land on is spot: by its own selector, or by all pools that are open to it."""
    if {"spot", "SPOT"} & set(pod.spec.labels("nodeSelector").values()):
        return True
    pools = [pool for pool, machines in index.derive(node_pools).open_to(pod) if machines]
    return bool(pools) and all(any(_is_spot_only(r) for r in pool.requirements) for pool in pools)


def _is_spot_only(requirement: Requirement) -> bool:
    capacity = requirement.key == "karpenter.sh/capacity-type" and requirement.operator == "In"
    return capacity and set(requirement.values) == {"spot"}


@rule(
    "service-named-vllm",
    traps=("V3",),
    severity="error",
    proves="No Service gives vLLM's pods variables that vLLM reads as its own settings.",
    needs="The Service and a vLLM pod in its namespace.",
    remedy="enableServiceLinks: false in the pod",
)
def service_named_vllm(index: Index) -> Iterator[Hit]:
    """For a Service `vllm` Kubernetes puts VLLM_PORT=tcp://10.0.0.1:80 into every pod of the namespace; vLLM takes it for its
    port and refuses to start. Other names beginning with vllm- give variables it only warns of. Pods with
    `enableServiceLinks: false`, or that set the variable themselves, are safe."""
    services = [s for s in index.of_kind("Service") if not s.group and s.name in _CLASHING]
    for server in index.derive(model_servers) if services else ():
        if server.engine != "vllm" or server.pod.spec.at("enableServiceLinks").value is False:
            continue
        for service in services:
            owner = server.pod.owner
            near = service.folder == owner.folder or (service.namespace and service.namespace == owner.namespace)
            variable = f"{service.name.upper().replace('-', '_')}_PORT"
            if near and service.shares_namespace(owner) and variable not in server.container.environment:
                links = server.pod.spec.at("enableServiceLinks")
                place = links if links else server.pod.spec
                yield Hit(place, f"gets {variable}=tcp://… from Service {service.name}; vLLM refuses to start")
                break


@rule(
    "probe-on-wrong-endpoint",
    traps=("V4",),
    severity="error",
    proves="Every probe of a model server asks /health on the port it listens on.",
    needs="The probe, the server's flags and ports.",
    remedy="httpGet: {path: /health, port: 8000}",
)
def probe_on_wrong_endpoint(index: Index) -> Iterator[Hit]:
    """/health answers as soon as the engine can serve. /v1/models needs the API key once there is one (the probe then gets
    401 and the pod is never ready), and is slower under load: without a key it is a note. vLLM serves metrics on the API's
    own port; a probe on another port finds nobody. Pods with several containers may have that port elsewhere: only
    servers alone in their pod are judged for the port."""
    for server in index.derive(answering_servers):
        for name in ("startupProbe", "readinessProbe", "livenessProbe"):
            get = server.container.at(name, "httpGet")
            if not get:
                continue
            path, port = get.at("path"), get.at("port")
            keyed = "api-key" in server.flags or "VLLM_API_KEY" in server.container.environment
            if (path.text() or "").rstrip("/").endswith("/v1/models"):
                headers = get.each("httpHeaders")
                severity: Severity | None = "note" if headers or not keyed else None
                yield Hit(path, f"{name} asks {path.text()}, which {_models(keyed)}", severity=severity)
            number = server.pod.ports.get(port.text() or "") if port.text() else port.integer()
            if None not in (number, server.port) and number != server.port and len(server.pod.containers) == 1:
                yield Hit(port, f"{name} asks port {number}, the server listens on {server.port}")


def _models(keyed: bool) -> str:
    return "answers 401 without the API key" if keyed else "will answer 401 once an API key is set; /health never does"


@rule(
    "probes-missing",
    traps=("N1",),
    severity="warning",
    proves="Every model server has a readiness probe.",
    needs="The container.",
    remedy="""readinessProbe:
  httpGet: {path: /health, port: 8000}""",
)
def probes_missing(index: Index) -> Iterator[Hit]:
    """Without one the pod counts as ready when its process starts: for the minutes in which weights load, the Service sends
    it traffic and clients get connection refused. A startup probe alone is enough for that, as readiness begins after it."""
    for server in index.derive(answering_servers):
        probes = ("readinessProbe", "startupProbe")
        if not any(server.container.at(name).entries() for name in probes):
            yield Hit(server.container, "has no readiness probe: traffic arrives while weights load")


@rule(
    "startup-budget-too-short",
    traps=("V5",),
    severity="error",
    proves="No probe kills a model server before it can have loaded its weights.",
    needs="The startup and liveness probes; for a prediction also a model of the catalog and the machines.",
    remedy="""startupProbe:
  httpGet: {path: /health, port: 8000}
  periodSeconds: 5
  failureThreshold: 120""",
)
def startup_budget_too_short(index: Index) -> Iterator[Hit]:
    """A startup probe that gives up, or a liveness probe without a startup probe before it, restarts the container while it
    loads: it begins anew, and never serves. Where the catalog knows the model and the machines, loading, compiling and
    starting are predicted: a budget below the best case (kernels compiled before, full network credit) is an error, one
    below the expected case a warning. Elsewhere a minute or two is what was measured with a warm cache: budgets below one
    minute are errors, below two minutes warnings. Servers without these probes are not judged."""
    for server in index.derive(answering_servers):
        startup, liveness = server.container.at("startupProbe"), server.container.at("livenessProbe")
        name, probe = ("startupProbe", startup) if startup else ("livenessProbe", liveness)
        budget = _budget(probe) if probe.entries() else None
        if budget is None:
            continue
        known = start_time(index, server)
        least = known.least_seconds if known else CERTAIN_STARTUP_SECONDS
        if budget < (known.expected_seconds if known else LEAST_STARTUP_SECONDS):
            what = f"loading a model takes about {LEAST_STARTUP_SECONDS} s or more"
            if known:
                times = f"{known.expected_seconds:.0f} s on {known.machine}, {known.least_seconds:.0f} at best"
                what = f"{known.model} takes {times}"
            message = f"{name} restarts it after {budget} s, {what}"
            yield Hit(probe, message, severity=None if budget < least else "warning")


def _budget(probe: Field) -> int | None:
    """Seconds until a probe gives up on a container that never answers; `None` where a value is no number."""
    stated = [
        probe.integer(key) if probe.at(key) else default
        for key, default in (("initialDelaySeconds", 0), ("periodSeconds", 10), ("failureThreshold", 3))
    ]
    delay, period, failures = stated
    return None if delay is None or period is None or failures is None else delay + period * failures


@rule(
    "progress-deadline-too-short",
    traps=("V5",),
    severity="warning",
    proves="A rollout is given more time than its own startup probe.",
    needs="The Deployment and its startup probe.",
    remedy="progressDeadlineSeconds above the startup budget and the time a node takes",
)
def progress_deadline_too_short(index: Index) -> Iterator[Hit]:
    """Deployments count as failed after 600 s unless they say otherwise; a pod that may take longer to start by its own
    probe makes Argo CD call a healthy rollout Degraded. Node and image come on top of the probe's budget."""
    for server in index.derive(answering_servers):
        owner = server.pod.owner
        startup = server.container.at("startupProbe")
        budget = _budget(startup) if startup.entries() else None
        deadline = owner.at("spec", "progressDeadlineSeconds")
        seconds = deadline.integer() if deadline else DEFAULT_DEADLINE_SECONDS
        if owner.kind == "Deployment" and budget and seconds is not None and seconds < budget:
            place = deadline if deadline else owner.at("spec")
            yield Hit(place, f"fails the rollout after {seconds} s, the startup probe allows {budget} s")


@rule(
    "cpu-limit-of-a-default",
    traps=("V6",),
    severity="warning",
    proves="No model server runs under the CPU or memory limit that cdk8s-plus gives to what states none.",
    needs="The container.",
    remedy="state CPU and memory that fit the engine; leave the CPU limit out",
)
def cpu_limit_of_a_default(index: Index) -> Iterator[Hit]:
    """cdk8s-plus fills in a CPU limit of 1500m and a memory limit of 2048Mi: the engine's processes are throttled while they
    tokenize and killed while they load. No engine with a GPU runs in 2 GiB."""
    for server in index.derive(answering_servers):
        limits = server.container.at("resources", "limits")
        if limits.scalar("memory") in ("2048Mi", "2Gi") and server.flags.get("device") != "cpu":
            yield Hit(limits.at("memory"), f"may use {limits.scalar('memory')}, which no engine loads a model in")
        if limits.scalar("cpu") == "1500m":
            yield Hit(limits.at("cpu"), "may use 1500m CPU: the engine is throttled while it loads and tokenizes")
