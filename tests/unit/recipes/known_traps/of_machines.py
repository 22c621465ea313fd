"""Traps H1, H6 to H10 and H12: what the cloud offers, holds and asks for it."""

import statistics
from dataclasses import replace

import pytest

from headway.domain.cluster import DaemonSetReserve, Quotas
from headway.domain.gpu_pool import GpuPool
from headway.domain.instance_type import InstanceType
from headway.policies import Facts, Index, check, read_text
from headway.recipes.machine import machines
from headway.recipes.nearest import nearest
from headway.recipes.question import Demand, Supply, card_question, every_place
from headway.recipes.ranking import rank
from unit.environments.builders import FIXTURES, faults_of
from unit.recipes.builders import CATALOG
from unit.recipes.known_traps.asked import LLAMA_31, MISTRAL, on, ranked, reason, rendered

DOCUMENTED_POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: model}}
spec:
  selector: {{matchLabels: {{app: model}}}}
  template:
    metadata: {{labels: {{app: model}}}}
    spec:
      nodeSelector: {{headway.dev/pool: t4}}
      tolerations: [{{key: nvidia.com/gpu, operator: Exists}}]
      containers:
        - name: model
          image: registry.example/model:1
          resources: {{requests: {{cpu: "4", memory: 16Gi, nvidia.com/gpu: "1"}}, limits: {{nvidia.com/gpu: "1"}}}}
---
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {{name: t4}}
spec:
  template:
    metadata: {{labels: {{headway.dev/pool: t4}}}}
    spec:
      nodeClassRef: {{group: karpenter.k8s.aws, kind: EC2NodeClass, name: t4}}
      requirements: [{{key: node.kubernetes.io/instance-type, operator: In, values: [{types}]}}]
"""
"""The pod of the documents, and a NodePool of chosen machines."""
DOCUMENTED_CATEGORIES = ("g", "p")
"""Families that "category g or p, manufacturer nvidia" admits begin with one of these."""


# H1


def p3_is_not_offered_and_its_gpu_not_supported() -> None:
    assert not [place for place in every_place(CATALOG, "us-east-1") if place.machine.name.startswith("p3.")]
    (fault,) = faults_of(FIXTURES / "invalid" / "instance-type-delisted.yaml")
    assert "p3.2xlarge is no longer offered by EC2" in fault
    for precision in ("16bit", "awq"):
        assert "needs compute capability 7.5" in reason(on("p3dn.24xlarge", precision, MISTRAL))
        assert "has 7.0" in reason(on("p3dn.24xlarge", precision, MISTRAL))


# H6


def an_xlarge_holds_less_than_its_label() -> None:
    for name in ("g4dn.xlarge", "g5.xlarge", "g6.xlarge"):
        allocatable = CATALOG.instance_types[name].allocatable
        assert allocatable.cpu_millicores == 3_920
        assert 13.8 < allocatable.memory_mib / 1024 < 14.2
    for candidate in ranked(MISTRAL):
        if candidate.rejected_by is None and candidate.host:
            assert candidate.host.cpu_millicores <= candidate.machine.cpu_millicores - 300
            assert candidate.host.memory_mib <= candidate.machine.memory_mib - 512


def a_pod_above_it_is_refused_with_both_numbers() -> None:
    question = card_question(CATALOG.models[MISTRAL], Demand(), CATALOG, "us-east-1")
    greedy = replace(question, agents=DaemonSetReserve(cpu_millicores=300, memory_mib=8_192))
    candidates = [c for c in rank(greedy, CATALOG) if c.machine.name == "g4dn.xlarge" and c.precision == "awq"]
    assert "g4dn.xlarge has 6289 beside DaemonSets" in reason(candidates[0])
    (closest, *_) = nearest(tuple(candidates))
    assert closest.rejected_by is not None
    assert (closest.rejected_by.needs, closest.rejected_by.has, closest.rejected_by.unit) == (9_216, 6_289, "MiB")
    assert next(c for c in rank(greedy, CATALOG) if c.machine.name == "g4dn.2xlarge").rejected_by is None
    (message,) = pod_findings("g4dn.xlarge")
    assert "it asks 4000m CPU, g4dn.xlarge has 3620m beside DaemonSets" in message
    assert not pod_findings("g4dn.xlarge", "g4dn.2xlarge")


def pod_findings(*instance_types: str) -> list[str]:
    """What is said of the documents' pod in a NodePool that admits these types."""
    text = DOCUMENTED_POD.format(types=", ".join(instance_types))
    harvest = read_text("pod.yaml", text)
    index = Index(harvest.manifests, Facts(CATALOG, agents=DaemonSetReserve()))
    report = check(harvest, index)
    return [finding.message for finding in report.findings if finding.rule == "pod-fits-no-machine"]


# H7


def admitted_by_category() -> list[InstanceType]:
    return [
        machine
        for machine in CATALOG.instance_types.values()
        if machine.listed
        and machine.name.startswith(DOCUMENTED_CATEGORIES)
        and CATALOG.accelerators[machine.accelerator or "t4"].vendor == "nvidia"
    ]


def category_alone_admits_the_wrong_machines() -> None:
    loose = admitted_by_category()
    assert {machine.family for machine in loose if machine.architecture == "arm64"} == {"g5g"}
    assert {machine.family for machine in loose if machine.gpu_count == 0} == {"g6f", "gr6f"}
    assert max(machine.gpu_count for machine in loose) == 8


def a_pool_pins_architecture_gpu_and_count() -> None:
    for accelerator in ("t4", "a10g", "l4"):
        for machine in machines(GpuPool(accelerator=accelerator, max_gpus=4), CATALOG, "us-east-1"):
            kind = CATALOG.instance_types[machine.name]
            assert (kind.architecture, kind.gpu_count, kind.accelerator) == ("amd64", 1, accelerator)
    for pool in rendered("*/nodes/NodePool.*-*x.yaml"):
        required = {r["key"]: r["values"] for r in pool["spec"]["template"]["spec"]["requirements"]}
        assert required["kubernetes.io/arch"] == ["amd64"]
        assert len(required["karpenter.k8s.aws/instance-gpu-count"]) == 1
        assert required["node.kubernetes.io/instance-type"]


# H8


def gpus_are_limited_and_the_ceiling_fits() -> None:
    for pool in rendered("*/nodes/NodePool.*-*x.yaml"):
        assert int(pool["spec"]["limits"]["nvidia.com/gpu"]) >= 1
    (fault,) = faults_of(FIXTURES / "invalid" / "pool-limit-below-ceiling.yaml")
    assert "may ask for 14 GPUs at their maximum and in a rollout, the pool is limited to 5" in fault


def the_accounts_quota_is_counted_in_vcpus() -> None:
    question = card_question(CATALOG.models[MISTRAL], Demand(), CATALOG, "us-east-1")
    small = replace(question, replicas=1, supply=Supply("us-east-1", quotas=Quotas(g_on_demand=4, g_spot=4)))
    lost = {c.machine.name: c.rejected_by for c in rank(small, CATALOG) if c.precision == "awq" and c.engine == "vllm"}
    assert lost["g4dn.xlarge"] is None
    assert lost["g4dn.4xlarge"] is not None
    assert (lost["g4dn.4xlarge"].needs, lost["g4dn.4xlarge"].has, lost["g4dn.4xlarge"].unit) == (16, 8, "vCPU")


# H9


def the_disk_holds_the_unpacked_image() -> None:
    vllm = CATALOG.images["vllm"]
    default_gib = 20 - 1 - 2
    assert vllm.unpacked_gb * 1e9 / 2**30 > default_gib
    for node_class in rendered("*/nodes/EC2NodeClass.*-*x.yaml"):
        sizes = [
            int(disk["ebs"]["volumeSize"].removesuffix("Gi")) for disk in node_class["spec"]["blockDeviceMappings"]
        ]
        striped = node_class["spec"].get("instanceStorePolicy") == "RAID0"
        assert striped or max(sizes) > 2 * vllm.unpacked_gb * 1e9 / 2**30


# H10


def ec2_has_no_instinct() -> None:
    amd = {
        c.machine.accelerator: c
        for c in ranked(LLAMA_31)
        if CATALOG.accelerators[c.machine.accelerator].vendor == "amd"
    }
    assert set(amd) == {"radeon-pro-v520"}
    assert "runs on no AMD Radeon Pro V520" in reason(amd["radeon-pro-v520"])
    (fault,) = faults_of(FIXTURES / "invalid" / "amd-on-eks.yaml")
    assert "EC2 offers no machine with AMD Instinct MI300X" in fault


# H12


def savings(region: str) -> list[float]:
    """Spot below on demand, for the machines that the documents buy."""
    return sorted(
        1 - place.machine.spot.usd_per_hour / place.machine.on_demand.usd_per_hour
        for place in every_place(CATALOG, region)
        if CATALOG.instance_types[place.machine.name].family in ("g4dn", "g5", "g6", "g6e")
        and place.machine.spot
        and place.machine.on_demand
        and place.machine.spot.region == region
    )


def spot_saves_what_the_region_says() -> None:
    assert statistics.median(savings("us-east-1")) == pytest.approx(0.49, abs=0.005)
    assert statistics.median(savings("us-east-2")) == pytest.approx(0.65, abs=0.005)
    assert min(savings("us-east-1")) == pytest.approx(0.03, abs=0.005)
    chosen = ranked(MISTRAL)[0]
    assert chosen.price is not None
    assert chosen.machine.spot is not None
    assert (chosen.price.spot, chosen.machine.spot.as_of) == (chosen.machine.spot.usd_per_hour, "2026-08-10")
    assert chosen.price.expected > chosen.price.spot, "a replacement is paid for while it starts"
