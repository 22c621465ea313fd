"""Behind the gateway an answer has the form that vLLM 0.32.0 gave it."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from contract.forms import form, parsed, stream_form
from contract.samples import samples_folder
from model_servers import MODEL
from real.front import ANSWER_SECONDS, KEY, Gateway

QUESTION = {
    "model": MODEL,
    "messages": [{"role": "user", "content": "Say something"}],
    "max_tokens": 5,
    "temperature": 1.0,
}


@pytest.fixture(scope="module")
def samples() -> Path:
    """The recorded answers."""
    return samples_folder()


def asked(in_front: Gateway, **over: Any) -> bytes:
    answer = httpx2.post(
        f"{in_front.url}/v1/chat/completions",
        json={**QUESTION, **over},
        headers={"Authorization": f"Bearer {KEY}"},
        timeout=ANSWER_SECONDS,
    )
    assert answer.status_code == 200
    return bytes(answer.content)


def test_a_chat_has_the_recorded_form(in_front: Gateway, samples: Path) -> None:
    assert form(parsed(asked(in_front))) == form(parsed((samples / "chat.json").read_bytes()))


def test_a_stream_has_the_recorded_events_in_order(in_front: Gateway, samples: Path) -> None:
    streamed = asked(in_front, stream=True, stream_options={"include_usage": True})
    assert stream_form(streamed) == stream_form((samples / "chat-stream.sse").read_bytes())
