"""No input ends in a traceback: generated manifests, mutated ones, and bytes that are no YAML at all."""

import functools
import random
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headway.catalog import load_catalog
from headway.policies import Facts, Harvest, Index, Report, check, read_text
from headway.policies.output import OUTPUTS
from headway.policies.reading.files import _decode
from policies.fixture_sets import FIXTURES

KINDS = [
    "Deployment", "StatefulSet", "Job", "CronJob", "Pod", "Service", "Ingress", "ScaledObject",
    "HorizontalPodAutoscaler", "NodePool", "EC2NodeClass", "ServiceMonitor", "PodMonitor", "PodDisruptionBudget",
    "RoleBinding", "ServiceAccount", "ConfigMap", "ExternalSecret", "Application", "LeaderWorkerSet",
    "PersistentVolumeClaim", "NetworkPolicy", "Namespace", "IngressClass", "OpenTelemetryCollector",
    "PrometheusRule",
]  # fmt: skip
KEYS = st.sampled_from(
    [
        "spec", "template", "metadata", "labels", "annotations", "containers", "initContainers", "env", "args",
        "command", "image", "name", "value", "resources", "limits", "requests", "triggers", "query", "formula",
        "scaleTargetRef", "selector", "matchLabels", "matchExpressions", "ports", "targetPort", "port", "volumes",
        "configMap", "persistentVolumeClaim", "claimName", "nodeSelector", "requirements", "key", "operator",
        "values", "replicas", "fallback", "advanced", "scalingModifiers", "target", "type", "data", "rules",
        "http", "paths", "backend", "service", "livenessProbe", "httpGet", "startupProbe", "lifecycle", "preStop",
        "minReplicaCount", "nvidia.com/gpu", "headway.dev/ignore", "endpoints", "tolerations", "affinity",
    ]
)  # fmt: skip
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.sampled_from(["4Gi", "vllm serve x --max-model-len", "sum(vllm:num_requests_waiting)", "a*", "{{", "latest", "-1m"]),
)  # fmt: skip
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=25
)
FACTS = Facts(load_catalog(), environment="any")


def judged(harvest: Harvest) -> Report:
    report = check(harvest, Index(harvest.manifests, FACTS, harvest.kustomizations))
    for output in OUTPUTS.values():
        output(report).encode("utf-8", errors="surrogatepass")
    assert all(finding.rule and finding.file and finding.line >= 1 for finding in report.findings)
    return report


@functools.cache
def samples() -> tuple[str, ...]:
    return tuple(path.read_text("utf-8", errors="replace") for path in sorted(Path(FIXTURES).rglob("*.yaml")))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(KINDS), st.dictionaries(KEYS, TREES, max_size=6)), min_size=1, max_size=4))
def test_manifests_of_any_shape_are_judged(objects: list[tuple[str, dict]]) -> None:
    from headway.policies import Manifest

    manifests = [
        Manifest(f"{i}.yaml", {"apiVersion": "v1", "kind": kind, **body}) for i, (kind, body) in enumerate(objects)
    ]
    judged(Harvest(manifests=manifests))


def mutated(text: str, source: random.Random, edits: int) -> str:
    """Lines removed, doubled, swapped, indented or emptied: what a hurried hand does."""
    lines = text.splitlines()
    for _ in range(edits):
        at = source.randrange(len(lines))
        edit = source.randrange(5)
        if edit == 0 and len(lines) > 1:
            del lines[at]
        elif edit == 1:
            lines.insert(source.randrange(len(lines)), lines[at])
        elif edit == 2:
            lines[at] = f"  {lines[at]}"
        elif edit == 3:
            lines[at] = lines[at].partition(":")[0] + ":"
        else:
            lines[at] = lines[at].replace(
                source.choice("aeio:-{}[]\"' "), source.choice("\t:{[&*!|>'\"#%@`\u2028\x07é0")
            )
    return "\n".join(lines)


@settings(max_examples=200, deadline=None)
@given(st.integers(min_value=0), st.integers(min_value=1, max_value=12))
def test_mutated_manifests_are_judged(seed: int, edits: int) -> None:
    source = random.Random(seed)  # noqa: S311
    judged(read_text("mutated.yaml", mutated(source.choice(samples()), source, edits)))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read(content: bytes) -> None:
    judged(_decode("any.yaml", b"apiVersion: v1\nkind: Pod\n" + content))
