"""A pod that no machine of its pool can hold is found, with the number that kept it out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.domain.cluster import DaemonSetReserve
from headway.policies import ManifestIndex
from headway.policies.pod_fits_pool import pods_without_machine
from headway.policies.quantities import amount, mebibytes, millicores
from policies.builders import a_gpu_pod, a_node_pool

AGENTS = DaemonSetReserve(cpu_millicores=300, memory_mib=512)


def messages(catalog, *manifests: dict) -> list[str]:
    return [finding.message for finding in pods_without_machine(ManifestIndex(manifests), catalog, AGENTS)]


@pytest.mark.parametrize(
    ("pod", "number"),
    [
        (a_gpu_pod(cpu="4"), "it asks 4000m CPU, g6.xlarge has 3620m beside DaemonSets"),
        (a_gpu_pod(memory="16Gi"), "it asks 16384 MiB, g6.xlarge has 13650 beside DaemonSets"),
        (a_gpu_pod(gpus=2), "it asks 2 GPUs, g6.xlarge has 1"),
    ],
)
def test_the_label_of_a_machine_is_not_what_a_pod_can_have(catalog, pod: dict, number: str) -> None:
    assert messages(catalog, pod, a_node_pool("l4", "g6.xlarge")) == [f"fits no machine of NodePool l4: {number}"]


def test_one_larger_machine_in_the_pool_is_enough(catalog) -> None:
    assert messages(catalog, a_gpu_pod(memory="16Gi"), a_node_pool("l4", "g6.xlarge", "g6.2xlarge")) == []


def test_pods_of_other_pools_are_not_judged(catalog) -> None:
    assert messages(catalog, a_gpu_pod("a10g", memory="900Gi"), a_node_pool("l4", "g6.xlarge")) == []


def test_init_containers_run_alone_and_containers_together(catalog) -> None:
    pod = a_gpu_pod(memory="8Gi")
    spec = pod["spec"]["template"]["spec"]
    spec["initContainers"] = [{"name": "copy", "resources": {"requests": {"memory": "13Gi"}}}]
    assert messages(catalog, pod, a_node_pool("l4", "g6.xlarge")) == []
    spec["containers"].append({"name": "side", "resources": {"requests": {"memory": "6Gi"}}})
    assert len(messages(catalog, pod, a_node_pool("l4", "g6.xlarge"))) == 1


@pytest.mark.parametrize(
    ("text", "number"), [("4Gi", 4 * 2**30), ("4G", 4e9), ("250m", 0.25), ("3", 3), ("1.5Ki", 1536), ("100k", 1e5)]
)
def test_quantities_are_read_as_kubernetes_reads_them(text: str, number: float) -> None:
    assert amount(text) == number


@pytest.mark.parametrize("text", ["", "Gi", "4GB", "-1", "1 Gi"])
def test_a_text_that_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no quantity"):
        amount(text)


@given(st.integers(min_value=0, max_value=10**6))
def test_millicores_and_mebibytes_come_back_as_they_were(number: int) -> None:
    assert millicores(f"{number}m") == number
    assert mebibytes(f"{number}Mi") == number
