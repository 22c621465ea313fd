"""What clients and models say appears in no log, no metric and no error, on any path and at any level of detail."""

import asyncio
import signal
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from faults.backend import Fleet
from faults.client import Answer, Client, ask, chat, post, send
from faults.conftest import UNREACHABLE
from faults.gateway import GatewayProcess, eventually, gateway

KEY = "sk-canaryKEYcanary"
WRONG_KEY = "sk-canaryWRONGcanary"
PROMPT = "canaryPROMPTcanary"
SAID = "canarySAIDcanary"
SECRETS = [KEY.encode(), WRONG_KEY.encode(), PROMPT.encode(), sha256(KEY.encode()).hexdigest().encode()]


@pytest.fixture(scope="module")
def talkative(servers: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    a, b = (server.url for server in servers.servers)
    with gateway(
        tmp_path_factory.mktemp("talkative"),
        [("tiny", [a]), ("pair", [a, b]), ("gone", [UNREACHABLE]), ("asleep", [])],
        keys=f"canary:{sha256(KEY.encode()).hexdigest()}\n",
        log_level="debug",
        first_byte_timeout_seconds=0.5,
        idle_timeout_seconds=0.5,
        hold_seconds=0.5,
        body_timeout_seconds=0.5,
        ejection_failures=100,
        ejection_seconds=0.3,
        drain_seconds=0,
    ) as running:
        yield running


SCRIPTS = ["whole", "fails", "refuses", "busy", "dies_silent", "dies_inside", "dies_between", "hangs",
           "stalls", "bad_json", "no_done", "html", "garbage", "two_lengths", "second_answer", "gzipped"]  # fmt: skip
REFUSED = [
    f'{{"model": "{PROMPT}", "messages": [{{"role": "user", "content": "x"}}]}}',
    f'{{"model": "tiny", "messages": [{{"role": "{PROMPT}", "content": "x"}}]}}',
    f'{{"model": "tiny", "messages": [{{"role": "user", "content": {{"{PROMPT}": 1}}}}]}}',
    f'{{"model": "tiny", "messages": "{PROMPT}"}}',
    f'{{"model": "tiny", "{PROMPT}": 1}}',
    f'{{"model": "tiny", "metadata": {{"{PROMPT}": 1}}, "messages": [{{"role": "user", "content": "x"}}]}}',
    f'{{"{PROMPT}',
]


async def provoke(running: GatewayProcess) -> tuple[list[Answer], list[Answer]]:
    """Every path: answers to what the model servers did, and refusals of the gateway's own."""
    port, auth = running.port, f"authorization: Bearer {KEY}"
    asking = [
        send(port, post(chat(f"script={script} say={SAID} {PROMPT}", model=model, stream=stream), key=KEY))
        for script in SCRIPTS
        for model in ("tiny", "pair")
        for stream in (True, False)
    ]
    asking += [send(port, post(chat(PROMPT, model=model), key=KEY)) for model in ("gone", "asleep")]
    refusing = [send(port, post(body.encode(), key=KEY)) for body in REFUSED]
    refusing += [
        ask(port, PROMPT, "x-a: b"),
        send(port, post(chat(PROMPT), key=WRONG_KEY)),
        send(port, post(chat(PROMPT), f"host: {PROMPT}", key=KEY)),
        send(port, post(chat(PROMPT), path=f"/{PROMPT}?{PROMPT}", key=KEY)),
        send(port, post(chat(PROMPT), f"content-length: {PROMPT}", key=KEY)),
        send(
            port,
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: g\r\n{auth}\r\ncontent-length: 900\r\n\r\n{PROMPT}".encode(),
        ),
        send(port, f"GET /{PROMPT} HTTP/1.1\r\nhost: g\r\n{auth}\r\n\r\n".encode()),
    ]
    return await asyncio.gather(*asking), await asyncio.gather(*refusing)


@pytest.mark.asyncio
async def test_keys_prompts_and_answers_are_found_nowhere_but_in_the_answers(talkative: GatewayProcess) -> None:
    answered, refused = await provoke(talkative)
    answered.append(await send(talkative.port, post(chat(f"script=draining say={SAID} {PROMPT}"), key=KEY)))
    async with asyncio.timeout(5):
        while not (await send(talkative.port, post(chat("k=1"), key=KEY))).served:
            await asyncio.sleep(0.05)
    leaver = await Client.connect(talkative.port)
    leaver.send(post(chat(f"script=stalls {PROMPT} say={SAID}"), key=KEY))
    leaver.send(post(chat(f"script=stalls {PROMPT} say={SAID}"), key=KEY))
    await eventually(lambda: talkative.metric("headway_gateway_requests_in_flight") >= 1, 3)
    leaver.reset()
    cut = await Client.connect(talkative.port)
    cut.send(post(chat(f"k=100000 gap_ms=20 {PROMPT} say={SAID}"), key=KEY))
    await cut.until(SAID.encode())
    exposed = talkative.admin("/metrics")[1].encode()
    talkative.signal(signal.SIGTERM)
    ended = await cut.answer()
    await asyncio.to_thread(talkative.exit_code)

    assert sum(SAID in answer.text for answer in answered) >= 8, "the canary was never sung"
    assert all(answer.status >= 400 for answer in refused)
    heads = [str(answer.headers).encode() for answer in (*answered, *refused)]
    for secret in (*SECRETS, SAID.encode()):
        assert secret not in talkative.output
        assert secret not in exposed
        assert not any(secret in head for head in heads)
        assert not any(secret in answer.body for answer in refused)
        assert not any(secret in str(answer.error).encode() for answer in (*answered, ended))


@pytest.mark.asyncio
async def test_a_trace_of_a_model_servers_failure_is_not_passed_on(servers: Fleet, tmp_path: Path) -> None:
    """Neither the first replica's nor, once a retry is earned, that of the second."""
    with gateway(tmp_path, [("pair", [server.url for server in servers.servers])]) as running:
        for _ in range(5):
            assert (await ask(running.port, "k=1", model="pair")).served
        answer = await ask(running.port, f"script=fails say={SAID} nonce=trace", model="pair")
    assert (answer.status, answer.code) == (502, "upstream_failed")
    assert b"Traceback" not in answer.body
    assert servers.hits["trace"] == 2
