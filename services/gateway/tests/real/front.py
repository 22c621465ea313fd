"""The gateway's process in front of model servers, the counters of both, and the official client."""

import hashlib
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import openai

from model_servers import MODEL, RealVllm, SimulatedVllm

KEY = "an-applications-key"
COMMAND = Path(sys.executable).parent / "headway-gateway"
ANSWER_SECONDS = 120
SPEED = 4
"""Simulated seconds a second: of a simulated server, which reports simulated ones."""
Vllm = RealVllm | SimulatedVllm


def a_server(kind: str) -> Vllm:
    """A model server of one kind, `simulated` or `real`, to be entered."""
    return SimulatedVllm(options=("--speed", str(SPEED))) if kind == "simulated" else RealVllm()


class Gateway:
    """A gateway process; its ports are in the line it prints when it serves."""

    def __init__(self, process: "subprocess.Popen[str]", line: str) -> None:
        self.process = process
        self.url, self.admin = (word.rstrip(",") for word in line.split() if word.startswith("http://"))
        self.client = openai.OpenAI(base_url=f"{self.url}/v1", api_key=KEY, timeout=ANSWER_SECONDS, max_retries=0)


@contextmanager
def gateway(folder: Path, *upstreams: str) -> Iterator[Gateway]:
    """A gateway with one key in front of these model servers."""
    (folder / "keys").write_text(f"application:{hashlib.sha256(KEY.encode()).hexdigest()}\n")
    listed = folder / "upstreams.json"
    listed.write_text(json.dumps([{"url": url, "models": [MODEL], "context_tokens": 1024} for url in upstreams]))
    process = subprocess.Popen(
        [str(COMMAND), "--port", "0", "--admin-port", "0", "--upstreams", str(listed)],
        env={"HEADWAY_GATEWAY_API_KEYS_FILE": str(folder / "keys"), "HEADWAY_GATEWAY_DRAIN_SECONDS": "60"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        yield Gateway(process, process.stderr.readline())
    finally:
        process.kill()
        process.wait(10)


def series(address: str, start: str) -> float:
    """The sum of the samples that begin so; `address` is a model server's, or the admin one of a gateway."""
    text = urllib.request.urlopen(f"{address}/metrics", timeout=10).read().decode()
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(start))


def seconds_until(condition: Callable[[], bool], bound: float) -> float:
    """How long it took to hold. Fails after `bound`."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < bound
        time.sleep(0.02)
    return time.monotonic() - begun


def chat(client: openai.OpenAI, tokens: int) -> "openai.Stream[openai.types.chat.ChatCompletionChunk]":
    """A stream of exactly so many tokens."""
    return client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "go on"}],
        max_tokens=tokens,
        stream=True,
        stream_options={"include_usage": True},
        extra_body={"ignore_eos": True},
    )
