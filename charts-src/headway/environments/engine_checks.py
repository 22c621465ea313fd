"""What contradicts in the engines of an environment: names, arguments, and arguments against the rest of a deployment.

Each check yields `(path, problem, remedy)` with the path below the deployment or the environment.
"""

from collections.abc import Iterator, Mapping

from headway.catalog import Catalog
from headway.domain.accelerator import Accelerator
from headway.domain.backend import Backend, image_key
from headway.domain.engine import EngineContract
from headway.domain.fault import did_you_mean
from headway.domain.gpu_pool import GpuPool
from headway.domain.model_deployment import ModelDeployment
from headway.recipes.stated_arguments import argument_faults, flags_by_name, why_not_on

Path = tuple[str, ...]
Finding = tuple[Path, str, str]
METHOD_FORMATS = {"awq": "awq", "gptq": "gptq", "fp8": "fp8", "mxfp4": "mxfp4"}
"""Weight format of the quantization methods whose name begins so."""


def backend_findings(backends: Mapping[str, Backend], shipped: Catalog) -> Iterator[Finding]:
    """A backend has a name, and images with keys, that nothing shipped has."""
    for name, backend in backends.items():
        if name in shipped.engines:
            yield ("backends", name), "is the name of an engine that Headway ships", f"call it {name}-custom"
            continue
        for vendor in backend.images:
            key = image_key(name, vendor)
            if key in shipped.images:
                yield ("backends", name), f"its image would be {key!r}, as one of Headway's own is", "rename it"


def engine_findings(
    model: ModelDeployment, backend_names: tuple[str, ...], pools: Mapping[str, GpuPool], catalog: Catalog
) -> Iterator[Finding]:
    """Engines that nobody ships or states, and stated arguments that an allowed engine or the plan contradicts."""
    yield from _unknown_engines(model, {*catalog.engines, *backend_names})
    engines = [catalog.engines[name] for name in model.allowed_engines if name in catalog.engines]
    if not model.engine_arguments:
        return
    told: set[str] = set()
    for engine in engines:
        for flag, problem, remedy in argument_faults(model.engine_arguments, engine, catalog):
            if flag not in told:
                told.add(flag)
                having = [other.name for other in engines if flag in flags_by_name(other, catalog)]
                alone = f", or allow {having[0]} only" if having and engine.name not in having else ""
                yield ("engine_arguments", flag), problem, remedy + alone
        for flag, problem, remedy in _against_the_deployment(model, engine, catalog):
            if flag not in told:
                told.add(flag)
                yield ("engine_arguments", flag), problem, remedy
    yield from _on_no_pool(model, engines, pools, catalog, told)


def _unknown_engines(model: ModelDeployment, known: set[str]) -> Iterator[Finding]:
    if model.pin.engine and model.pin.engine not in known:
        yield ("pin", "engine"), f"is {model.pin.engine!r}", did_you_mean(model.pin.engine, known)
    for place, name in enumerate(model.engines):
        if name not in known:
            yield ("engines", str(place)), f"is {name!r}", did_you_mean(name, known)


def _against_the_deployment(
    model: ModelDeployment, engine: EngineContract, catalog: Catalog
) -> Iterator[tuple[str, str, str]]:
    """Stated arguments that another key of the deployment contradicts."""
    flags = flags_by_name(engine, catalog)
    for name, value in model.engine_arguments.items():
        flag = flags.get(name)
        meaning = engine.meaning_of(f"--{flag.flag}") if flag else None
        if meaning == "no_graphs" and value is True and model.compile_cache:
            yield name, "compiles nothing, and compile_cache is true", "leave one of them out"
        few = isinstance(value, int) and value < model.concurrency
        if meaning == "batched_tokens" and engine.batch_holds_running and few:
            right = f"at least {model.concurrency}, or a lower concurrency"
            yield name, f"is {value} and concurrency is {model.concurrency}: each sequence takes one", right
        if meaning == "quantization":
            yield from _other_format(name, str(value), model)


def _other_format(name: str, method: str, model: ModelDeployment) -> Iterator[tuple[str, str, str]]:
    """A method for a weight format that no checkpoint has would quantize while it loads, against the memory plan."""
    formats = [model.pin.precision] if model.pin.precision else sorted(model.checkpoints)
    wanted = next((form for begins, form in METHOD_FORMATS.items() if method.startswith(begins)), None)
    if wanted and wanted not in formats:
        problem = f"is {method!r} and the checkpoints are {', '.join(formats)}"
        yield name, problem, f"leave it out: the format is read from the checkpoint, or add checkpoints.{wanted}"


def _on_no_pool(
    model: ModelDeployment,
    engines: list[EngineContract],
    pools: Mapping[str, GpuPool],
    catalog: Catalog,
    told: set[str],
) -> Iterator[Finding]:
    """An argument that no GPU of the deployment's pools can do; where some can, the others are ranked out."""
    parts = [_accelerator(pools.get(name), catalog) for name in model.pools]
    if not engines or not all(parts):
        return
    refused = [why_not_on(model.engine_arguments, engine, part) for engine in engines for part in parts if part]
    if all(refused) and (first := refused[0]) and first[0] not in told:
        yield ("engine_arguments", first[0]), first[1], "leave it out, or take a pool whose GPUs can"


def _accelerator(pool: GpuPool | None, catalog: Catalog) -> Accelerator | None:
    return catalog.accelerators.get(pool.accelerator) if pool else None
