"""Judges candidates: everything that could reject one, in the order people would ask.

pin ─▶ region and zone ─▶ kernels ─▶ image ─▶ GPU memory ─▶ KV cache ─▶ host memory ─▶ disk ─▶ quota ─▶ load ─▶ times

A candidate that passes runs on as few replicas as keep the promise, and its price is theirs: two cheap machines are
compared with one dear one by what the load costs on either. Machines with the same GPUs share one look at these
(`OnGpus`); host, disk, quota and price are each machine's own.
"""

from dataclasses import dataclass
from functools import cache

from headway.catalog import Catalog
from headway.domain.model_card import KvPrecision, Precision
from headway.domain.runtime_image import Engine, RuntimeImage
from headway.recipes import kernels, parallelism
from headway.recipes.candidate import Candidate, Rejection
from headway.recipes.cold_start import ColdStart, predict_cold_start
from headway.recipes.disk_plan import plan_disk
from headway.recipes.host_plan import plan_host
from headway.recipes.latency import Latency, Serving, serving
from headway.recipes.machine import Machine
from headway.recipes.memory_plan import MemoryPlan, plan_memory
from headway.recipes.price import replica_price
from headway.recipes.promise import fewest_replicas, too_slow
from headway.recipes.question import Place, Question
from headway.recipes.room import no_disk, no_host_memory, no_kv_room
from headway.recipes.stated_arguments import why_not_on
from headway.recipes.step_time import UnknownSpeed
from headway.recipes.supply import not_offered, over_quota

TOO_SMALL = ("GiB", "GPUs", "sequences")
"""Units of the rejections that more machines can lift."""


@dataclass(frozen=True)
class Shape:
    """GPUs of one replica and what runs on them: what machines of different sizes may have in common."""

    accelerator: str
    gpu_count: int
    nodes: int
    precision: Precision
    kv_precision: KvPrecision


@dataclass(frozen=True)
class OnGpus:
    """What is known of a shape before its host is looked at; the same for every engine."""

    tensor_parallel: int
    pipeline_parallel: int
    memory: MemoryPlan | None
    no_room: Rejection | None
    replicas: int
    latency: Latency | None
    too_slow: Rejection | None


class Judge:
    """Judges the candidates of one question."""

    def __init__(self, question: Question, catalog: Catalog) -> None:
        self._question = question
        self._catalog = catalog
        self._on_gpus = cache(self._look_at_gpus)
        self._no_kernels = cache(self._look_at_kernels)
        self._image = cache(lambda engine, gpu: _image(engine, catalog.accelerators[gpu].vendor, catalog))

    def __call__(self, place: Place, nodes: int, precision: Precision, kv: KvPrecision, engine: Engine) -> Candidate:
        """The candidate with its plans, and with the number that rejects it, if one does."""
        question, machine = self._question, place.machine
        gpus = self._on_gpus(Shape(machine.accelerator, machine.gpu_count, nodes, precision, kv))
        image = self._image(engine, machine.accelerator)
        host = plan_host(question.card, precision, machine, nodes, question.agents)
        disk = plan_disk(image, machine) if image else None
        rejection = (
            _pinned(machine, nodes, question)
            or not_offered(machine, question, self._catalog)
            or self._no_kernels(machine.accelerator, nodes, precision, kv, engine)
            or self._no_split(gpus, engine)
            or gpus.no_room
            or no_host_memory(host, machine, question)
            or (no_disk(disk, machine) if disk else None)
            or over_quota(machine, nodes, place.capacity_types, question)
            or gpus.too_slow
        )
        cold = self._cold_start(machine, image, precision, nodes) if image and not rejection else None
        lost = self._replacement_seconds(machine, precision, nodes) if cold else 0.0
        price = replica_price(machine, nodes, place.capacity_types, lost)
        return Candidate(
            pool=place.pool,
            machine=machine,
            capacity_types=place.capacity_types,
            offers=place.offers,
            nodes=nodes,
            precision=precision,
            kv_precision=kv,
            engine=engine,
            tensor_parallel=gpus.tensor_parallel,
            pipeline_parallel=gpus.pipeline_parallel,
            memory=gpus.memory,
            host=host,
            disk=disk,
            cold_start=cold,
            price=price,
            replicas=gpus.replicas,
            tokens_per_second=question.workload.requests_per_second * question.workload.output_tokens,
            latency=gpus.latency,
            rejected_by=rejection,
        )

    def _look_at_gpus(self, shape: Shape) -> OnGpus:
        """What a shape's GPUs say: whether it fits and how fast it is."""
        question, card = self._question, self._question.card
        tensor = parallelism.tensor_parallel(card, shape.precision, shape.gpu_count)
        stages = shape.gpu_count // tensor * shape.nodes
        accelerator = self._catalog.accelerators[shape.accelerator]
        tokens = question.context_tokens, question.typical_tokens
        if accelerator.usable_gib is None:
            unknown = Rejection(f"usable memory of {accelerator.name} is not verified")
            return OnGpus(tensor, stages, None, unknown, question.replicas_min, None, None)
        memory = plan_memory(card, shape.precision, accelerator.usable_gib, tensor, stages, *tokens, shape.kv_precision)
        rejection = no_kv_room(memory, shape.accelerator, question)
        served = None if rejection else self._serving(shape, tensor, stages, memory)
        if served is None:
            return OnGpus(tensor, stages, memory, rejection, question.replicas_min, None, None)
        replicas = fewest_replicas(served, question)
        broken = too_slow(served, question) if replicas is None else None
        count = replicas or question.replicas
        return OnGpus(tensor, stages, memory, None, count, served.at(count), broken)

    def _look_at_kernels(
        self, accelerator_key: str, nodes: int, precision: Precision, kv: KvPrecision, engine_name: Engine
    ) -> Rejection | None:
        """Whether an engine lacks what the formats need on an accelerator, or an image for it."""
        question, accelerator = self._question, self._catalog.accelerators[accelerator_key]
        engine = self._catalog.engines[engine_name]
        reason = kernels.why_not(question.card, precision, accelerator, engine)
        reason = reason or kernels.why_not_kv(question.card, kv, accelerator, engine)
        if reason:
            return Rejection(reason, change="another weight format, engine or GPU")
        if nodes > 1 and engine.group is None:
            return Rejection(f"{engine.name} does not span machines", change="an engine that does, or a larger machine")
        if refused := why_not_on(question.engine_arguments, engine, accelerator):
            return Rejection(f"engine_arguments.{refused[0]}: {refused[1]}", change="leave the argument out")
        if _image(engine_name, accelerator.vendor, self._catalog) is None:
            return Rejection(f"the catalog has no {engine_name} image for {accelerator.vendor}")
        return None

    def _no_split(self, gpus: OnGpus, engine: Engine) -> Rejection | None:
        """Whether an engine has no argument for the layout that the GPUs need."""
        arguments = self._catalog.engines[engine].arguments
        if gpus.tensor_parallel > 1 and arguments.tensor_parallel is None:
            return Rejection(f"{engine} does not split a model over GPUs", change="a machine with one GPU")
        if gpus.pipeline_parallel > 1 and arguments.pipeline_parallel is None:
            return Rejection(
                f"{engine} does not deal layers to stages", change="a machine whose GPUs share every layer"
            )
        return None

    def _serving(self, shape: Shape, tensor: int, stages: int, memory: MemoryPlan) -> Serving | None:
        """`None` where the catalog lacks a speed."""
        question, accelerator = self._question, self._catalog.accelerators[shape.accelerator]
        formats = shape.precision, shape.kv_precision
        limits = question.concurrency, memory.kv_tokens
        try:
            return serving(question.card, *formats, accelerator, tensor, stages, question.workload, *limits)
        except UnknownSpeed:
            return None

    def _replacement_seconds(self, machine: Machine, precision: Precision, nodes: int) -> float:
        """Cold start that an interruption costs: of the slowest engine asked, so that none wins by its image's size."""
        images = [self._image(engine, machine.accelerator) for engine in self._question.engines]
        largest = max((image for image in images if image), key=lambda image: image.compressed_gb)
        return self._cold_start(machine, largest, precision, nodes).expected_seconds

    def _cold_start(self, machine: Machine, image: RuntimeImage, precision: Precision, nodes: int) -> ColdStart:
        weights = self._question.card.weight_bytes[precision] / nodes
        return predict_cold_start(
            machine, image, weights, self._question.compile_cache, self._question.scrape_interval_seconds
        )


def image_for(engine: Engine, machine: Machine, catalog: Catalog) -> RuntimeImage | None:
    """The catalog's image of an engine for a machine's GPUs."""
    return _image(engine, catalog.accelerators[machine.accelerator].vendor, catalog)


def _image(engine: Engine, vendor: str, catalog: Catalog) -> RuntimeImage | None:
    fitting = (image for image in catalog.images.values() if image.engine == engine and image.vendor == vendor)
    return next(fitting, None)


def _pinned(machine: Machine, nodes: int, question: Question) -> Rejection | None:
    gpus = nodes * machine.gpu_count
    if question.pinned_instance_type and machine.name != question.pinned_instance_type:
        return Rejection(f"pinned to {question.pinned_instance_type}", change="drop the pin")
    if question.pinned_gpu_count and gpus != question.pinned_gpu_count:
        reason = f"pinned to {question.pinned_gpu_count} GPUs"
        return Rejection(reason, question.pinned_gpu_count, gpus, "GPUs", f"pin {gpus} GPUs, or drop the pin")
    return None
