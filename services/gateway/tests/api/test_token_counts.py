"""What `headway_gateway_tokens_total` says of an answer: the model server's count, or an estimate where there is none."""

import openai
import pytest

from api.process import GatewayProcess, wait_for

COUNTED_PROMPT = 7
"""That the model server states in `usage`, whatever was asked."""
PROMPT = 30
"""As it is estimated: four characters a token."""


class Tokens:
    """The counters, as far as they have moved since this was made."""

    def __init__(self, gateway: GatewayProcess) -> None:
        self._gateway = gateway
        self._settled, self._before = self._now()

    def counted(self) -> tuple[float, float]:
        """Prompt and completion tokens, once a further call is settled."""
        wait_for(lambda: self._now()[0] > self._settled)
        _, after = self._now()
        return after[0] - self._before[0], after[1] - self._before[1]

    def _now(self) -> tuple[float, tuple[float, float]]:
        settled = sum(self._gateway.metrics("headway_gateway_requests_total").values())
        samples = self._gateway.metrics("headway_gateway_tokens_total")
        prompt, completion = (samples[f'kind="{kind}",model="tiny"'] for kind in ("prompt", "completion"))
        return settled, (prompt, completion)


@pytest.fixture
def tokens(gateway: GatewayProcess) -> Tokens:
    return Tokens(gateway)


def asking(kind: str, detail: str) -> str:
    """`PROMPT` tokens that tell the model server what to do."""
    return f"{kind} {detail.zfill(4 * PROMPT - len(kind) - 1)}"


def test_a_stream_with_usage_counts_exactly_that(client: openai.OpenAI, tokens: Tokens) -> None:
    options: openai.types.chat.ChatCompletionStreamOptionsParam = {"include_usage": True}
    for _ in client.completions.create(model="tiny", prompt=asking("say", "5"), stream=True, stream_options=options):
        pass
    assert tokens.counted() == (COUNTED_PROMPT, 5)


def test_a_stream_without_usage_counts_its_prompt_as_admitted_and_its_events(
    client: openai.OpenAI, tokens: Tokens
) -> None:
    for _ in client.completions.create(model="tiny", prompt=asking("say", "5"), stream=True):
        pass
    assert tokens.counted() == (PROMPT, 5)


def test_an_answer_that_is_not_streamed_counts_its_usage(client: openai.OpenAI, tokens: Tokens) -> None:
    client.completions.create(model="tiny", prompt=asking("say", "5"))
    assert tokens.counted() == (COUNTED_PROMPT, 5)


def test_a_refusal_by_the_model_server_counts_nothing(client: openai.OpenAI, tokens: Tokens) -> None:
    with pytest.raises(openai.APIStatusError):
        client.completions.create(model="tiny", prompt=asking("status", "400"))
    assert tokens.counted() == (0, 0)


def test_a_stream_that_its_client_leaves_counts_its_prompt(client: openai.OpenAI, tokens: Tokens) -> None:
    stream = client.completions.create(model="tiny", prompt=asking("wait", "counts"), stream=True)
    next(stream)
    stream.close()
    assert tokens.counted()[0] == PROMPT
