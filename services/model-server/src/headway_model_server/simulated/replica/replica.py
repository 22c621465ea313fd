"""The replica that is simulated: limits and speed of its engine, and how long it takes to load."""

from dataclasses import dataclass

from headway.catalog import Catalog, load_catalog
from headway.domain.accelerator import Accelerator
from headway.domain.fault import did_you_mean
from headway.engine import ImpossibleLimits, Limits, NoRoom, Served, StepSeconds, limits_for, step_seconds_for
from headway.engine.limits import BLOCK_TOKENS
from headway.recipes.cold_start import ColdStart, Phase, predict_cold_start
from headway.recipes.machine import Machine, machine_of
from headway.recipes.memory_plan import UTILIZATION
from headway.recipes.step_time import UnknownSpeed
from headway_model_server.simulated.errors import ModelError
from headway_model_server.simulated.options import SimulationOptions
from headway_model_server.simulated.replica.arguments import ENGINE, EngineSettings, read_arguments
from headway_model_server.simulated.replica.model import find_model

MOST_SEQUENCES = 256
"""vLLM's default `--max-num-seqs` of an API server below 70 GiB."""
PLAYED = ("load", "compile", "ready")
"""Phases of a cold start that an engine process goes through itself."""


@dataclass(frozen=True)
class Replica:
    """One engine process as the manifests describe it."""

    settings: EngineSettings
    served: Served
    limits: Limits
    step_seconds: StepSeconds
    start_phases: tuple[Phase, ...]
    """What passes before it listens."""

    @property
    def name(self) -> str:
        """The model as answers and metrics call it."""
        return self.settings.served_names[0]


def plan_replica(options: SimulationOptions) -> Replica:
    """The replica of these options. Raises `ArgumentError` and `ModelError`."""
    catalog = load_catalog()
    settings = read_arguments(options.engine_arguments, catalog)
    if options.gpu not in catalog.accelerators:
        raise ModelError(f"no accelerator {options.gpu!r}; {did_you_mean(options.gpu, catalog.accelerators)}")
    accelerator = catalog.accelerators[options.gpu]
    card, precision = find_model(options, settings, catalog)
    served = Served(
        card=card,
        precision=precision,
        accelerator=accelerator,
        max_model_len=settings.max_model_len or card.context_tokens or 4096,
        max_num_seqs=settings.max_num_seqs or MOST_SEQUENCES,
        kv_precision="fp8" if settings.fp8_kv_cache else "16bit",
        tensor_parallel=settings.tensor_parallel,
        pipeline_parallel=settings.pipeline_parallel,
        memory_utilization=settings.memory_utilization or UTILIZATION,
        max_num_batched_tokens=settings.max_num_batched_tokens,
        kv_blocks=settings.kv_blocks,
        block_size=settings.block_size or BLOCK_TOKENS,
        prefix_caching=settings.prefix_caching,
    )
    try:
        limits, step_seconds = limits_for(served), step_seconds_for(served)
    except (NoRoom, ImpossibleLimits, UnknownSpeed) as error:
        raise ModelError(str(error)) from error
    cold_start = _cold_start(served, catalog)
    phases = tuple(phase for phase in cold_start.phases if phase.name in PLAYED)
    return Replica(settings, served, limits, step_seconds, phases)


def _cold_start(served: Served, catalog: Catalog) -> ColdStart:
    """The start on the cheapest machine that carries these GPUs, with a warm compile cache."""
    machine = _machine(served.accelerator, served.tensor_parallel, catalog)
    image = next(image for image in catalog.images.values() if image.engine == ENGINE)
    weight_bytes = served.card.weight_bytes[served.precision] / served.pipeline_parallel
    return predict_cold_start(machine, image, weight_bytes, compile_cache=True, scrape_interval_seconds=5)


def _machine(accelerator: Accelerator, gpus: int, catalog: Catalog) -> Machine:
    for count in (gpus, *range(gpus + 1, 9)):
        if found := catalog.instance_types_with(accelerator.key, count):
            return machine_of(found[0], catalog, "us-east-1")
    return Machine("a machine", accelerator.key, gpus, 0, 0, 0, None, None, 0, None, None, None, False)
