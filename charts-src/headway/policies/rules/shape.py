"""Fields, labels and arguments that are what they seem: known, in their place, of the right type."""

import re
from collections.abc import Iterator
from importlib.resources import files

from headway.domain.fault import did_you_mean
from headway.policies.finding import Severity
from headway.policies.index import Index
from headway.policies.known_fields import KNOWN, known_places
from headway.policies.manifest import Field
from headway.policies.model_server import ModelServer, model_servers
from headway.policies.pods import Container
from headway.policies.rule import Hit, rule

_VALUE = re.compile(r"([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?")
_KEY = re.compile(r"([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?")
FLAGS_FROM = (0, 32, 0)
FLAGS_TO = (0, 33, 99)
"""Releases that the recorded flags hold for."""
GONE_FLAGS: dict[str, tuple[tuple[int, int, int], str]] = {
    "disable-log-requests": ((0, 11, 0), "leave it out: requests are logged only with --enable-log-requests"),
    "swap-space": ((0, 20, 0), "leave it out: the engine preempts by recomputing"),
    "calculate-kv-scales": ((0, 28, 0), "leave it out"),
    "override-attention-dtype": ((0, 28, 0), "leave it out"),
    "use-v2-block-manager": ((0, 11, 0), "leave it out"),
    "num-scheduler-steps": ((0, 11, 0), "leave it out"),
    "device": ((0, 11, 0), "leave it out: the image decides"),
}
"""Flag → release that is known to lack it (the true one may be earlier), and what to do."""

SWITCHES = frozenset(
    {
        "disable-custom-all-reduce",
        "disable-log-stats",
        "enable-auto-tool-choice",
        "enable-expert-parallel",
        "enable-lora",
        "enable-prefix-caching",
        "enforce-eager",
        "headless",
        "trust-remote-code",
    }
)
"""Flags without a value in every release that had them; `enable-chunked-prefill` took one in early releases."""


@rule(
    "field-unknown",
    traps=("N3",),
    severity="error",
    proves="Every field of a workload, scaler or pool is one its kind has, where it has it.",
    needs="The object; kinds whose fields are not listed are passed over.",
    remedy="move the field to where the API has it, or correct its name",
)
def field_unknown(index: Index) -> Iterator[Hit]:
    """The API server drops an unknown field silently or refuses the object, by its settings; either way what the field says
    does not happen. Typical are fields one level too high or too low: `expireAfter` under a NodePool's spec,
    `backoffLimit` inside a pod template, a probe beside the containers. A `strategy` or `template` that is null by
    indentation is found too."""
    for kind in KNOWN:
        for manifest in index.of_kind(kind):
            for place, known, what in known_places(manifest):
                for key, value in place.entries():
                    if key not in known:
                        yield Hit(value, f"{what} has no field {key}", _home(kind, key, known))
                    elif value.value is None and key in ("strategy", "template", "selector", "resources", "spec"):
                        yield Hit(
                            value, f"{what}.{key} is empty: is what follows indented far enough?", severity="warning"
                        )


def _home(kind: str, key: str, known: frozenset[str]) -> str:
    homes = [where for where, fields in KNOWN[kind] if key in fields]
    return f"it belongs in {homes[0]}" if homes else did_you_mean(key, known, "remove it")


@rule(
    "api-group-wrong",
    traps=("N3",),
    severity="error",
    proves="Every well-known kind stands under its own API group.",
    needs="The object.",
    remedy="use the kind's own apiVersion",
)
def api_group_wrong(index: Index) -> Iterator[Hit]:
    """A ServiceMonitor with apiVersion v1 matches no kind: the API server refuses it, and what should be scraped is not."""
    groups = {
        "ServiceMonitor": "monitoring.coreos.com/v1",
        "PodMonitor": "monitoring.coreos.com/v1",
        "PrometheusRule": "monitoring.coreos.com/v1",
        "ScaledObject": "keda.sh/v1alpha1",
        "TriggerAuthentication": "keda.sh/v1alpha1",
        "Deployment": "apps/v1",
        "StatefulSet": "apps/v1",
        "DaemonSet": "apps/v1",
        "NodePool": "karpenter.sh/v1",
        "EC2NodeClass": "karpenter.k8s.aws/v1",
        "HorizontalPodAutoscaler": "autoscaling/v2",
        "PodDisruptionBudget": "policy/v1",
        "NetworkPolicy": "networking.k8s.io/v1",
    }
    for kind, right in groups.items():
        for manifest in index.of_kind(kind):
            if not manifest.group:
                yield Hit(
                    manifest.at("apiVersion"), f"{kind} is no kind of {manifest.api_version}", f"apiVersion: {right}"
                )


@rule(
    "value-not-text",
    traps=("N13",),
    severity="error",
    proves="Labels, annotations, variables and trigger metadata are texts, as the API demands.",
    needs="The object.",
    remedy="put it in quotes",
)
def value_not_text(index: Index) -> Iterator[Hit]:
    """`true`, `8000` or `1.0` without quotes is a boolean or a number: the API server answers "cannot unmarshal bool into
    Go value of type string" and refuses the whole object. YAML reads `yes`, `on` and `0777` as such too. A null element is
    what a template leaves behind."""
    for manifest in index.manifests:
        for part in ("labels", "annotations"):
            yield from _texts(manifest.at("metadata", part), part[:-1])
    for pod in index.pods:
        for part in ("labels", "annotations"):
            yield from _texts(pod.template.at("metadata", part), part[:-1]) if pod.template is not pod.owner else ()
        yield from _texts(pod.spec.at("nodeSelector"), "nodeSelector")
        for container in pod.all_containers:
            for entry in container.each("env"):
                value = entry.at("value")
                if value and not isinstance(value.value, str):
                    yield Hit(
                        value, f"variable {entry.text('name')} is {_shown(value)}, not a text", _quoted("value", value)
                    )
    for scaler in index.of_kind("ScaledObject"):
        for trigger in scaler.each("spec", "triggers"):
            yield from _texts(trigger.at("metadata"), "trigger metadata")
    for config in index.of_kind("ConfigMap"):
        yield from _texts(config.at("data"), "data")


def _texts(mapping: Field, what: str) -> Iterator[Hit]:
    for key, value in mapping.entries():
        if value and not isinstance(value.value, str):
            yield Hit(value, f"{what} {key} is {_shown(value)}, not a text", _quoted(key, value))


def _shown(value: Field) -> str:
    kinds = {bool: "a boolean", int: "a number", float: "a number", dict: "a mapping", list: "a list"}
    kind = next((name for kind, name in kinds.items() if isinstance(value.value, kind)), "of another type")
    return f"{value.scalar()} ({kind})" if value.scalar() else kind


def _quoted(key: str, value: Field) -> str:
    return f'{key}: "{value.scalar()}"' if value.scalar() else "make it a text"


@rule(
    "label-invalid",
    traps=("N13",),
    severity="error",
    proves="Every label is one the API takes.",
    needs="The object.",
    remedy="letters, digits, dashes, underscores and dots, at most 63, beginning and ending with a letter or digit",
)
def label_invalid(index: Index) -> Iterator[Hit]:
    """The API server refuses the object. Model names are the usual cause: `meta-llama/Llama-3.1-8B` is no label value, it
    belongs into an annotation."""
    places = [manifest.at("metadata", "labels") for manifest in index.manifests]
    places += [pod.template.at("metadata", "labels") for pod in index.pods if pod.template is not pod.owner]
    places += [m.at("spec", "selector", "matchLabels") for m in index.of_kind("Deployment", "StatefulSet", "DaemonSet")]
    for place in places:
        for key, value in place.entries():
            text = value.text()
            if text is not None and not set("$<{") & set(text) and not _VALUE.fullmatch(text):
                yield Hit(value, f"label {key}: {text!r} is no label value")
            elif not _KEY.fullmatch(key) and "$" not in key:
                yield Hit(value, f"{key!r} is no label name")


@rule(
    "argument-empty",
    traps=("N13",),
    severity="error",
    proves="No command or argument is null, empty or something other than a text.",
    needs="The container.",
    remedy="remove the element, or quote it",
)
def argument_empty(index: Index) -> Iterator[Hit]:
    """A template that found no value leaves `-` or `- ""`: the API server refuses a null, and an engine takes an empty word
    for the model or for a flag's value. Numbers and booleans in the list are refused as well."""
    for pod in index.pods:
        for container in pod.all_containers:
            yield from _empty(container)


def _empty(container: Container) -> Iterator[Hit]:
    for key in ("command", "args"):
        stated = container.at(key)
        if isinstance(stated.value, str):
            yield Hit(stated, f"{key} is a text; the API takes a list", f'{key}: ["{stated.value.split()[0]}", …]' if
                      stated.value.split() else None)  # fmt: skip
        for word in container.each(key):
            if word.value is None or (word.value == "" and key == "command"):
                yield Hit(word, f"{key} has an empty element")
            elif not isinstance(word.value, str):
                yield Hit(word, f"{key} has {_shown(word)}, the API takes texts", f'"{word.scalar() or ""}"')


@rule(
    "engine-flag-unknown",
    severity="error",
    proves="Every flag of a model server is one that its release of vLLM has.",
    needs="The server's flags and the version in its image's tag; flags known to be gone are a warning without it.",
    remedy="correct the flag",
)
def engine_flag_unknown(index: Index) -> Iterator[Hit]:
    """vLLM ends with "unrecognized arguments" before it loads anything, and the pod crashes in a loop. Flags were recorded
    from 0.32; they are compared for 0.32 and 0.33 alone. Of other releases only flags whose removal is known are judged;
    where the image tells no release, as a note. A switch that is given a value ("--enforce-eager=true") ends every
    release: "ignored explicit argument"."""
    for server in index.derive(model_servers):
        if server.engine != "vllm":
            continue
        for flag in server.flags:
            if hit := _flag(index, server, flag) or _switch(server, flag):
                yield hit


def _flag(index: Index, server: ModelServer, flag: str) -> Hit | None:
    version = server.version
    if flag in GONE_FLAGS:
        since, remedy = GONE_FLAGS[flag]
        if version is None or version >= since:
            severity: Severity | None = None if version else "warning" if server.follows_upstream else "note"
            return Hit(server.place(f"--{flag}"), f"--{flag} is no flag of vLLM any more", remedy, severity)
    if version and FLAGS_FROM <= version <= FLAGS_TO:
        known = index.derive(_flags)
        plain = flag.partition(".")[0]
        if plain not in known and not any(name.startswith(plain) for name in known):
            return Hit(
                server.place(f"--{flag}"), f"--{flag} is no flag of vllm serve", did_you_mean(flag, known, "remove it")
            )
    return None


def _switch(server: ModelServer, flag: str) -> Hit | None:
    stated = next((w for w in server.words if w.replace("_", "-").startswith(f"--{flag}=")), None)
    if flag not in SWITCHES or stated is None:
        return None
    value = stated.partition("=")[2]
    remedy = f"leave it out, or --no-{flag}" if value.lower() == "false" else f"--{flag}"
    place = server.place(stated.partition("=")[0] + "=")
    return Hit(place, f"--{flag} is a switch and takes no value, it is given {value!r}", remedy)


def _flags(_: Index) -> frozenset[str]:
    text = files("headway.policies").joinpath("data/vllm-flags.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())
