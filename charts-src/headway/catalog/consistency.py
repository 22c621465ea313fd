"""Checks between the cells of a row and between files, after every row has been read by itself."""

import re
from collections.abc import Iterable, Iterator, Mapping

from headway.catalog.contracts import FILE, Contracts
from headway.catalog.sheet import Sheet
from headway.domain.accelerator import Accelerator
from headway.domain.engine import EngineContract
from headway.domain.engine_flag import EngineFlag, FlagRule
from headway.domain.fault import Fault, did_you_mean
from headway.domain.instance_type import InstanceType, Price
from headway.domain.model_card import ModelCard
from headway.domain.runtime_image import RuntimeImage

COMPUTE_CAPABILITY = re.compile(r"\d+\.\d+")


def accelerator_faults(accelerators: Sheet[Accelerator]) -> Iterator[Fault]:
    """An NVIDIA part names a compute capability, and no part has more usable memory than its label."""
    for line, part in accelerators.lines:
        if part.vendor == "nvidia" and part.target and not COMPUTE_CAPABILITY.fullmatch(part.target):
            wrong = f"{part.target!r} is not a CUDA compute capability"
            yield Fault(accelerators.file, line, "target", wrong, "write major.minor, such as 8.9")
        # The label is in 10^9 or 2^30 bytes as marketing likes, so 2^30 is the lenient reading.
        if part.usable_gib is not None and part.usable_gib > part.marketed_gb:
            wrong = f"{part.usable_gib:g} is more than marketed_gb {part.marketed_gb:g}"
            yield Fault(accelerators.file, line, "usable_gib", wrong, "write what the framework sees, in GiB")


def instance_type_faults(machines: Sheet[InstanceType], accelerators: Sheet[Accelerator]) -> Iterator[Fault]:
    """A machine carries a known accelerator and offers no more than its label."""
    parts = {part.key: part for part in accelerators.nouns}
    keys = [key for (key,) in accelerators.keys]
    for line, machine in machines.lines:
        if machine.accelerator and keys and machine.accelerator not in keys:
            wrong = f"{machine.accelerator!r} is not in {accelerators.file}"
            right = did_you_mean(machine.accelerator, keys, "add it there")
            yield Fault(machines.file, line, "accelerator", wrong, right)
        for column, much, bound, most in _ceilings(machine):
            if much is not None and most is not None and much > most:
                right = f"write {most:g} or less"
                yield Fault(machines.file, line, column, f"{much:g} is more than {bound} {most:g}", right)
        yield from _resource_faults(machines.file, line, machine, parts)


def price_faults(prices: Sheet[Price], machines: Sheet[InstanceType]) -> Iterator[Fault]:
    """A price belongs to a machine of the catalog."""
    names = [name for (name,) in machines.keys]
    known = set(names)
    for line, price in prices.lines:
        if known and price.instance_type not in known:
            wrong = f"{price.instance_type!r} is not in {machines.file}"
            right = did_you_mean(price.instance_type, names, "add it there")
            yield Fault(prices.file, line, "instance_type", wrong, right)


def model_faults(models: Sheet[ModelCard]) -> Iterator[Fault]:
    """Shares are not larger than the whole, and a licence says where it was read."""
    for line, card in models.lines:
        if card.kv_heads and card.attention_heads % card.kv_heads:
            wrong = f"{card.kv_heads} does not divide attention_heads {card.attention_heads}"
            yield Fault(models.file, line, "kv_heads", wrong, "query heads share key/value heads evenly")
        if card.parameters and card.active_parameters and card.active_parameters > card.parameters:
            wrong = f"{card.active_parameters} is more than parameters {card.parameters}"
            yield Fault(models.file, line, "active_parameters", wrong, "write those used for one token")
        if card.licence and not card.licence_source:
            wrong = f"is empty and the licence is {card.licence!r}"
            yield Fault(models.file, line, "licence_source", wrong, "say where the licence was read")


def engine_faults(
    engines: Contracts,
    images: Sheet[RuntimeImage],
    flags: Sheet[EngineFlag],
    rules: Sheet[FlagRule],
) -> Iterator[Fault]:
    """Images, flags and rules belong to an engine with a contract, and a contract uses flags that its engine has."""
    named = [(images.file, line, image.engine) for line, image in images.lines if image.engine]
    named += [(flags.file, line, flag.engine) for line, flag in flags.lines]
    named += [(rules.file, line, rule.engine) for line, rule in rules.lines if rule.engine != "*"]
    for file, line, engine in named:
        if engine not in engines.by_name:
            wrong = f"{engine!r} has no contract in {FILE}"
            yield Fault(file, line, "engine", wrong, did_you_mean(engine, list(engines.by_name), "add one"))
    for name, contract in engines.by_name.items():
        known = {flag for row in flags.nouns if row.engine == name for flag in row.names}
        for text in _flags_of(contract):
            if known and text.removeprefix("--") not in known:
                wrong = f"{name} {contract.version} has no {text}"
                yield Fault(FILE, engines.lines[name], name, wrong, did_you_mean(text.removeprefix("--"), known))


def _flags_of(contract: EngineContract) -> Iterator[str]:
    """Every flag of the engine's server that a contract names."""
    for names in (contract.arguments, contract.counterparts):
        yield from (flag for key in type(names).model_fields if (flag := getattr(names, key)))
    yield from (text for text in contract.fixed_arguments if text.startswith("--"))
    if contract.group:
        yield from (contract.group.nodes, contract.group.rank, contract.group.leader, *contract.group.worker)


def _ceilings(machine: InstanceType) -> Iterable[tuple[str, float | None, str, float | None]]:
    """Column, its value, the name of its upper bound, the bound."""
    m, pods = machine, machine.allocatable
    return (
        ("allocatable_memory_mib", pods.memory_mib, "memory_mib", m.memory_mib),
        ("allocatable_cpu_millicores", pods.cpu_millicores, "vcpu in millicores", m.vcpu * 1000),
        ("measured_memtotal_mib", m.measured_memtotal_mib, "memory_mib", m.memory_mib),
        ("network_baseline_gbps", m.network_baseline_gbps, "network_burst_gbps", m.network_burst_gbps),
        ("ebs_baseline_mbps", m.ebs_baseline_mbps, "ebs_max_mbps", m.ebs_max_mbps),
    )


def _resource_faults(file: str, line: int, machine: InstanceType, parts: Mapping[str, Accelerator]) -> Iterator[Fault]:
    """Whole GPUs are offered under their maker's resource name; a slice is not offered at all."""
    part = parts.get(machine.accelerator or "")
    if part is None:
        return
    right = part.resource if machine.gpu_count else ""
    if machine.gpu_resource != right:
        wrong = f"is {machine.gpu_resource!r} with gpu_count {machine.gpu_count} of {part.key}"
        yield Fault(file, line, "gpu_resource", wrong, f"write {right}" if right else "leave it empty")
