"""Continuous batching as vLLM V1's scheduler does it, step by step, without a clock, I/O or randomness of its own.

    step = decoding sequences, one token each ─▶ the prefill under way ─▶ waiting requests, first come, first served

- A step computes `max_num_batched_tokens` at most. Decoding comes first; a prompt that does not fit is split into chunks.
  So at most one prefill is ever partly done, and it is the one that was admitted last.
- When no KV block is left, the sequence admitted last loses all of its own and waits again, before everybody else; what it
  had is computed anew (preemption by recompute). In such a step nobody is admitted.
- A request is admitted when its whole prompt fits into the free blocks (`--scheduler-reserve-full-isl`, on by default) and
  its first chunk into the step. No watermark is kept (`--watermark 0`, the default).

Left out: priorities, speculative decoding, LoRA, encoder inputs, KV transfer, blocks of answers in the prefix cache, and the
freeing of blocks that lie outside a sliding window. With pipeline stages one step stands for one way through all of them.
"""

from collections import OrderedDict

from headway.engine.blocks import BlockPool
from headway.engine.chunks import Chunks
from headway.engine.counters import Counters
from headway.engine.decoding import Decoding
from headway.engine.limits import Limits
from headway.engine.request import Request, Sequence
from headway.engine.step import Step, StepSeconds


class Refused(ValueError):
    """A request that this engine can never finish."""


class Engine:
    """One engine. State between two calls is that at the end of the last step."""

    def __init__(self, limits: Limits, step_seconds: StepSeconds) -> None:
        self.limits = limits
        self.counters = Counters()
        self._step_seconds = step_seconds
        self._blocks = BlockPool(limits.usable_blocks)
        self._waiting: OrderedDict[str, Sequence] = OrderedDict()
        self._decoding = Decoding(limits.block_size)
        self._partial: Sequence | None = None
        self._number = 0

    @property
    def waiting(self) -> int:
        """Requests admitted to the queue and not running."""
        return len(self._waiting)

    @property
    def running(self) -> int:
        """Sequences that hold blocks."""
        return len(self._decoding) + (self._partial is not None)

    @property
    def kv_usage(self) -> float:
        """Share of the KV blocks that sequences hold, 0 to 1."""
        return self._blocks.held / self._blocks.total

    def generated(self, request_id: str) -> int:
        """Tokens made for a request so far. Raises `KeyError` for one that is not here."""
        if request_id in self._decoding:
            sequence = self._decoding[request_id]
            return sequence.generated + self._decoding.tokens_since(sequence, self._number)
        return self._find(request_id).generated

    def add(self, request: Request, now: float) -> Sequence:
        """Puts a request at the end of the queue.

        Raises `Refused` for one that is longer than `max_model_len`, empty, or already here.
        """
        most = self.limits.max_model_len
        if request.prompt_tokens < 1 or request.output_tokens < 1:
            raise Refused(f"{request.id}: prompt and output have at least one token")
        if request.prompt_tokens + request.output_tokens > most:
            raise Refused(f"{request.id}: {request.prompt_tokens} + {request.output_tokens} tokens exceed {most}")
        if self._holds(request.id):
            raise Refused(f"{request.id} is here already")
        sequence = Sequence(request, now)
        self._waiting[request.id] = sequence
        return sequence

    def abort(self, request_id: str) -> bool:
        """Drops a request at once and frees its blocks; false when it is not here (any more)."""
        if request_id in self._decoding:
            sequence = self._decoding[request_id]
            self._decoding.leave(sequence, self._number)
            self._release(sequence)
        elif self._waiting.pop(request_id, None) is None:
            if self._partial is None or self._partial.request.id != request_id:
                return False
            self._release(self._partial)
            self._partial = None
        self.counters.aborted += 1
        return True

    def step(self, now: float) -> Step | None:
        """One step that begins `now`; `None` when there is nothing to do."""
        if not self._waiting and not self._decoding and self._partial is None:
            return None
        self._number += 1
        preempted = self._grow_decoding()
        decoded, context = self._decoding.all(), self._decoding.mean_context
        chunks = Chunks(self.limits.max_num_batched_tokens - len(decoded))
        if self._partial is not None and not self._continue(self._partial, chunks):
            preempted.append(self._preempt(self._partial))
        if not preempted:
            self._admit(chunks, now)
        seconds = self._step_seconds(len(decoded), context + 1.0, chunks.tokens, chunks.mean_position)
        finished = self._decoding.advance(self._number)
        finished += self._join(chunks.completed)
        self._count(len(decoded) + len(chunks.completed), chunks, finished)
        step = Step(now, seconds, decoded, tuple(chunks.completed), finished, tuple(preempted), chunks.tokens)
        _stamp(step)
        return step

    def _holds(self, request_id: str) -> bool:
        partial = self._partial is not None and self._partial.request.id == request_id
        return partial or request_id in self._waiting or request_id in self._decoding

    def _find(self, request_id: str) -> Sequence:
        if self._partial is not None and self._partial.request.id == request_id:
            return self._partial
        return self._waiting[request_id]

    def _grow_decoding(self) -> list[Sequence]:
        """A block for everybody whose last one is full; returns who was preempted for it."""
        number, blocks = self._number, self._blocks
        needed = self._decoding.due_count(number)
        if needed <= blocks.free:
            if needed:
                blocks.take(needed)
            return []
        preempted: list[Sequence] = []
        for sequence in list(self._decoding.due(number)):
            while sequence.request.id in self._decoding and not blocks.free:
                preempted.append(self._preempt(self._partial or self._decoding.last()))
            if sequence.request.id in self._decoding:
                blocks.take(1)
        return preempted

    def _preempt(self, sequence: Sequence) -> Sequence:
        """Takes the blocks of the sequence admitted last and sends it back to the head of the queue."""
        if sequence is self._partial:
            self._partial = None
        else:
            self._decoding.leave(sequence, self._number - 1)
        self._release(sequence)
        sequence.computed = 0
        sequence.preemptions += 1
        self.counters.preemptions += 1
        self._waiting[sequence.request.id] = sequence
        self._waiting.move_to_end(sequence.request.id, last=False)
        return sequence

    def _continue(self, sequence: Sequence, chunks: Chunks) -> bool:
        """The next chunk of the prefill under way; false when no block is left for it."""
        if not chunks.budget:
            return True
        size = chunks.size_for(sequence)
        if self._missing(sequence, sequence.computed + size) > self._blocks.free:
            return False
        self._partial = None
        self._compute(sequence, size, chunks)
        return True

    def _admit(self, chunks: Chunks, now: float) -> None:
        """Waiting requests, first come, first served, while there is room for the next one."""
        while self._waiting and chunks.budget and self.running + len(chunks.completed) < self.limits.max_num_seqs:
            sequence = next(iter(self._waiting.values()))
            found = self._cached(sequence)
            missing = self.limits.blocks_of(sequence.target) - len(found) + self._blocks.idle_among(found)
            if missing > self._blocks.free:
                return
            del self._waiting[sequence.request.id]
            self._start(sequence, found, now)
            self._compute(sequence, chunks.size_for(sequence), chunks)

    def _cached(self, sequence: Sequence) -> tuple[int, ...]:
        """Blocks at the beginning of its prompt that are here already; its last token is always computed."""
        hashes = sequence.request.block_hashes
        if not hashes or not self.limits.prefix_caching:
            return ()
        return hashes[: self._blocks.found(hashes, (sequence.target - 1) // self.limits.block_size)]

    def _start(self, sequence: Sequence, found: tuple[int, ...], now: float) -> None:
        self._blocks.share(found)
        sequence.shared.extend(found)
        sequence.computed = len(found) * self.limits.block_size
        if sequence.admitted is None:
            sequence.admitted = now
            sequence.cached_tokens = sequence.computed
            if self.limits.prefix_caching:
                self.counters.prefix_queries += sequence.target
                self.counters.prefix_hits += sequence.computed

    def _compute(self, sequence: Sequence, size: int, chunks: Chunks) -> None:
        """Takes the blocks of a chunk, makes those findable that it fills, and computes it."""
        before = sequence.computed // self.limits.block_size
        self._blocks.take(self._missing(sequence, sequence.computed + size))
        if not chunks.compute(sequence, size):
            self._partial = sequence
        if self.limits.prefix_caching:
            for value in sequence.request.block_hashes[before : sequence.computed // self.limits.block_size]:
                if self._blocks.publish(value):
                    sequence.shared.append(value)

    def _missing(self, sequence: Sequence, tokens: int) -> int:
        """Blocks that it needs beyond its own to hold so many tokens."""
        return self.limits.blocks_of(tokens) - self.limits.blocks_of(sequence.computed)

    def _join(self, completed: list[Sequence]) -> tuple[Sequence, ...]:
        """Prefilled sequences get their token and decode from the next step on; returns those that it ends."""
        ended = []
        for sequence in completed:
            sequence.generated += 1
            if sequence.remaining:
                self._decoding.enter(sequence, self._number)
            else:
                ended.append(sequence)
        return tuple(ended)

    def _count(self, tokens: int, chunks: Chunks, finished: tuple[Sequence, ...]) -> None:
        counters = self.counters
        counters.steps += 1
        counters.generation_tokens += tokens
        for sequence in finished:
            self._release(sequence)
            counters.finished += 1
        for sequence in chunks.completed:
            if sequence.first_token is None:
                counters.prompt_tokens += sequence.request.prompt_tokens

    def _release(self, sequence: Sequence) -> None:
        """Gives its blocks back."""
        self._blocks.release(self.limits.blocks_of(sequence.computed) - len(sequence.shared), sequence.shared)
        sequence.shared.clear()


def _stamp(step: Step) -> None:
    """Writes the times that a step decides into its sequences."""
    for sequence in step.prefilled:
        if sequence.first_token is None:
            sequence.first_token = step.end
    for sequence in step.finished:
        sequence.finished = step.end
