"""Streamed completions over raw lines, so that nothing a client library repairs stays unseen."""

import asyncio
import json
from dataclasses import dataclass, field

import aiohttp

BOUND_SECONDS = 60.0


@dataclass
class Stream:
    """One streamed answer as it arrives."""

    status: int = 0
    lines: list[str] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def whole(self) -> bool:
        """Whether it ended as vLLM ends a whole one."""
        return bool(self.lines) and self.lines[-1] == "data: [DONE]"

    @property
    def tokens(self) -> int:
        """Tokens by the usage that the stream ends with; events are fewer where an engine sends several at once."""
        usage = json.loads(self.lines[-2].removeprefix("data: ")).get("usage") if len(self.lines) > 1 else None
        return int(usage["completion_tokens"]) if usage else 0

    async def read(self, session: aiohttp.ClientSession, base_url: str, tokens: int) -> "Stream":
        """Asks and reads to the end."""
        wanted = {"model": "tiny", "prompt": "hello", "max_tokens": tokens, "stream": True, "ignore_eos": True}
        wanted["stream_options"] = {"include_usage": True}
        async with session.post(f"{base_url}/v1/completions", json=wanted) as answer:
            self.status = answer.status
            async for raw in answer.content:
                if line := raw.decode().strip():
                    self.lines.append(line)
                    self.begun.set()
        return self


@dataclass
class Streams:
    """Several at once."""

    streams: list[Stream]
    tasks: list[asyncio.Task[Stream]]

    @classmethod
    async def begin(cls, session: aiohttp.ClientSession, base_url: str, count: int, tokens: int) -> "Streams":
        """Starts them and waits until each has its first line."""
        streams = [Stream() for _ in range(count)]
        tasks = [asyncio.create_task(stream.read(session, base_url, tokens)) for stream in streams]
        begun = asyncio.gather(*(stream.begun.wait() for stream in streams))
        async with asyncio.timeout(BOUND_SECONDS):
            await asyncio.wait({begun, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            for failed in (task for task in tasks if task.done()):
                failed.result()
            await begun
        return cls(streams, tasks)

    async def ended(self) -> list[Stream]:
        """All of them, read to the end."""
        async with asyncio.timeout(BOUND_SECONDS):
            return await asyncio.gather(*self.tasks)


def session() -> aiohttp.ClientSession:
    """A client whose every wait is bounded."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=BOUND_SECONDS))
