"""Paths of vLLM 0.32.0 that a simulated engine answers with 404."""

from collections.abc import Mapping

_OTHER_API = "another API's form of the same generation; no part of Headway asks by it"
_ELASTIC = "changes the engine's own parallelism while it serves; Headway replaces replicas"

NOT_SERVED: Mapping[str, str] = {
    "/generative_scoring": "probabilities of a real model's tokens",
    "/invocations": _OTHER_API,
    "/is_scaling_elastic_ep": _ELASTIC,
    "/kv_event_sources": "events of a real KV cache, off by default",
    "/openapi.json": "would describe paths of this list",
    "/scale_elastic_ep": _ELASTIC,
    "/v1/chat/completions/batch": "several chats in one request; no part of Headway sends them",
    "/v1/messages": _OTHER_API,
    "/v1/messages/count_tokens": _OTHER_API,
    "/v1/responses": _OTHER_API,
    "/v1/responses/{response_id}": _OTHER_API,
    "/v1/responses/{response_id}/cancel": _OTHER_API,
    "/v1/systemone": "decisions of a real model",
}
"""Why, by path."""
