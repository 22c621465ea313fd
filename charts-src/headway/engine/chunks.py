"""The prompt tokens of one step."""

from headway.engine.request import Sequence


class Chunks:
    """Collects what prefills compute in one step, within the tokens that decoding leaves."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        """Tokens that the step can still compute."""
        self.tokens = 0
        self.completed: list[Sequence] = []
        """Sequences whose prefill ends in this step."""
        self._positions = 0.0

    @property
    def mean_position(self) -> float:
        """Mean number of tokens that a prompt token attends to."""
        return self._positions / self.tokens if self.tokens else 0.0

    def size_for(self, sequence: Sequence) -> int:
        """Tokens that the step can compute for a sequence."""
        return min(sequence.target - sequence.computed, self.budget)

    def compute(self, sequence: Sequence, tokens: int) -> bool:
        """Computes the next tokens of a sequence; whether its prefill is done with them."""
        self._positions += tokens * (sequence.computed + tokens / 2)
        self.tokens += tokens
        self.budget -= tokens
        sequence.computed += tokens
        done = sequence.computed == sequence.target
        if done:
            self.completed.append(sequence)
        return done
