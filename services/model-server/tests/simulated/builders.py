"""Lawful options, and HTTP on a bare socket where a client library would hide what happens."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from headway_model_server.simulated import SimulationOptions

TIMEOUT_SECONDS = 10.0
CARD = "meta-llama/Llama-3.2-1B-Instruct"
CHAT = {"messages": [{"role": "user", "content": "Say something"}]}


def options(*arguments: str, **over: Any) -> SimulationOptions:
    """`tiny` on an L4 with 8 sequences and 1,024 tokens, 20 times as fast as real; `arguments` come behind these."""
    lawful: dict[str, Any] = {"gpu": "l4", "speed": 20.0, "port": 0, "model_card": CARD, "weights": "16bit"}
    first = ("tiny", "--max-model-len", "1024", "--max-num-seqs", "8")
    return SimulationOptions((*first, *arguments), **{**lawful, **over})


def chat_request(**fields: Any) -> bytes:
    """The bytes of a chat."""
    body = json.dumps({**CHAT, **fields}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


@contextmanager
def connection(url: str, sent: bytes = b"") -> Iterator[socket.socket]:
    """A connection on which a request has been sent; every wait on it is bounded."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=TIMEOUT_SECONDS) as opened:
        opened.sendall(sent)
        yield opened


def read_until(opened: socket.socket, mark: bytes) -> bytes:
    """Everything up to and with `mark`; `ConnectionError` when the peer ends before."""
    got = b""
    while mark not in got:
        part = opened.recv(65536)
        if not part:
            raise ConnectionError(f"ended after {len(got)} bytes")
        got += part
    return got


def read_all(opened: socket.socket) -> None:
    """Reads to the end; raises what the socket raises."""
    while opened.recv(65536):
        pass


def listens(url: str) -> bool:
    """Whether a connection is accepted there."""
    try:
        with connection(url):
            return True
    except ConnectionError:
        return False
