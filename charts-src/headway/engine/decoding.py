"""The decoding sequences, each of which gets one token a step, without touching each of them in each step.

Who ends in which step, and who needs a block in which step, is known when a sequence enters: it is put down under that
step's number. So a step costs what happens in it, not how many run.
"""

from collections.abc import Iterable

from headway.engine.request import Sequence


class Decoding:
    """Sequences in the order in which they were admitted."""

    def __init__(self, block_size: int) -> None:
        self._block_size = block_size
        self._all: dict[str, Sequence] = {}
        self._due: list[dict[str, Sequence]] = [{} for _ in range(block_size)]
        self._ends: dict[int, dict[str, Sequence]] = {}
        self._context = 0

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, request_id: str) -> bool:
        return request_id in self._all

    def __getitem__(self, request_id: str) -> Sequence:
        return self._all[request_id]

    def all(self) -> tuple[Sequence, ...]:
        """Everybody, in order."""
        return tuple(self._all.values())

    def last(self) -> Sequence:
        """Who was admitted last."""
        return next(reversed(self._all.values()))

    @property
    def mean_context(self) -> float:
        """Mean number of tokens in the KV cache of one sequence."""
        return self._context / len(self._all) if self._all else 0.0

    def due(self, step: int) -> Iterable[Sequence]:
        """Those who need one more block in this step: their last one is full."""
        return self._due[step % self._block_size].values()

    def due_count(self, step: int) -> int:
        """How many `due` are."""
        return len(self._due[step % self._block_size])

    def advance(self, step: int) -> tuple[Sequence, ...]:
        """Gives everybody the token of this step; returns those whose last one it was, who leave."""
        self._context += len(self._all)
        ending = self._ends.get(step)
        return tuple([self._left(sequence, step) for sequence in list(ending.values())]) if ending else ()

    def enter(self, sequence: Sequence, step: int) -> None:
        """A sequence whose prefill ended in this step, with its first token, and more to come."""
        request_id = sequence.request.id
        sequence.joined = step
        self._all[request_id] = sequence
        self._due[self._phase(sequence)][request_id] = sequence
        self._ends.setdefault(step + sequence.remaining, {})[request_id] = sequence
        self._context += sequence.computed

    def leave(self, sequence: Sequence, step: int) -> None:
        """Takes a sequence out after the tokens of `step`, and settles what it has."""
        self._left(sequence, step)

    def tokens_since(self, sequence: Sequence, step: int) -> int:
        """Tokens made since it entered."""
        return step - sequence.joined

    def _phase(self, sequence: Sequence) -> int:
        """The steps, modulo the block size, before which a block of the sequence becomes full."""
        return (sequence.joined + 1 - sequence.computed) % self._block_size

    def _left(self, sequence: Sequence, step: int) -> Sequence:
        request_id, end = sequence.request.id, sequence.joined + sequence.remaining
        del self._all[request_id]
        del self._due[self._phase(sequence)][request_id]
        ending = self._ends[end]
        del ending[request_id]
        if not ending:
            del self._ends[end]
        made = self.tokens_since(sequence, step)
        sequence.generated += made
        sequence.computed += made
        self._context -= sequence.computed
        return sequence
