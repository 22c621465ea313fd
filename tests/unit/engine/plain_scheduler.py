"""vLLM V1's scheduling loop written down plainly: every running request is looked at in every step, nothing is cached.

The engine must do the same, step for step; it only gets there without looking.
"""

from dataclasses import dataclass

from headway.engine import Limits, Request


@dataclass
class Plain:
    request: Request
    computed: int = 0
    generated: int = 0
    blocks: int = 0

    @property
    def tokens(self) -> int:
        return self.request.prompt_tokens + self.generated


class PlainScheduler:
    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.free = limits.usable_blocks
        self.waiting: list[Plain] = []
        self.running: list[Plain] = []

    def add(self, request: Request) -> None:
        self.waiting.append(Plain(request))

    def abort(self, request_id: str) -> None:
        for queue in (self.waiting, self.running):
            for one in [one for one in queue if one.request.id == request_id]:
                self.free += one.blocks
                queue.remove(one)

    def step(self) -> tuple[list[str], list[str], list[str], int]:
        """Ids that got a token, ended, were preempted; tokens computed."""
        budget = self.limits.max_num_batched_tokens
        scheduled: list[tuple[Plain, int]] = []
        preempted: list[str] = []
        index = 0
        while index < len(self.running) and budget > 0:
            one = self.running[index]
            tokens = min(one.tokens - one.computed, budget)
            while not self._allocate(one, tokens):
                victim = self.running.pop()
                self._drop(victim)
                self.waiting.insert(0, victim)
                preempted.append(victim.request.id)
                if victim is one:
                    break
            if one not in self.running:
                break
            scheduled.append((one, tokens))
            budget -= tokens
            index += 1
        while not preempted and self.waiting and budget > 0 and len(self.running) < self.limits.max_num_seqs:
            one = self.waiting[0]
            if self.limits.blocks_of(one.tokens) > self.free:
                break
            tokens = min(one.tokens, budget)
            assert self._allocate(one, tokens)
            self.running.append(self.waiting.pop(0))
            scheduled.append((one, tokens))
            budget -= tokens
        return self._finish(scheduled, preempted)

    def _finish(
        self, scheduled: list[tuple[Plain, int]], preempted: list[str]
    ) -> tuple[list[str], list[str], list[str], int]:
        emitted, ended = [], []
        for one, tokens in scheduled:
            one.computed += tokens
            if one.computed == one.tokens:
                one.generated += 1
                emitted.append(one.request.id)
            if one.generated == one.request.output_tokens:
                ended.append(one.request.id)
                self._drop(one)
                self.running.remove(one)
        return emitted, ended, preempted, sum(tokens for _, tokens in scheduled)

    def _allocate(self, one: Plain, tokens: int) -> bool:
        needed = self.limits.blocks_of(one.computed + tokens) - one.blocks
        if needed > self.free:
            return False
        self.free -= needed
        one.blocks += needed
        return True

    def _drop(self, one: Plain) -> None:
        self.free += one.blocks
        one.blocks = one.computed = 0
