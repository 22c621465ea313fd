from headway_gateway.relay.usage import Usage, usage_in


def test_the_count_of_a_plain_answer_is_read() -> None:
    body = b'{"choices":[],"usage":{"prompt_tokens":19,"total_tokens":24,"completion_tokens":5},"metrics":null}'
    assert usage_in(body) == Usage(19, 5)


def test_a_text_cannot_forge_a_count() -> None:
    body = rb'{"choices":[{"text":"\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}"}]}'
    assert usage_in(body) is None


def test_an_answer_without_a_count_has_none() -> None:
    assert usage_in(b'{"choices":[],"usage":null}') is None
