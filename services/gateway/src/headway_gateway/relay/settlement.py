"""What a call cost: tokens that were charged and not used go back to the client, the rest is counted.

An answer that is not streamed and that its client left keeps its whole charge: how far the model server had come is not
known, and who leaves early must not get past the limit of tokens.
"""

from headway_gateway.relay.attempt import Attempt
from headway_gateway.relay.call import Call
from headway_gateway.relay.usage import Usage, usage_in

EVENTS_WITHOUT_TOKENS = 2
"""The event that opens a stream and `[DONE]`."""


def settle(call: Call, now: float) -> None:
    """Count an ended call and give back what it did not use."""
    attempt, metrics = call.attempt, call.metrics
    counted = _counted(attempt) if attempt is not None else None
    tokens = counted or _estimated(call)
    metrics.prompt_tokens.inc(tokens.prompt_tokens)
    metrics.completion_tokens.inc(tokens.completion_tokens)
    if counted is not None:
        spent = counted.prompt_tokens + counted.completion_tokens
    else:
        spent = _uncounted(call, tokens.completion_tokens)
    call.usage.tokens.give_back(max(0, call.admitted.tokens - spent))
    arrived = call.exchange.request.arrived
    if attempt is not None and attempt.first_byte_at is not None:
        metrics.ttft.observe(attempt.first_byte_at - arrived)
        if attempt.streamed:
            metrics.output_events.inc(attempt.events.events)
    metrics.duration.observe(now - arrived)
    metrics.answered(call.status)


def _uncounted(call: Call, streamed: int) -> int:
    """Tokens that a call is taken to have cost whose answer carries no count of the model server's."""
    attempt = call.attempt
    if attempt is None or attempt.sent_at is None or (attempt.answer is None and not call.left):
        return 0
    if call.left and not call.admitted.stream:
        return call.admitted.tokens
    return call.admitted.prompt_tokens + streamed


def _counted(attempt: Attempt) -> Usage | None:
    """The model server's own count, where its answer carries one."""
    return usage_in(attempt.events.last if attempt.streamed else attempt.body)


def _estimated(call: Call) -> Usage:
    """Tokens of an answer that carries no count: the prompt's as they were admitted, and one for each event.

    Nothing where no answer began, or where it is a refusal: no prompt was read for that.
    """
    attempt = call.attempt
    if attempt is None or attempt.answer is None or attempt.answer.status != 200:
        return Usage(0, 0)
    return Usage(call.admitted.prompt_tokens, max(0, attempt.events.events - EVENTS_WITHOUT_TOKENS))
