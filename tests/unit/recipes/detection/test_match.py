"""Which accelerator of the catalog a name and a memory size are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.catalog import Catalog
from headway.recipes.detection import Device, identify, inventory, parse_nodes, parse_nvidia_smi
from headway.recipes.detection.device import Vendor
from unit.recipes.detection.builders import output


@pytest.mark.parametrize(
    ("name", "memory_mib", "key"),
    [
        ("Tesla T4", 15360, "t4"),
        ("NVIDIA T4G", 15360, "t4g"),
        ("Tesla V100-SXM2-16GB", 16384, "v100"),
        ("Tesla V100-SXM2-32GB", 32768, "v100-32"),
        ("NVIDIA A10G", 23028, "a10g"),
        ("NVIDIA L4", 23034, "l4"),
        ("NVIDIA L40S", 46068, "l40s"),
        ("NVIDIA A100-SXM4-40GB", 40960, "a100-40"),
        ("NVIDIA A100-SXM4-80GB", 81920, "a100-80"),
        ("NVIDIA-A100-SXM4-80GB", None, "a100-80"),
        ("a100", 40960, "a100-40"),
        ("a100", 81920, "a100-80"),
        ("NVIDIA H100 80GB HBM3", 81559, "h100"),
        ("NVIDIA H200", 143771, "h200"),
        ("NVIDIA-H200-SHARED", 143771, "h200"),
        ("NVIDIA B200", 183359, "b200"),
        ("NVIDIA B300 SXM6 AC", 275040, "b300"),
        ("NVIDIA RTX PRO 6000 Blackwell Server Edition", 97887, "rtx-pro-server-6000"),
        ("rtx-pro-server-6000", 98304, "rtx-pro-server-6000"),
    ],
)
def test_an_nvidia_part_is_known_by_driver_name_and_by_label(
    name: str, memory_mib: int | None, key: str, catalog: Catalog
) -> None:
    found = identify(Device(name, "nvidia", memory_mib), catalog)
    assert found.accelerator is catalog.accelerators[key]


@pytest.mark.parametrize(
    ("name", "memory_mib", "key"),
    [
        ("AMD Instinct MI300X", 196592, "mi300x"),
        ("AMD Instinct MI300X VF", 196288, "mi300x"),
        ("AMD Instinct MI300X OAM", 196608, "mi300x"),
        ("AMD Instinct MI325X", 262128, "mi325x"),
        ("AMD Instinct MI250X", 65520, "mi250x"),
        ("Instinct MI210", 65520, "mi210"),
        ("AMD Radeon Pro V520", 8176, "radeon-pro-v520"),
    ],
)
def test_an_amd_part_is_known(name: str, memory_mib: int, key: str, catalog: Catalog) -> None:
    assert identify(Device(name, "amd", memory_mib), catalog).accelerator is catalog.accelerators[key]


@pytest.mark.parametrize(
    ("name", "memory_mib", "nearest", "reason"),
    [
        ("NVIDIA H100 PCIe", 81559, "h100", "this is a card with less bandwidth"),
        ("NVIDIA H100 NVL", 95830, "h100", "95830 MiB is not the memory of NVIDIA H100"),
        ("NVIDIA H200 NVL", 143771, "h200", "this is a card with less bandwidth"),
        ("NVIDIA A10", 23028, "a10g", "no part in the catalog has this name"),
        ("NVIDIA RTX PRO 6000 Blackwell Workstation Edition", 97887, "rtx-pro-server-6000", "no part"),
        ("NVIDIA L4", 2861, "l4", "2861 MiB is not the memory of NVIDIA L4, 24 GB"),
        ("a100", None, "a100-40", "its memory is not known; could be a100-40 or a100-80"),
    ],
)
def test_an_unknown_part_is_told_from_its_nearest(
    name: str, memory_mib: int | None, nearest: str, reason: str, catalog: Catalog
) -> None:
    found = identify(Device(name, "nvidia", memory_mib), catalog)
    assert found.accelerator is None
    assert found.nearest is catalog.accelerators[nearest]
    assert reason in found.reason


def test_the_machine_decides_where_name_and_memory_do_not(catalog: Catalog) -> None:
    found = identify(Device("a100", "nvidia", None, instance_type="p4de.24xlarge"), catalog)
    assert found.accelerator is catalog.accelerators["a100-80"]


def test_a_gpu_in_mig_mode_is_not_offered_whole(catalog: Catalog) -> None:
    sliced, whole = inventory(parse_nvidia_smi(output("nvidia-smi-mig.csv")).devices, catalog)[::-1]
    assert (sliced.match.accelerator, sliced.match.reason) == (None, "a slice is not a whole GPU")
    assert whole.match.accelerator is catalog.accelerators["a100-80"]


def test_a_mig_slice_that_a_label_names_is_no_gpu_of_the_catalog(catalog: Catalog) -> None:
    device = next(device for device in parse_nodes(output("nodes.json")).devices if device.where == "mig-1")
    found = identify(device, catalog)
    assert (found.accelerator, found.nearest) == (None, catalog.accelerators["a100-40"])
    assert found.reason == "a slice is not a whole GPU"


def test_gpus_alike_are_counted_together_over_nodes(catalog: Catalog) -> None:
    devices = parse_nodes(output("nodes.json"), catalog.instance_types).devices
    found = [
        (entry.match.accelerator.key if entry.match.accelerator else "", entry.count, entry.nodes)
        for entry in inventory(devices, catalog)
    ]
    assert found == [
        ("mi300x", 8, ("amd-1",)),
        ("a100-80", 8, ("dgx-1",)),
        ("a100-40", 8, ("ip-10-0-1-12",)),
        ("l4", 5, ("ip-10-0-1-10", "ip-10-0-1-11")),
        ("a10g", 1, ("ip-10-0-1-14",)),
        ("h200", 1, ("shared-1",)),
        ("", 7, ("mig-1",)),
    ]


def test_a_node_without_labels_or_plugin_is_known_by_its_machine(catalog: Catalog) -> None:
    device = next(
        device
        for device in parse_nodes(output("nodes.json"), catalog.instance_types).devices
        if device.where == "ip-10-0-1-14"
    )
    assert device.note == "the node offers no nvidia.com/gpu: is the device plugin running?"


@given(
    name=st.text(max_size=30),
    vendor=st.sampled_from(["nvidia", "amd"]),
    memory=st.none() | st.integers(min_value=0, max_value=10**9),
)
def test_any_device_is_matched_or_has_a_reason(catalog: Catalog, name: str, vendor: Vendor, memory: int | None) -> None:
    found = identify(Device(name, vendor, memory), catalog)
    assert (found.accelerator is None) == bool(found.reason)
