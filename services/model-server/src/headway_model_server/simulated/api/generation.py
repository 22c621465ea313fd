"""Answers a call: hands it to the engine, and turns its tokens into a body or a stream while they come."""

import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from headway.engine import Request
from headway_model_server.simulated.api.answer import Answer, write_answer
from headway_model_server.simulated.api.bodies import DONE, Frame, encode
from headway_model_server.simulated.api.call import Call
from headway_model_server.simulated.api.errors import EngineGone
from headway_model_server.simulated.driver import Driver, EngineDead, Mailbox

PREFIXES = {"chat": "chatcmpl-", "completion": "cmpl-"}
DEAD = "EngineCore encountered an issue. See stack trace (above) for the root cause."


@dataclass(frozen=True, slots=True)
class Generation:
    """One call under way: its answers, which are known, and its mailbox, which says how much of them is there."""

    call: Call
    frame: Frame
    answers: tuple[Answer, ...]
    names: tuple[str, ...]
    """Ids of its sequences in the engine, one for each answer."""
    box: Mailbox

    async def submit(self, driver: Driver) -> None:
        """Hands it to the engine. Raises `EngineGone`."""
        limits, call = driver.engine.limits, self.call
        hashes = [prompt.block_hashes(limits.block_size, call.salt) for prompt in call.prompts]
        requests = [
            Request(
                name,
                call.prompts[at // call.n].tokens,
                len(answer.texts),
                answer.finish_reason,
                hashes[at // call.n],
            )
            for at, (name, answer) in enumerate(zip(self.names, self.answers, strict=True))
        ]
        try:
            await driver.submit(requests, self.box)
        except EngineDead:
            raise EngineGone(DEAD) from None

    async def whole(self) -> bytes:
        """The body, when every token is there. Raises `EngineGone`."""
        wanted = sum(len(answer.texts) for answer in self.answers)
        try:
            while sum(self.box.made.values()) < wanted:
                await self.box.changed()
        except EngineDead:
            raise EngineGone(DEAD) from None
        return self.frame.whole(list(self.answers))

    async def events(self) -> AsyncIterator[bytes]:
        """The events of the stream; tokens that are there together come in one, as vLLM merges them."""
        sent = [0] * len(self.answers)
        around = [self.frame.pieces(index) for index in range(len(self.answers))]
        open_choices = len(self.answers)
        opening = self.frame.opening()
        try:
            while open_choices:
                await self.box.changed()
                for index, name in enumerate(self.names):
                    made = self.box.made[name]
                    if made == sent[index]:
                        continue
                    if opening:
                        yield opening
                        opening = b""
                    piece, closed = self._event(index, sent[index], made, around[index])
                    sent[index] = made
                    open_choices -= closed
                    yield piece
        except EngineDead:
            yield b"data: " + EngineGone(DEAD).body() + b"\n\n"
            yield DONE
            return
        yield self.frame.end(sum(sent))

    def _event(self, index: int, sent: int, made: int, around: tuple[bytes, bytes]) -> tuple[bytes, bool]:
        """The event of tokens `sent` to `made` of one choice, and whether it is its last."""
        answer = self.answers[index]
        text = answer.texts[sent] if made == sent + 1 else "".join(answer.texts[sent:made])
        if self.call.echo and not sent:
            text = self.call.prompts[index // self.call.n].text + text
        if made == len(answer.texts):
            return self.frame.closing(index, text, answer), True
        return around[0] + encode(text) + around[1], False


def begin(call: Call, fingerprint: str, server_seed: int) -> Generation:
    """A generation with its answers written."""
    name = PREFIXES[call.kind] + secrets.token_hex(8)
    answers = tuple(
        write_answer(f"{server_seed}\0{call.seed}\0{index}\0{prompt.text}", call.wish)
        for prompt in call.prompts
        for index in range(call.n)
    )
    names = tuple(f"{name}-{index}" for index in range(len(answers)))
    return Generation(call, Frame(name, int(time.time()), fingerprint, call), answers, names, Mailbox())
