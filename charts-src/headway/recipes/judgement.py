"""Judges one candidate: everything that could reject it, in the order people would ask.

kernels ─▶ image ─▶ GPU memory ─▶ KV cache ─▶ host memory ─▶ load ─▶ first token ─▶ each token
"""

from dataclasses import replace

from headway.catalog import Catalog
from headway.domain.model_card import ModelCard, Precision
from headway.domain.runtime_image import Engine, RuntimeImage
from headway.recipes import kernels
from headway.recipes.host_plan import plan_host
from headway.recipes.latency import Latency, predict_latency
from headway.recipes.machine import Machine
from headway.recipes.memory_plan import plan_memory
from headway.recipes.question import Place, Question
from headway.recipes.recipe import Candidate, Rejection
from headway.recipes.stated_arguments import why_not_on
from headway.recipes.step_time import UnknownSpeed

TOO_SMALL = ("GiB", "GPUs")
"""Units of the rejections that more machines can lift."""


def judge(
    question: Question,
    place: Place,
    nodes: int,
    precision: Precision,
    engine: Engine,
    catalog: Catalog,
    like: Candidate | None = None,
) -> Candidate:
    """The candidate with its plans, and with the number that rejects it, if one does.

    `like` is one that differs in its engine alone: predicted times do not, so its own are taken.
    """
    card, machine = question.card, place.machine
    tensor_parallel = _tensor_parallel(card, machine.gpu_count)
    usable = catalog.accelerators[machine.accelerator].usable_gib
    tokens = question.context_tokens, question.typical_tokens
    memory = plan_memory(card, precision, usable, tensor_parallel, nodes, *tokens) if usable else None
    price = machine.expected_usd_per_hour(place.capacity_types)
    candidate = Candidate(
        pool=place.pool,
        machine=machine,
        nodes=nodes,
        precision=precision,
        engine=engine,
        tensor_parallel=tensor_parallel,
        memory=memory,
        host=plan_host(card, precision, machine, nodes, question.agents),
        usd_per_hour=price * nodes if price is not None else None,
        rejected_by=None,
    )
    rejection = (
        _pinned(candidate, question) or _cannot_run(candidate, question, catalog) or _does_not_fit(candidate, question)
    )
    if rejection:
        return replace(candidate, rejected_by=rejection)
    latency = like.latency if like and like.latency else _latency(candidate, question, catalog)
    return replace(candidate, latency=latency, rejected_by=_too_slow(latency, question))


def image_for(engine: Engine, machine: Machine, catalog: Catalog) -> RuntimeImage | None:
    """The catalog's image of an engine for a machine's GPUs."""
    vendor = catalog.accelerators[machine.accelerator].vendor
    fitting = (image for image in catalog.images.values() if image.engine == engine and image.vendor == vendor)
    return next(fitting, None)


def _pinned(candidate: Candidate, question: Question) -> Rejection | None:
    name, gpus = candidate.machine.name, candidate.nodes * candidate.machine.gpu_count
    if question.pinned_instance_type and name != question.pinned_instance_type:
        return Rejection(f"pinned to {question.pinned_instance_type}")
    if question.pinned_gpu_count and gpus != question.pinned_gpu_count:
        return Rejection(f"pinned to {question.pinned_gpu_count} GPUs", question.pinned_gpu_count, gpus, "GPUs")
    return None


def _cannot_run(candidate: Candidate, question: Question, catalog: Catalog) -> Rejection | None:
    accelerator, engine = catalog.accelerators[candidate.machine.accelerator], catalog.engines[candidate.engine]
    if reason := kernels.why_not(question.card, candidate.precision, accelerator, engine):
        return Rejection(reason)
    if candidate.nodes > 1 and engine.group is None:
        return Rejection(f"{engine.name} does not span machines")
    if candidate.tensor_parallel > 1 and engine.arguments.tensor_parallel is None:
        return Rejection(f"{engine.name} does not split a model over GPUs")
    if refused := why_not_on(question.engine_arguments, engine, accelerator):
        return Rejection(f"engine_arguments.{refused[0]}: {refused[1]}")
    if image_for(candidate.engine, candidate.machine, catalog) is None:
        return Rejection(f"the catalog has no {candidate.engine} image for {accelerator.vendor}")
    if candidate.memory is None:
        return Rejection(f"usable memory of {accelerator.name} is not verified")
    return None


def _does_not_fit(candidate: Candidate, question: Question) -> Rejection | None:
    machine, memory, host = candidate.machine, candidate.memory, candidate.host
    if memory is None or host is None:
        return None
    if memory.kv_cache_gib <= 0 or memory.full_length_sequences < 1:
        needs = memory.weights_gib + memory.overhead_gib
        return Rejection(
            f"weights and overhead need {needs:.1f} GiB a GPU and leave no room for {question.context_tokens} tokens,"
            f" {machine.accelerator} offers {memory.budget_gib:.1f}",
            round(needs, 1), round(memory.budget_gib, 1), "GiB",
        )  # fmt: skip
    if memory.typical_sequences < question.concurrency:
        return Rejection(
            f"KV cache holds {memory.typical_sequences} sequences of typical length, concurrency is {question.concurrency}",
            question.concurrency, memory.typical_sequences, "sequences",
        )  # fmt: skip
    room = machine.memory_mib - question.agents.memory_mib
    if host.memory_mib > room:
        return Rejection(
            f"the container needs {host.memory_mib} MiB, {machine.name} has {room} beside DaemonSets",
            host.memory_mib, room, "MiB",
        )  # fmt: skip
    return None


def _latency(candidate: Candidate, question: Question, catalog: Catalog) -> Latency | None:
    """Predicted at the question's load; `None` where the catalog lacks a speed."""
    if candidate.memory is None:
        return None
    accelerator = catalog.accelerators[candidate.machine.accelerator]
    layout = candidate.tensor_parallel, candidate.nodes
    limits = question.concurrency, candidate.memory.kv_tokens, question.replicas
    try:
        return predict_latency(question.card, candidate.precision, accelerator, *layout, question.workload, *limits)
    except UnknownSpeed:
        return None


def _too_slow(latency: Latency | None, question: Question) -> Rejection | None:
    """What breaks the promise: the load itself, the first token, or those after it. Central predictions are compared."""
    objective, load = question.objective, question.workload.requests_per_second
    if latency is None or objective is None:
        return None
    if latency.saturated:
        capacity = latency.capacity_requests_per_second
        return Rejection(
            f"{question.replicas} replicas carry {capacity:.2f} requests/s ({latency.limited_by}), the load is {load:g}",
            load, round(capacity, 2), "requests/s",
        )  # fmt: skip
    half = objective.percentile == 50
    first, each = (latency.ttft_p50, latency.tpot_p50) if half else (latency.ttft_p95, latency.tpot_p95)
    for name, predicted, promised in (("TTFT", first, objective.ttft_seconds), ("TPOT", each, objective.tpot_seconds)):
        if predicted and predicted.value > promised:
            said = f"p{50 if half else 95} {name} {predicted.value:.3g} s, objective {promised:g} s"
            return Rejection(said, promised, round(predicted.value, 4), "s")
    return None


def _tensor_parallel(card: ModelCard, gpu_count: int) -> int:
    """The largest number of a machine's GPUs that divides the attention heads."""
    return max(size for size in range(1, gpu_count + 1) if card.attention_heads % size == 0 and gpu_count % size == 0)
