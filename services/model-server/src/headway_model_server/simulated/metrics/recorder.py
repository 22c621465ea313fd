"""Keeps what the metrics show: counters by name, and a tally for every histogram."""

from collections import Counter

from headway.engine import Engine, Sequence, Step
from headway_model_server.simulated.api.call import Call
from headway_model_server.simulated.metrics.families import FAMILIES, TOKENS
from headway_model_server.simulated.metrics.tally import Tally


class Recorder:
    """Sees steps and finished calls. All seconds are simulated ones."""

    def __init__(self, max_model_len: int) -> None:
        self.tallies = {
            family.name: Tally(
                tuple(bound for bound in family.buckets if family.buckets is not TOKENS or bound <= max_model_len)
            )
            for family in FAMILIES
            if family.kind == "histogram"
        }
        self.finished: Counter[str] = Counter()
        """Requests by the reason they ended for."""
        self.cached_tokens = 0
        self._last_end: float | None = None

    def step(self, step: Step, _: Engine) -> None:
        """A step that is over."""
        prompts = sum(sequence.request.prompt_tokens for sequence in step.prefilled if sequence.generated == 1)
        self.tallies["iteration_tokens_total"].observe(prompts + len(step.decoded) + len(step.prefilled))
        if step.decoded and self._last_end is not None:
            self.tallies["inter_token_latency_seconds"].observe(step.end - self._last_end, len(step.decoded))
        self._last_end = step.end
        for sequence in step.prefilled:
            if sequence.first_token == step.end:
                self.tallies["time_to_first_token_seconds"].observe(max(0.0, step.end - sequence.arrived))
                self.cached_tokens += sequence.cached_tokens
        for sequence in step.finished:
            self._finished(sequence, sequence.request.finish_reason)

    def accepted(self, call: Call) -> None:
        """A call that the engine has taken."""
        for _ in call.prompts:
            self.tallies["request_params_n"].observe(call.n)
            self.tallies["request_params_max_tokens"].observe(call.wish.max_tokens)

    def aborted(self, requests: int) -> None:
        """Requests whose client has left."""
        self.finished["abort"] += requests

    def _finished(self, sequence: Sequence, reason: str) -> None:
        """A request with all of its tokens."""
        self.finished[reason] += 1
        request, arrived = sequence.request, sequence.arrived
        admitted, first = sequence.admitted or arrived, sequence.first_token or arrived
        finished = sequence.finished or first
        seen = {
            "request_prompt_tokens": request.prompt_tokens,
            "request_generation_tokens": request.output_tokens,
            "request_max_num_generation_tokens": request.output_tokens,
            "request_time_per_output_token_seconds": (finished - first) / max(1, request.output_tokens - 1),
            "e2e_request_latency_seconds": finished - arrived,
            "request_queue_time_seconds": admitted - arrived,
            "request_inference_time_seconds": finished - admitted,
            "request_prefill_time_seconds": first - admitted,
            "request_decode_time_seconds": finished - first,
            "request_num_preemptions": sequence.preemptions,
            "request_prefill_kv_computed_tokens": request.prompt_tokens - sequence.cached_tokens,
        }
        for name, value in seen.items():
            self.tallies[name].observe(max(0.0, value))
