"""Whether a candidate has room: for weights and the KV cache on its GPUs, for the pod on its host, for images on its disk."""

from headway.recipes.candidate import Rejection
from headway.recipes.disk_plan import DiskPlan
from headway.recipes.host_plan import HostPlan
from headway.recipes.machine import Machine
from headway.recipes.memory_plan import MemoryPlan
from headway.recipes.question import Question


def no_kv_room(memory: MemoryPlan, accelerator: str, question: Question) -> Rejection | None:
    """Weights and overhead first, then one sequence of full length, then the sequences that are to run together."""
    if memory.kv_cache_gib <= 0 or memory.full_length_sequences < 1:
        needs = memory.weights_gib + memory.overhead_gib
        fitting = memory.kv_tokens
        return Rejection(
            f"weights and overhead need {needs:.1f} GiB a GPU and leave no room for {question.context_tokens} tokens,"
            f" {accelerator} offers {memory.budget_gib:.1f}",
            round(needs, 1), round(memory.budget_gib, 1), "GiB",
            f"context of at most {fitting} tokens" if fitting >= question.typical_tokens
            else "more GPUs, GPUs with more memory, or a smaller weight format",
        )  # fmt: skip
    if memory.typical_sequences < question.concurrency:
        return Rejection(
            f"KV cache holds {memory.typical_sequences} sequences of typical length, concurrency is {question.concurrency}",
            question.concurrency, memory.typical_sequences, "sequences",
            f"concurrency of at most {memory.typical_sequences}",
        )  # fmt: skip
    return None


def no_host_memory(host: HostPlan, machine: Machine, question: Question) -> Rejection | None:
    """The container beside the node's own agents."""
    needs, room = host.memory_mib, machine.memory_mib - question.agents.memory_mib
    if needs <= room:
        return None
    return Rejection(
        f"the container needs {needs} MiB, {machine.name} has {room} beside DaemonSets",
        needs, room, "MiB", "a larger size of the same family",
    )  # fmt: skip


def no_disk(disk: DiskPlan, machine: Machine) -> Rejection | None:
    """Images and caches on local NVMe; an EBS volume is made as large as they are."""
    if disk.offered_gib is None or disk.needed_gib <= disk.offered_gib:
        return None
    return Rejection(
        f"images and caches need {disk.needed_gib:.0f} GiB of disk, {machine.name} has {disk.offered_gib:.0f}",
        round(disk.needed_gib), round(disk.offered_gib), "GiB of disk", "a larger size of the same family",
    )  # fmt: skip
