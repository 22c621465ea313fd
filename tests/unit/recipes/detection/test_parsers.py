"""What each tool prints, read; and anything else, reported."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.recipes.detection import (
    Device,
    Reading,
    parse_amd_smi,
    parse_nodes,
    parse_nvidia_smi,
    parse_rocm_smi,
)
from unit.recipes.detection.builders import output

PARSERS = [parse_nvidia_smi, parse_amd_smi, parse_rocm_smi, parse_nodes]


def test_nvidia_smi_lists_one_gpu_a_line_with_units() -> None:
    assert parse_nvidia_smi(output("nvidia-smi-p4d-a100-40.csv")) == Reading(
        (Device("NVIDIA A100-SXM4-40GB", "nvidia", 40960),) * 8
    )


def test_a_part_without_mig_says_na_and_is_whole() -> None:
    assert parse_nvidia_smi(output("nvidia-smi-g4dn-t4.csv")).devices == (Device("Tesla T4", "nvidia", 15360),)


def test_a_gpu_in_mig_mode_is_known_to_be_sliced() -> None:
    first, second = parse_nvidia_smi(output("nvidia-smi-mig.csv")).devices
    assert (first.slice, second.slice) == (True, False)
    assert first.note == "MIG is on: pods get slices of it"


def test_memory_that_the_driver_does_not_say_is_unknown_not_zero() -> None:
    assert parse_nvidia_smi(output("nvidia-smi-unknown.csv")).devices[-1] == Device("NVIDIA GB10", "nvidia", None)


def test_fields_may_come_in_any_order_and_with_quotes() -> None:
    text = 'memory.total [MiB], "name"\r\n23034 MiB, "NVIDIA L4"\r\n\r\n'
    assert parse_nvidia_smi(text) == Reading((Device("NVIDIA L4", "nvidia", 23034),))


def test_a_line_cut_off_is_a_fault_and_the_others_are_read() -> None:
    found = parse_nvidia_smi("name, memory.total [MiB]\nNVIDIA L4, 23034 MiB\nNVIDIA\n")
    assert len(found.devices) == 1
    assert found.faults == ("nvidia-smi: line 3: has 1 cells; the header has 2",)


def test_a_gpu_that_fell_off_the_bus_is_a_fault() -> None:
    (fault,) = parse_nvidia_smi("name, memory.total [MiB]\n[Unknown Error], [N/A]\n").faults
    assert fault == "nvidia-smi: line 2: name is '[Unknown Error]'; look at nvidia-smi -q"


def test_a_driver_that_does_not_answer_is_a_fault_with_its_words() -> None:
    found = parse_nvidia_smi(output("nvidia-smi-no-driver.txt"))
    assert found.devices == ()
    assert "NVIDIA-SMI has failed because it couldn" in found.faults[0]


def test_no_devices_is_neither_a_device_nor_a_fault() -> None:
    assert parse_nvidia_smi(output("nvidia-smi-no-devices.txt")) == Reading()


def test_amd_smi_before_rocm_7_prints_a_list() -> None:
    assert parse_amd_smi(output("amd-smi-mi300x-list.json")) == Reading(
        (Device("AMD Instinct MI300X", "amd", 196592),) * 8
    )


def test_amd_smi_of_rocm_7_prints_gpu_data_after_warnings() -> None:
    found = parse_amd_smi(output("amd-smi-mi355x-gpu-data.json"))
    assert found == Reading((Device("AMD Instinct MI355X", "amd", 294896),) * 2)


@pytest.mark.parametrize(
    ("size", "mib"),
    [
        ({"value": 196592, "unit": "MB"}, 196592),
        ({"value": 34359738368, "unit": "B"}, 32768),
        ({"value": "192", "unit": "GB"}, 196608),
        ("196592 MB", 196592),
        (65520, 65520),
        ("N/A", None),
        ({"value": "N/A", "unit": "MB"}, None),
        ({"value": 1, "unit": "furlong"}, None),
        (True, None),
        (-1, None),
    ],
)
def test_amd_smi_sizes_have_many_spellings(size: object, mib: int | None) -> None:
    text = json.dumps([{"gpu": 0, "asic": {"market_name": "AMD Instinct MI210"}, "vram": {"size": size}}])
    assert parse_amd_smi(text).devices[0].memory_mib == mib


def test_an_amd_gpu_without_a_name_is_a_fault() -> None:
    (fault,) = parse_amd_smi('[{"gpu": 0, "asic": {"market_name": "N/A"}}]').faults
    assert fault.startswith("amd-smi: GPU 0: has no asic.market_name")


@pytest.mark.parametrize(
    ("file", "devices"),
    [
        ("rocm-smi-mi300x.json", (Device("AMD Instinct MI300X", "amd", 196592),) * 2),
        ("rocm-smi-mi210-rocm5.json", (Device("Instinct MI210", "amd", 65520),)),
    ],
)
def test_rocm_smi_is_read_in_both_spellings_of_its_keys(file: str, devices: tuple[Device, ...]) -> None:
    assert parse_rocm_smi(output(file)) == Reading(devices)


def test_a_pci_id_is_no_name_of_a_card() -> None:
    (fault,) = parse_rocm_smi('{"card0": {"Card Model": "0x74a1"}}').faults
    assert fault.startswith("rocm-smi: card0: has no product name")


def by_node(text: str, **options: Any) -> dict[str, Device]:
    return {device.where: device for device in parse_nodes(text, **options).devices}


def test_nodes_name_their_gpus_by_the_labels_of_karpenter_nvidia_and_amd() -> None:
    found = by_node(output("nodes.json"))
    read = {node: (device.name, device.memory_mib, device.count) for node, device in found.items()}
    assert read == {
        "ip-10-0-1-10": ("l4", 22888, 1),
        "ip-10-0-1-11": ("l4", 22888, 4),
        "ip-10-0-1-12": ("a100", 40960, 8),
        "dgx-1": ("NVIDIA-A100-SXM4-80GB", 81920, 8),
        "shared-1": ("NVIDIA-H200-SHARED", 143771, 1),
        "mig-1": ("NVIDIA-A100-SXM4-40GB-MIG-1g.5gb", 4864, 7),
        "amd-1": ("AMD Instinct MI300X OAM", 196608, 8),
    }


def test_time_slices_are_not_counted_as_gpus() -> None:
    shared = by_node(output("nodes.json"))["shared-1"]
    assert (shared.count, shared.note) == (1, "shared by 10 pods each")


def a_node(labels: dict[str, str], allocatable: dict[str, str]) -> str:
    node = {"kind": "Node", "metadata": {"name": "n", "labels": labels}, "status": {"allocatable": allocatable}}
    return json.dumps(node)


def test_one_node_is_read_like_a_list_of_one() -> None:
    assert by_node(a_node({"nvidia.com/gpu.product": "Tesla-T4"}, {"nvidia.com/gpu": "1"}))["n"].name == "Tesla-T4"


def test_gpus_that_the_node_does_not_offer_are_counted_by_label_and_explained() -> None:
    found = by_node(a_node({"nvidia.com/gpu.product": "Tesla-T4", "nvidia.com/gpu.count": "4"}, {}))["n"]
    assert (found.count, found.note) == (4, "the node offers no nvidia.com/gpu: is the device plugin running?")


def test_mig_resources_make_a_node_sliced_whatever_its_labels() -> None:
    found = by_node(a_node({"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3"}, {"nvidia.com/mig-1g.10gb": "7"}))
    assert found == {}
    labels = {"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3", "nvidia.com/gpu.count": "1"}
    assert by_node(a_node(labels, {"nvidia.com/mig-1g.10gb": "7"}))["n"].slice


def test_a_count_that_is_none_is_a_fault_with_place_and_value() -> None:
    (fault,) = parse_nodes(a_node({}, {"nvidia.com/gpu": "many"})).faults
    assert fault == "nodes: n: allocatable nvidia.com/gpu: 'many' is not a count; write a whole number"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "there is no JSON in it"),
        ("{", "is not JSON"),
        ('{"items": 3}', "items is 3"),
        ('{"items": [{"kind": "Pod", "metadata": {"name": "p"}}]}', "is not a Node"),
        ('{"items": [4]}', "items[0]: 4 is not a Node"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_list_of_nodes_is_refused(text: str, fault: str) -> None:
    reading = parse_nodes(text)
    assert reading.devices == ()
    assert fault in reading.faults[0]


@pytest.mark.parametrize("parse", PARSERS)
@given(text=st.text())
def test_any_text_is_read_or_reported(parse: Callable[[str], Reading], text: str) -> None:
    assert isinstance(parse(text), Reading)


WORDS = [
    "asic", "market_name", "vram", "size", "value", "unit", "gpu_data", "card0", "Card series", "items", "metadata",
    "VRAM Total Memory (B)", "name", "labels", "status", "allocatable", "nvidia.com/gpu", "nvidia.com/gpu.product",
    "nvidia.com/gpu.replicas", "amd.com/gpu.vram", "node.kubernetes.io/instance-type", "kind", "nvidia.com/mig-1g.5gb",
]  # fmt: skip
shapes = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["Node", "8", "MB"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("parse", PARSERS[1:])
@given(value=shapes)
def test_any_json_is_read_or_reported(parse: Callable[[str], Reading], value: object) -> None:
    assert isinstance(parse(json.dumps(value)), Reading)


@given(lines=st.lists(st.text(alphabet='name,memory.total[MiB]"\n 0123456789', max_size=40), max_size=5))
def test_any_csv_is_read_or_reported(lines: list[str]) -> None:
    assert isinstance(parse_nvidia_smi("\n".join(["name, memory.total [MiB]", *lines])), Reading)
