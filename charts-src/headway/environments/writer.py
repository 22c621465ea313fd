"""Writes a new environment file in which every key is explained: the file is its own manual.

Everything is commented out: an environment states only what differs from the base it extends.
"""

import typing
from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from headway.domain.environment import EnvironmentSpec
from headway.environments.describe import model_in, unit_of
from headway.environments.open_facts import fact_in

HEADER = """\
# Environment {name}. It extends base.yaml: state here only what differs, and remove the `#` of what you state.
# `headway explain {name}` shows every value with the file and line it comes from; `headway doctor --env {name}` lists
# the facts that are still open (marked FACT below). `null` removes a key that the base states.
extends: base
name: {quoted}
"""
EXAMPLES: dict[str, Any] = {
    "cluster.name": "inference-prod",
    "cluster.account_id": "111122223333",
    "cluster.vpc_cidr": "10.0.0.0/16",
    "cluster.service_cidr": "172.20.0.0/16",
    "cluster.load_balancer_cidrs": ["10.0.0.0/24", "10.0.1.0/24"],
    "cluster.s3_cidrs": ["52.216.0.0/15"],
    "cluster.models_bucket": "acme-models",
    "cluster.responses_bucket": "acme-responses",
    "cluster.node_role": "inference-prod-node",
    "cluster.registry": "111122223333.dkr.ecr.us-east-1.amazonaws.com",
    "cluster.compile_cache_file_system": "fs-0123456789abcdef0",
    "cluster.images.*.digest": "sha256:" + "0123456789abcdef" * 4,
    "gitops.repository": "https://git.example.org/acme/headway.git",
    "edge.host_name": "llm.example.org",
    "edge.certificate": "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012",
    "gateway.tokens.issuer": "https://login.example.org/",
    "gateway.tokens.audience": "headway",
    "gateway.tokens.keys.*.kty": "EC",
    "gateway.tokens.keys.*.crv": "P-256",
    "gateway.tokens.keys.*.x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "gateway.tokens.keys.*.y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    "gateway.traces.namespace": "observability",
    "gateway.traces.service": "otel-collector",
    "backends.*.version": "3.3.6",
    "backends.*.command": ["acme-launcher"],
    "backends.*.arguments.model": "--model-id",
    "backends.*.arguments.served_name": "--served-name",
    "backends.*.arguments.host": "--hostname",
    "backends.*.arguments.port": "--port",
    "backends.*.arguments.dtype": "--dtype",
    "backends.*.arguments.kv_cache_dtype": "--kv-cache-dtype",
    "backends.*.arguments.context_tokens": "--max-total-tokens",
    "backends.*.arguments.concurrency": "--max-concurrent-requests",
    "backends.*.arguments.memory_utilization": "--memory-fraction",
    "backends.*.arguments.tensor_parallel": "--num-shard",
    "backends.*.arguments.pipeline_parallel": "--num-stages",
    "backends.*.counterparts.batched_tokens": "--max-batch-prefill-tokens",
    "backends.*.metrics.prefix": "acme_",
    "backends.*.metrics.running": "acme_batch_current_size",
    "backends.*.metrics.waiting": "acme_queue_size",
    "backends.*.compile_cache.folder": "acme",
    "backends.*.compile_cache.command": ["acme-compile"],
    "backends.*.compile_cache.model": "--model-id",
    "backends.*.group.nodes": "--nodes",
    "backends.*.group.rank": "--rank",
    "backends.*.group.leader": "--leader",
    "backends.*.kernels.cuda": {"16bit": "8.0", "awq": "8.0"},
    "backends.*.flags": {"max-batch-prefill-tokens": "one"},
    "backends.*.source": "documentation of acme 3.3.6",
    "backends.*.as_of": "2026-11-21",
    "backends.*.images.*.repository": "registry.example.org/acme/engine",
    "backends.*.images.*.tag": "3.3.6",
    "backends.*.images.*.compressed_gb": 9,
    "backends.*.images.*.unpacked_gb": 21,
    "pools.*.blackouts": [{"schedule": "0 7 * * mon-fri", "duration": "12h"}],
    "pools.*.static_node.cpu_millicores": 15_000,
    "pools.*.static_node.memory_mib": 60_000,
    "pools.*.static_node.selector": {"example.org/pool": "l4"},
    "models.*.card": "mistralai/Mistral-7B-Instruct-v0.3",
    "models.*.checkpoints": {"awq": "models/my-model/"},
    "models.*.context_tokens": 4096,
    "models.*.concurrency": 32,
    "models.*.objective.ttft_seconds": 2.0,
    "models.*.objective.tpot_seconds": 0.08,
    "models.*.workload.requests_per_second": 2,
    "models.*.workload.prompt_tokens": 400,
    "models.*.workload.output_tokens": 200,
    "models.*.limits.replicas.min": 1,
    "models.*.limits.replicas.max": 4,
    "models.*.limits.budget_usd_per_hour": 8,
    "models.*.pools": ["l4-1x"],
}
"""A lawful value for each key that has no default, by path; `*` stands for any name."""
NAMES = {
    "cluster.images": "vllm",
    "gateway.tokens.keys": "key-2026-11",
    "backends": "acme",
    "backends.*.images": "nvidia",
    "pools": "l4-1x",
    "models": "my-model",
}
"""Name of the example entry of a mapping, by the mapping's path."""


def new_environment(name: str, base: dict[str, Any]) -> str:
    """The text of `<name>.yaml`; values shown are those of `base`, else defaults, else examples."""
    lines = [HEADER.format(name=name, quoted=_flow(name))]
    for key, field in EnvironmentSpec.model_fields.items():
        if key != "name":
            lines.extend(_entry(key, field, base.get(key), (key,), 0))
            lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _entry(key: str, field: FieldInfo, value: Any, path: tuple[str, ...], depth: int) -> Iterator[str]:
    inner, pad = model_in(field.annotation), "  " * depth
    yield from _comment(field, pad)
    if typing.get_origin(field.annotation) is dict and (entry := _entry_model(field)):
        example = NAMES.get(".".join(path), "name")
        chosen = value.get(example) if isinstance(value, dict) else None
        yield f"# {pad}{key}:"
        yield f"# {pad}  {example}:"
        yield from _fields(entry, chosen or {}, (*path, "*"), depth + 2)
    elif inner and typing.get_origin(field.annotation) is not tuple:
        yield f"# {pad}{key}:"
        yield from _fields(inner, value if isinstance(value, dict) else {}, path, depth + 1)
    else:
        yield f"# {pad}{key}: {_shown(field, value, path)}"


def _fields(model: type[BaseModel], values: dict[str, Any], path: tuple[str, ...], depth: int) -> Iterator[str]:
    for key, field in model.model_fields.items():
        yield from _entry(key, field, values.get(key), (*path, key), depth)


def _comment(field: FieldInfo, pad: str) -> Iterator[str]:
    unit = f" [{unit}]" if (unit := unit_of(field)) else ""
    fact = "FACT: " if fact_in(field) is not None else ""
    need = "no default" if fact else "required" if field.is_required() else f"default {_flow(_default(field))}"
    meaning = " ".join((field.description or "").split())
    yield f"# {pad}# {fact}{meaning}{unit} ({need})"


def _shown(field: FieldInfo, value: Any, path: tuple[str, ...]) -> str:
    if value is not None:
        return _flow(value)
    example = EXAMPLES.get(".".join(path))
    return _flow(example if example is not None else _default(field))


def _default(field: FieldInfo) -> Any:
    if field.default is PydanticUndefined:
        return None
    default = field.default
    if isinstance(default, BaseModel):
        return default.model_dump(exclude_defaults=True)
    return list(default) if isinstance(default, tuple) else default


def _flow(value: Any) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, width=10_000, sort_keys=False).strip()
    return text.removesuffix("\n...").removesuffix("...").strip()


def _entry_model(field: FieldInfo) -> type[BaseModel] | None:
    value = typing.get_args(field.annotation)[1]
    return model_in(value)
