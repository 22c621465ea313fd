"""What the container needs beside its GPUs, and the machines it must fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.domain.cluster import DaemonSetReserve
from headway.domain.noun import GIB
from headway.recipes.host_plan import STREAM_BUFFER_GIB, plan_host
from unit.recipes.builders import CATALOG, MISTRAL, a_card, a_machine

AGENTS = DaemonSetReserve()


@pytest.mark.parametrize("name", ["g4dn.xlarge", "g5.xlarge", "g6.xlarge"])
@pytest.mark.parametrize("precision", ["awq", "16bit"])
def test_a_7b_pod_fits_the_smallest_machine_beside_its_agents(name: str, precision: str) -> None:
    room = CATALOG.instance_types[name].allocatable
    machine = a_machine(name=name, cpu_millicores=room.cpu_millicores, memory_mib=room.memory_mib)
    host = plan_host(MISTRAL, precision, machine, 1, AGENTS)  # type: ignore[arg-type]
    assert 0 < host.memory_mib <= room.memory_mib - AGENTS.memory_mib
    assert 0 < host.cpu_millicores <= room.cpu_millicores - AGENTS.cpu_millicores


def test_the_streamers_buffer_is_limited_far_below_its_default_of_40_gb() -> None:
    host = plan_host(CATALOG.models["meta-llama/Llama-3.1-70B-Instruct"], "16bit", a_machine(), 1, AGENTS)
    assert host.stream_buffer_mib == STREAM_BUFFER_GIB * 1024


def test_the_buffer_is_no_larger_than_the_weights_that_one_machine_loads() -> None:
    card = a_card(weight_bytes={"awq": GIB})
    assert plan_host(card, "awq", a_machine(), 1, AGENTS).stream_buffer_mib == 1024
    assert plan_host(card, "awq", a_machine(), 2, AGENTS).stream_buffer_mib == 512


def test_each_further_gpu_asks_for_shared_memory_and_a_worker() -> None:
    one = plan_host(MISTRAL, "awq", a_machine(gpu_count=1), 1, AGENTS)
    eight = plan_host(MISTRAL, "awq", a_machine(gpu_count=8), 1, AGENTS)
    assert eight.shared_memory_mib == 8 * one.shared_memory_mib
    assert eight.memory_mib > one.memory_mib + 7 * one.shared_memory_mib


@given(st.integers(1, 8), st.integers(1, 4), st.floats(0.1, 500))
def test_the_limit_holds_buffer_and_shared_memory_and_more(gpus: int, nodes: int, weights_gib: float) -> None:
    card = a_card(weight_bytes={"16bit": int(weights_gib * GIB)})
    host = plan_host(card, "16bit", a_machine(gpu_count=gpus), nodes, AGENTS)
    assert host.memory_mib >= host.shared_memory_mib + 4096
    assert host.memory_mib % 256 == host.stream_buffer_mib % 256 == 0


@given(st.integers(0, 200_000), st.integers(0, 5_000), st.integers(1, 8))
def test_cpu_is_what_agents_leave_in_whole_tenths_and_never_negative(room: int, agents: int, gpus: int) -> None:
    reserve = DaemonSetReserve(cpu_millicores=agents)
    cpu = plan_host(MISTRAL, "awq", a_machine(cpu_millicores=room, gpu_count=gpus), 1, reserve).cpu_millicores
    assert 0 <= cpu <= max(0, room - agents)
    assert cpu % 100 == 0
