"""The paths of vLLM 0.32.0 that clients, probes and scrapers use; `not_served` has the others."""

import secrets
import time
from collections.abc import Awaitable, Callable

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from headway_model_server.simulated.api.answering import Answering, error_response
from headway_model_server.simulated.api.bodies import encode
from headway_model_server.simulated.api.call import Call
from headway_model_server.simulated.api.errors import ApiError, EngineGone, Malformed
from headway_model_server.simulated.api.generation import DEAD, begin
from headway_model_server.simulated.api.prompt import of_messages, of_text, text_of, token_ids
from headway_model_server.simulated.api.reading import Body, message_of
from headway_model_server.simulated.simulation import VERSION, Simulation

SHUT_DOWN = "cannot schedule new futures after shutdown"
"""What a draining vLLM says."""


class Routes:
    """Handlers over one simulation."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._created = int(time.time())

    def routes(self) -> list[Route]:
        """Every path but the admin's."""
        reader = self._simulation.reader
        return [
            Route("/health", self.health),
            Route("/ping", self.health, methods=["GET", "POST"]),
            Route("/load", self.load),
            Route("/version", self.version),
            Route("/metrics", self.metrics),
            Route("/v1/models", self.models),
            Route("/v1/chat/completions", self._generating(reader.chat), methods=["POST"]),
            Route("/v1/completions", self._generating(reader.completion), methods=["POST"]),
            Route("/tokenize", self._reading(self.tokenize), methods=["POST"]),
            Route("/detokenize", self._reading(self.detokenize), methods=["POST"]),
        ]

    async def health(self, _: Request) -> Response:
        """200 while the engine lives, also while it drains; 503 when it is dead."""
        return Response(status_code=200 if self._simulation.driver.alive else 503)

    async def load(self, _: Request) -> Response:
        """vLLM counts only with `--enable-server-load-tracking`, which is off by default."""
        return _json({"server_load": 0})

    async def version(self, _: Request) -> Response:
        """The version whose answers these are."""
        return _json({"version": VERSION})

    async def metrics(self, _: Request) -> Response:
        """Prometheus' text format."""
        return Response(self._simulation.exposition.text(), headers={"content-type": CONTENT_TYPE_LATEST})

    async def models(self, _: Request) -> Response:
        """One entry for each served name."""
        settings, limits = self._simulation.replica.settings, self._simulation.replica.limits
        permission = {
            "object": "model_permission", "created": self._created, "allow_create_engine": False,
            "allow_sampling": True, "allow_logprobs": True, "allow_search_indices": False, "allow_view": True,
            "allow_fine_tuning": False, "organization": "*", "group": None, "is_blocking": False,
        }  # fmt: skip
        data = [
            {
                "id": name, "object": "model", "created": self._created, "owned_by": "vllm", "root": settings.model,
                "parent": None, "max_model_len": limits.max_model_len,
                "permission": [{"id": f"modelperm-{secrets.token_hex(8)}", **permission}],
            }
            for name in settings.served_names
        ]  # fmt: skip
        return _json({"object": "list", "data": data})

    def tokenize(self, body: Body) -> Response:
        """Tokens of a prompt or of messages."""
        self._simulation.reader.model(body)
        if "messages" in body:
            prompt = of_messages([message_of(message, at) for at, message in enumerate(body["messages"] or ())])
        elif isinstance(body.get("prompt"), str):
            prompt = of_text(body["prompt"])
        else:
            raise Malformed.of("missing", "body.prompt", "Field required", f"<dict of {len(body)} items>")
        ids = token_ids(prompt.text)
        texts = [text_of([id_]) for id_ in ids] if body.get("return_token_strs") else None
        limit = self._simulation.replica.limits.max_model_len
        return _json({"count": len(ids), "max_model_len": limit, "tokens": ids, "token_strs": texts})

    def detokenize(self, body: Body) -> Response:
        """The text of tokens."""
        self._simulation.reader.model(body)
        tokens = body.get("tokens")
        if not isinstance(tokens, list) or not all(type(id_) is int and 0 <= id_ < 2**64 for id_ in tokens):
            raise Malformed.of("list_type", "body.tokens", "Input should be a valid list", f"<{type(tokens).__name__}>")
        return _json({"prompt": text_of(tokens)})

    def _reading(self, handle: Callable[[Body], Response]) -> Callable[[Request], Awaitable[Response]]:
        """Reads the body, and turns what is wrong with it into an answer."""

        async def endpoint(request: Request) -> Response:
            try:
                return handle(await self._body(request))
            except ApiError as error:
                return error_response(error)
            except ClientDisconnect:
                return Response(status_code=499)

        return endpoint

    def _generating(self, read: Callable[[Body], Call]) -> Callable[[Request], Awaitable[Response]]:
        simulation = self._simulation

        async def endpoint(request: Request) -> Response:
            try:
                call = read(await self._body(request))
                if simulation.refuses or not simulation.driver.alive:
                    raise EngineGone(SHUT_DOWN if simulation.refuses else DEAD)
                generation = begin(call, simulation.fingerprint, simulation.options.seed)
                simulation.recorder.accepted(call)
                await generation.submit(simulation.driver)
            except ApiError as error:
                return error_response(error)
            except ClientDisconnect:
                return Response(status_code=499)
            return Answering(generation, simulation)

        return endpoint

    async def _body(self, request: Request) -> Body:
        return self._simulation.reader.body(await request.body(), request.headers.get("content-type", ""))


def _json(value: object) -> Response:
    return Response(encode(value), media_type="application/json")
