"""Repairs of workloads and of their containers."""

import re

from headway.policies.index import Index
from headway.policies.repairs.change import Change, Drop, LeftAlone, Put, Quote
from headway.policies.repairs.repair import repair
from headway.policies.rule import Hit

_LINKED = re.compile(r"[A-Z0-9_]+_SERVICE_(?:HOST|PORT)|[A-Z0-9_]+_PORT_\d+_(?:TCP|UDP)")
"""Variables that service links make; who reads them needs the links."""


@repair(
    "service-named-vllm",
    "Adds `enableServiceLinks: false` to the pod. Left alone where the pod states `true`, or reads variables that the "
    "links make.",
)
def stop_service_links(hit: Hit, _: Index) -> list[Change]:
    if not isinstance(hit.at.value, dict):
        raise LeftAlone("somebody chose enableServiceLinks: true")
    if used := _LINKED.search(str(hit.at.value)):
        raise LeftAlone(f"the pod reads {used.group()}, which the links make")
    return [Put((*hit.at.path, "enableServiceLinks"), False)]


@repair(
    "replicas-under-scaler",
    "Removes `spec.replicas`. Left alone where it is 0, which may be a pause that somebody chose.",
)
def leave_replicas_to_the_scaler(hit: Hit, _: Index) -> list[Change]:
    if hit.at.value == 0:
        raise LeftAlone("replicas: 0 may be a pause that somebody chose")
    return [Drop(hit.at.path)]


@repair(
    "probe-on-wrong-endpoint",
    "Writes `/health` for `/v1/models`. Left alone where the port is wrong, or the path has a prefix: the server's flag "
    "may be the mistake.",
)
def probe_health(hit: Hit, _: Index) -> list[Change]:
    if hit.at.path[-1] != "path" or (hit.at.text() or "").rstrip("/") != "/v1/models":
        raise LeftAlone("either of the two may be the mistake")
    return [Put(hit.at.path, "/health")]


@repair(
    "gpu-request-is-not-limit",
    "States the request as the limit too where there is no limit. Left alone where both are stated and differ.",
)
def limit_is_request(hit: Hit, _: Index) -> list[Change]:
    *resources, _requests, key = hit.at.path
    stated = hit.at.manifest.at(*resources, "limits")
    asked = hit.at.scalar()
    if stated.has(str(key)) or asked is None:
        raise LeftAlone("which of the two numbers is meant is a decision")
    if stated.value is None:
        return [Put((*resources, "limits"), ((str(key), asked),))]
    return [Put((*stated.path, str(key)), asked)]


@repair(
    "value-not-text",
    "Puts numbers and booleans in quotes, as they are written. Left alone: lists, mappings, and words such as `yes`, which "
    "may be meant as a word or as a truth value.",
)
def quote_value(hit: Hit, _: Index) -> list[Change]:
    if isinstance(hit.at.value, dict | list):
        raise LeftAlone("a text cannot be made of it without knowing its format")
    return [Quote(hit.at.path)]


@repair(
    "argument-empty",
    "Removes empty elements, puts numbers and booleans in quotes. Left alone: a command in one text, and an empty element "
    "behind a flag, whose value it may have been.",
)
def mend_arguments(hit: Hit, _: Index) -> list[Change]:
    *row, position = hit.at.path
    if not isinstance(position, int) or isinstance(hit.at.value, dict | list):
        raise LeftAlone("how a text becomes words is the shell's affair")
    if hit.at.value not in (None, ""):
        return [Quote(hit.at.path)]
    before = hit.at.manifest.at(*row, position - 1).scalar() if position else None
    if before and before.startswith("-"):
        raise LeftAlone(f"it may have been the value of {before}")
    return [Drop(hit.at.path)]


REPAIRS = (
    stop_service_links, leave_replicas_to_the_scaler, probe_health, limit_is_request, quote_value, mend_arguments,
)  # fmt: skip
