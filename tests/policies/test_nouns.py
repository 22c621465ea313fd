"""The nouns that rules are made of: quantities, queries, formulas, command lines, pools."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.policies import Facts, Index, Manifest, check, read_text
from headway.policies.model_server import ModelServer, flat, model_servers
from headway.policies.node_pools import node_pools
from headway.policies.promql import gives_many_series, metrics_in, outer_aggregation
from headway.policies.quantities import amount, mebibytes, millicores
from headway.policies.served_model import served_model
from policies.fixture_sets import FIXTURES


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4Gi", 4 * 2**30),
        ("4G", 4e9),
        ("250m", 0.25),
        ("3", 3),
        ("1.5Ki", 1536),
        ("100k", 1e5),
        ("1e3", 1000),
        (".5", 0.5),
    ],
)
def test_quantities_are_read_as_kubernetes_reads_them(text: str, number: float) -> None:
    assert amount(text) == number


@pytest.mark.parametrize("text", ["", "Gi", "4GB", "-1", "1 Gi", "${SIZE}"])
def test_a_text_that_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no quantity"):
        amount(text)


@given(st.integers(min_value=0, max_value=10**6))
def test_millicores_and_mebibytes_come_back_as_they_were(number: int) -> None:
    assert millicores(f"{number}m") == number
    assert mebibytes(f"{number}Mi") == number


@pytest.mark.parametrize(
    ("query", "metrics", "many"),
    [
        ('sum(vllm:num_requests_running{model_name="a b"})', ("vllm:num_requests_running",), False),
        ("vllm:num_requests_waiting", ("vllm:num_requests_waiting",), True),
        ("sum by (pod) (x)", ("x",), True),
        ("sum(x) by (pod)", ("x",), True),
        ("sum(rate(x[1m])) / sum(y offset 5m)", ("x", "y"), False),
        ('{__name__="x", job="y"}', ("x",), True),
        ("histogram_quantile(0.95, sum(rate(x_bucket[5m])) by (le))", ("x_bucket",), None),
        ("max(sum by (pod) (x))", ("x",), False),
        ("avg_over_time(x[5m])", ("x",), True),
        ("vector(0)", (), None),
        ("x{a='$var'} * on(pod) group_left(node) y", ("x", "y"), True),
    ],
)
def test_queries_give_their_metrics_and_how_many_series(
    query: str, metrics: tuple[str, ...], many: bool | None
) -> None:
    assert metrics_in(query) == metrics
    assert gives_many_series(query) is many


def test_the_outer_aggregation_is_the_first_word() -> None:
    assert outer_aggregation("AVG(x)") == "avg"
    assert outer_aggregation("rate(x[1m])") is None


def test_a_script_is_split_as_a_shell_splits_it() -> None:
    script = "set -x\n# it's a comment\nvllm serve m \\\n  --port 80 && echo done"
    assert flat(("sh", "-c", script)) == (
        "sh",
        "-c",
        "set",
        "-x",
        ";",
        "vllm",
        "serve",
        "m",
        "--port",
        "80",
        "&&",
        "echo",
        "done",
    )
    assert flat(('{"a": "b c"}',)) == ('{"a": "b c"}',)


def a_server(catalog, container: str) -> ModelServer | None:
    text = f"""\
apiVersion: v1
kind: Pod
metadata: {{name: a}}
spec:
  containers:
    - name: engine
{container}
"""
    index = Index(read_text("a.yaml", text).manifests, Facts(catalog))
    return next(iter(index.derive(model_servers)), None)


@pytest.mark.parametrize(
    "container",
    [
        "      command: [vllm, serve, m, --max_model_len=8, -tp, '2', --served-model-name, a, b, --port, '81']",
        "      command: [sh, -c]\n      args: ['exec vllm serve m --max-model-len 8 -tp 2"
        " --served-model-name a b --port 81']",
        "      image: vllm/vllm-openai:v0.33.0\n      args: [--model=m, --max-model-len=8, --tensor-parallel-size=2,"
        " --served-model-name, a, b, --port=81]",
        "      command: [sh, -c, 'python3 -m vllm.entrypoints.openai.api_server --model $M --max-model-len 8 -tp 2"
        " --served-model-name a b --port 81; sleep 9']\n      env: [{name: M, value: m}]",
        "      command: [headway-model-server, --port, '81', --]\n      args: [m, --max-model-len=8, -tp, '2',"
        " --served-model-name, a, b, --port, '80']",
    ],
)
def test_a_server_is_recognised_however_it_is_started(catalog, container: str) -> None:
    server = a_server(catalog, container)
    assert server is not None
    assert (server.model, server.port, server.served_names) == ("m", 81, ("a", "b"))
    assert server.whole_number("max-model-len") == 8
    assert server.whole_number("tensor-parallel-size") == 2


@pytest.mark.parametrize(
    "container",
    [
        "      image: vllm/vllm-openai:v0.33.0\n      command: [python3, router.py]",
        "      image: lmcache/lmstack-router:v1\n      args: [--port, '8000']",
        "      image: python:3.12\n      command: [sh, -c, 'pip install vllm']",
    ],
)
def test_what_is_no_server_is_not_taken_for_one(catalog, container: str) -> None:
    assert a_server(catalog, container) is None


@pytest.mark.parametrize(
    ("model", "card", "precision"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.1-8B-Instruct", "16bit"),
        ("meta-llama/Meta-Llama-3.1-8B-Instruct", "meta-llama/Llama-3.1-8B-Instruct", "16bit"),
        ("TheBloke/Mistral-7B-Instruct-v0.2-AWQ", "mistralai/Mistral-7B-Instruct-v0.2", "awq"),
        ("/models/Qwen2.5-7B-Instruct", "Qwen/Qwen2.5-7B-Instruct", "16bit"),
        ("unsloth/Llama-3.1-8B-Instruct-bnb-4bit", None, None),
        ("example/own-model", None, None),
    ],
)
def test_a_model_is_known_by_its_name(catalog, model: str, card: str | None, precision: str | None) -> None:
    server = a_server(catalog, f"      command: [vllm, serve, {model}]")
    assert server is not None
    found = served_model(server, catalog)
    assert ((found.card.id, found.precision) if found else (None, None)) == (card, precision)


def a_pool(catalog, *conditions: str) -> list[str]:
    lines = "".join(f"\n        - {condition}" for condition in conditions)
    text = f"""\
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {{name: a}}
spec:
  template:
    spec:
      requirements:{lines}
"""
    [pool] = Index(read_text("a.yaml", text).manifests, Facts(catalog)).derive(node_pools).pools
    return [machine.name for machine in pool.machines]


def test_a_pool_admits_what_all_its_conditions_admit(catalog) -> None:
    family = "{key: karpenter.k8s.aws/instance-family, operator: In, values: [g6, g5]}"
    one = "{key: eks.amazonaws.com/instance-gpu-count, operator: Lt, values: ['2']}"
    small = "{key: node.kubernetes.io/instance-type, operator: NotIn, values: [g6.16xlarge, g5.16xlarge]}"
    zone = "{key: topology.kubernetes.io/zone, operator: In, values: [us-east-1a]}"
    assert a_pool(catalog, family, one, small, zone) == [
        "g5.xlarge", "g5.2xlarge", "g5.4xlarge", "g5.8xlarge", "g6.xlarge", "g6.2xlarge", "g6.4xlarge", "g6.8xlarge",
    ]  # fmt: skip
    assert a_pool(catalog, "{key: karpenter.k8s.aws/instance-gpu-name, operator: In, values: [none-such]}") == []


def test_no_access_to_a_manifest_fails() -> None:
    manifest = Manifest("a.yaml", {"apiVersion": "v1", "kind": "Pod", "spec": "text", "metadata": [1]})
    assert manifest.at("spec", "containers", 0, "name").text() is None
    assert manifest.each("spec") == []
    assert manifest.entries("metadata") == []
    assert manifest.labels("spec") == {}
    assert (manifest.name, manifest.namespace, manifest.label) == ("", None, "Pod")


@pytest.mark.parametrize(("capacity", "notes"), [("[spot]", 1), ("[spot, on-demand]", 0)])
def test_a_drain_longer_than_the_notice_is_noted_where_only_spot_can_come(catalog, capacity: str, notes: int) -> None:
    folder = FIXTURES / "grace-shorter-than-drain" / "clean"
    text = "---\n".join(path.read_text() for path in sorted(folder.glob("*.yaml")))
    text = text.replace("shutdown-timeout=60", "shutdown-timeout=200").replace(
        "PeriodSeconds: 90", "PeriodSeconds: 300"
    )
    condition = (
        f"      requirements:\n        - {{key: karpenter.sh/capacity-type, operator: In, values: {capacity}}}\n"
    )
    harvest = read_text("a.yaml", text.replace("      requirements:\n", condition))
    report = check(harvest, Index(harvest.manifests, Facts(catalog)))
    assert [(f.rule, f.severity) for f in report.findings] == [("grace-shorter-than-drain", "note")] * notes
