"""The upstreams file: which addresses serve which models, read again when it changes.

JSON: `[{"url": "http://127.0.0.1:8000", "models": ["tiny"], "contract": "openai"}]`. An entry without `url` names
models that have no replica now: requests for them are held. `contract` is `openai` unless it says `generate`;
`context_tokens` bounds the answers to requests that state no length.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from headway_gateway.replicas.directory import Contract, Found
from headway_gateway.upstream.address import Address, BadAddress


class Upstream(msgspec.Struct, forbid_unknown_fields=True):
    """One line of the file."""

    models: Annotated[list[str], msgspec.Meta(min_length=1)]
    url: str | None = None
    contract: Contract = "openai"
    context_tokens: Annotated[int, msgspec.Meta(ge=1)] | None = None


class BadUpstreams(ValueError):
    """The file cannot be used; the message names the entry and what would be right."""


def read_upstreams(path: Path) -> list[Upstream]:
    """The file's entries. Raises `BadUpstreams`."""
    try:
        entries = msgspec.json.decode(path.read_bytes(), type=list[Upstream])
    except OSError as error:
        raise BadUpstreams(f"{path}: {error.strerror}; give a readable file") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadUpstreams(f'{path}: {error}; write [{{"url": "http://127.0.0.1:8000", "models": ["name"]}}]') from None
    faults = [fault for number, entry in enumerate(entries) for fault in _faults(path, number, entry)]
    if faults:
        raise BadUpstreams("\n".join(faults))
    return entries


def _faults(path: Path, number: int, entry: Upstream) -> list[str]:
    try:
        if entry.url is not None:
            Address.parse(entry.url)
    except BadAddress as error:
        return [f"{path}: [{number}].url: {error}"]
    return []


def found_in(entries: Sequence[Upstream]) -> list[Found]:
    """Models with every address that serves them, in the file's order; the first entry of a model says the rest."""
    first: dict[str, Upstream] = {}
    addresses: dict[str, dict[Address, None]] = {}
    for entry in entries:
        for model in entry.models:
            first.setdefault(model, entry)
            listed = addresses.setdefault(model, {})
            if entry.url is not None:
                listed[Address.parse(entry.url)] = None
    return [Found(name, entry.contract, tuple(addresses[name]), entry.context_tokens) for name, entry in first.items()]
