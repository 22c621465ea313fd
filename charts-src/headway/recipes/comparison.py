"""Why a choice changed: two records of the same deployment, side by side.

asked differently? ─▶ what became of the old choice ─▶ why the new one had lost before ─▶ what it means
"""

from collections.abc import Iterator, Mapping
from typing import Any

Record = Mapping[str, Any]
"""What `record` writes."""


def compare(old: Record | None, new: Record | None) -> list[str]:
    """Lines that explain the difference, most important first; empty when the records are the same."""
    if old is None or new is None:
        gone, here = old or {}, new or {}
        return [f"no longer served (was {_name(gone)})"] if old else [f"new: {_name(here)}"] if new else []
    if old == new:
        return []
    return [*_choice(old, new), *_asked(old, new), *_figures(old, new), *_chain(old, new)]


def _choice(old: Record, new: Record) -> Iterator[str]:
    before, after = _name(old), _name(new)
    if before == after:
        yield f"the choice is the same: {after}"
        return
    yield f"{before} ─▶ {after}"
    yield f"the old choice now: {_fate(new, before)}"
    yield f"the new choice before: {_fate(old, after)}"


def _fate(record: Record, name: str) -> str:
    """What a record says of a candidate that it did not choose."""
    return str(record.get("others", {}).get(name, "was not looked at: its pool, weights or engine were not offered"))


def _asked(old: Record, new: Record) -> Iterator[str]:
    for key, was, now in _changes(old.get("asked", {}), new.get("asked", {})):
        yield f"asked: {key} was {was}, now {now}"


def _figures(old: Record, new: Record) -> Iterator[str]:
    sections = ("chosen", "gpu_memory_gib", "sequences", "host", "p95_seconds", "usd_per_hour", "cold_start_seconds")
    for section in sections:
        for key, was, now in _changes(old.get(section) or {}, new.get(section) or {}):
            yield f"{section}.{key}: {was} ─▶ {now}"
    key = "usd_per_million_output_tokens"
    if old.get(key) != new.get(key):
        yield f"{key}: {old.get(key)} ─▶ {new.get(key)}"


def _chain(old: Record, new: Record) -> Iterator[str]:
    before, after = ([step["step"] for step in record.get("fallbacks", [])] for record in (old, new))
    if before != after:
        yield f"fallbacks were: {'; '.join(before) or 'none'}"
        yield f"fallbacks are:  {'; '.join(after) or 'none'}"


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            yield key, old.get(key, "not stated"), new.get(key, "not stated")


def _name(record: Record) -> str:
    """The chosen candidate as `others` of a record would name it."""
    chosen = record.get("chosen", {})
    kv = f", KV {chosen['kv_cache']}" if chosen.get("kv_cache", "16bit") != "16bit" else ""
    engine = str(chosen.get("engine", "")).partition(" ")[0]
    return f"{chosen.get('machine')}, {chosen.get('weights')}{kv}, {engine}"
