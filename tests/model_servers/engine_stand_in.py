"""A small engine process with the launcher's middleware in its server, for ends that a real engine is too heavy for.

`python engine_stand_in.py run PORT DRAIN_SECONDS [ENGINE_OPTION…]` launches it as the launcher launches an engine;
`python engine_stand_in.py engine PORT [ENGINE_OPTION…]` is the engine itself.
Options: `no-token` (completions answer 500), `ignores-sigterm`.
"""

import asyncio
import os
import signal
import sys

import uvicorn
from prometheus_client import Counter, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

TOKENS = Counter("vllm:generation_tokens", "Number of generation tokens processed.", ["model_name", "engine"])
TOKEN_SECONDS = 0.02


async def models(_: Request) -> Response:
    return JSONResponse({"object": "list", "data": [{"id": "tiny", "object": "model"}]})


async def completions(request: Request) -> Response:
    asked = await request.json()
    if "no-token" in sys.argv:
        return JSONResponse({"error": {"message": "no"}}, status_code=500)
    if asked.get("die"):
        os._exit(int(asked["die"]))

    async def events():  # type: ignore[no-untyped-def]
        for number in range(asked["max_tokens"]):
            TOKENS.labels("tiny", "0").inc()
            yield f'data: {{"choices":[{{"text":"{number}"}}]}}\n\n'
            await asyncio.sleep(TOKEN_SECONDS)
        yield "data: [DONE]\n\n"

    if asked.get("stream"):
        return StreamingResponse(events(), media_type="text/event-stream")
    async for _ in events():
        pass
    return JSONResponse({"choices": [{"text": "0"}]})


async def health(_: Request) -> Response:
    return Response()


async def metrics(_: Request) -> Response:
    return PlainTextResponse(generate_latest())


def application() -> Starlette:
    from headway_model_server.in_engine.middleware import EngineMiddleware

    app = Starlette(
        routes=[
            Route("/v1/models", models),
            Route("/v1/completions", completions, methods=["POST"]),
            Route("/health", health),
            Route("/metrics", metrics),
        ]
    )
    app.add_middleware(EngineMiddleware)
    return app


class Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: object) -> None:
        if "ignores-sigterm" not in sys.argv:
            super().handle_exit(sig, frame)  # type: ignore[arg-type]


def engine(port: int) -> None:
    print("INFO [default_loader.py:501] Loading weights took 1.25 seconds", flush=True)
    print("INFO [core.py:402] init engine (profile, create kv cache, warmup model) took 3.76 s", flush=True)
    print("INFO [logger.py:47] Received request cmpl-1: prompt: 'canary', params: None", flush=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Server(uvicorn.Config(application(), port=port, log_level="warning")).run()


def run(port: str, drain_seconds: str, options: list[str]) -> int:
    from headway_model_server.logs import configure_logs
    from headway_model_server.supervision.launch import Launch, launch

    configure_logs()
    command = (sys.executable, __file__, "engine", port, *options)
    return launch(Launch(command, float(drain_seconds), "vllm:generation_tokens_total"))


if __name__ == "__main__":
    if sys.argv[1] == "run":
        sys.exit(run(sys.argv[2], sys.argv[3], sys.argv[4:]))
    engine(int(sys.argv[2]))
