"""What a client may ask a model server, field by field."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway_gateway.admission.admitted import Admitted, Bounds, admit_chat, admit_completion, admit_generate
from headway_gateway.errors import FieldRefused, GatewayError, InvalidRequest

CANARY = "canary"
CONTEXT = {"tiny": 2048, "huge": 100_000}


def bounds(**changes: Any) -> Bounds:
    stated = {
        "max_messages": 4,
        "max_output_tokens": 4096,
        "max_choices": 2,
        "allow_tools": False,
        "allow_response_format": False,
        "context_of": CONTEXT.get,
        "large_body_bytes": 32_768,
    }
    return Bounds(**{**stated, **changes})


def body(**fields: Any) -> bytes:
    return json.dumps({"model": "tiny", "messages": [{"role": "user", "content": "hello"}], **fields}).encode()


def chat(allowed: Bounds | None = None, salt: str = "", **fields: Any) -> Admitted:
    return admit_chat(body(**fields), allowed or bounds(), salt)


def sent(admitted: Admitted) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(admitted.body)
    return plain


REFUSED: dict[str, Any] = {
    "prompt_embeds": "gASV",
    "chat_template": "{{ x }}",
    "chat_template_kwargs": {"chat_template": "x"},
    "mm_processor_kwargs": {},
    "media_io_kwargs": {},
    "structured_outputs": {"regex": "a*"},
    "guided_json": {},
    "guided_regex": "a*",
    "guided_grammar": "x",
    "guided_choice": ["a"],
    "structural_tag": "x",
    "cache_salt": "another's",
    "kv_transfer_params": {"remote_host": "10.0.0.1"},
    "cache_id": "x",
    "logits_processors": ["os.system"],
    "vllm_xargs": {},
    "priority": -1,
    "request_id": "10.0.0.1",
    "use_beam_search": True,
    "best_of": 9,
    "prompt_logprobs": 1,
    "logit_bias": {"1": 1},
    "documents": [],
    "add_generation_prompt": False,
    "continue_final_message": True,
    "include_stop_str_in_output": True,
    "bad_words": ["x"],
    "truncate_prompt_tokens": 1,
    "functions": [],
    "audio": {},
    "modalities": ["text"],
    "api_base": "http://10.0.0.1",
    "return_token_ids": True,
    "data_parallel_rank": 3,
    "tools": [{"type": "function", "function": {"name": "f"}}],
    "tool_choice": "auto",
    "parallel_tool_calls": True,
    "response_format": {"type": "json_object"},
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_field_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(FieldRefused) as refused:
        chat(**{name: REFUSED[name]})
    assert refused.value.param == name
    assert refused.value.status == 400


@pytest.mark.parametrize("name", sorted(REFUSED.keys() - {"tools", "tool_choice", "parallel_tool_calls"}))
def test_a_completion_refuses_it_too(name: str) -> None:
    with pytest.raises(FieldRefused) as refused:
        admit_completion(json.dumps({"model": "tiny", "prompt": "hello", name: REFUSED[name]}).encode(), bounds(), "")
    assert refused.value.param == name


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "http://169.254.169.254/"}},
        {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}},
        {"type": "video_url", "video_url": {"url": "file:///etc/passwd"}},
        {"type": "image_embeds", "image_embeds": "gASV"},
        {"type": "text", "text": "x", "uuid": "1"},
        {"text": "x"},
    ],
    ids=lambda part: str(part.get("type")),
)
def test_a_part_that_is_not_plain_text_is_refused(part: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        chat(messages=[{"role": "user", "content": [part]}])


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"n": 3}, "n"),
        ({"n": 0}, "n"),
        ({"max_tokens": 4097}, "max_tokens"),
        ({"max_completion_tokens": 4097}, "max_tokens"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 10**30}, "max_tokens"),
        ({"max_tokens": "9"}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"max_tokens": 10, "min_tokens": 11}, "min_tokens"),
        ({"temperature": 2.1}, "temperature"),
        ({"top_p": -0.1}, "top_p"),
        ({"top_k": -2}, "top_k"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"top_logprobs": 21}, "top_logprobs"),
        ({"seed": 2**63}, "seed"),
        ({"repetition_penalty": 0}, "repetition_penalty"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "user", "content": "x"}] * 5}, "messages"),
        ({"messages": [{"role": "root", "content": "x"}]}, "messages"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"model": "m" * 257}, "model"),
        ({"stream": "yes"}, "stream"),
    ],
    ids=str,
)
def test_a_value_out_of_bounds_names_its_field(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        chat(**fields)
    assert refused.value.param == param


def test_a_whole_number_where_a_fraction_may_stand_passes() -> None:
    assert sent(chat(temperature=1, top_p=1, presence_penalty=-2))["temperature"] == 1


def test_a_message_that_is_no_json_is_named_without_a_place() -> None:
    for broken in (b"", b"{", b"\xff", b"null", b"[]", b"7", b"[" * 100_000, b'{"model":"tiny","messages":[{}'):
        with pytest.raises(InvalidRequest):
            admit_chat(broken, bounds(), "")


def test_max_tokens_is_the_bound_or_the_context_where_none_is_stated() -> None:
    assert sent(chat())["max_completion_tokens"] == 2048
    assert sent(chat(model="huge"))["max_completion_tokens"] == 4096
    unknown = chat(model="unknown")
    assert "max_completion_tokens" not in sent(unknown)
    assert unknown.output_tokens == 4096


def test_either_name_of_max_tokens_becomes_the_one_that_is_current() -> None:
    for name in ("max_tokens", "max_completion_tokens"):
        admitted = chat(**{name: 7})
        assert sent(admitted)["max_completion_tokens"] == 7
        assert "max_tokens" not in sent(admitted)
        assert admitted.output_tokens == 7
    assert chat(max_tokens=7, n=2).output_tokens == 14


def test_tools_pass_only_where_they_are_allowed() -> None:
    fields = {"tools": REFUSED["tools"], "tool_choice": {"type": "function", "function": {"name": "f"}}}
    passed = sent(chat(bounds(allow_tools=True), **fields))
    assert passed["tools"] == fields["tools"]
    assert passed["tool_choice"] == fields["tool_choice"]


def called(**more: Any) -> dict[str, Any]:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}, **more}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def test_calls_of_tools_in_a_message_pass_only_where_tools_are_allowed() -> None:
    with pytest.raises(FieldRefused) as refused:
        chat(messages=[called()])
    assert refused.value.param == "tool_calls"
    assert sent(chat(bounds(allow_tools=True), messages=[called()]))["messages"][0]["tool_calls"][0]["id"] == "c1"
    with pytest.raises(FieldRefused):
        chat(bounds(allow_tools=True), messages=[called(extra=1)])


ANSWERED = {"role": "assistant", "content": "hi"}
SILENT: dict[str, Any] = {
    "refusal": None,
    "annotations": [],
    "audio": None,
    "function_call": None,
    "tool_calls": [],
    "reasoning": "a thought",
    "reasoning_content": None,
    "parsed": {"a": 1},
    "name": None,
    "tool_call_id": None,
}


def test_of_an_answer_sent_back_only_what_was_said_goes_on() -> None:
    asked = {"role": "user", "content": "hello"}
    assert sent(chat(messages=[asked, {**ANSWERED, **SILENT}, asked]))["messages"] == [asked, ANSWERED, asked]
    for name in SILENT:
        assert sent(chat(messages=[{**ANSWERED, name: None}]))["messages"] == [ANSWERED]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("refusal", "no"),
        ("annotations", [{"type": "url_citation"}]),
        ("audio", {"id": "a"}),
        ("function_call", {"name": "f", "arguments": "{}"}),
    ],
)
def test_what_an_answer_had_besides_text_is_refused_by_its_name(name: str, value: Any) -> None:
    with pytest.raises(FieldRefused) as refused:
        chat(messages=[{**ANSWERED, name: value}])
    assert refused.value.param == name


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_reasoning_that_is_no_text_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest):
        chat(messages=[{**ANSWERED, name: ["a thought"]}])


def test_a_call_goes_on_without_what_the_client_made_of_it() -> None:
    plain = called()
    call = plain["tool_calls"][0]
    function = {**call["function"], "parsed_arguments": {}}
    passed = sent(
        chat(bounds(allow_tools=True), messages=[{**plain, "tool_calls": [{**call, "index": 0, "function": function}]}])
    )
    assert passed["messages"] == [{"role": "assistant", "tool_calls": [call]}]


@pytest.mark.parametrize(
    ("name", "value"),
    [("tools", {}), ("tools", "auto"), ("tool_choice", 1), ("response_format", []), ("response_format", "text")],
)
def test_what_passes_as_it_came_is_of_its_kind(name: str, value: Any) -> None:
    with pytest.raises(InvalidRequest) as refused:
        chat(bounds(allow_tools=True, allow_response_format=True), **{name: value})
    assert refused.value.param == name


def test_what_passes_as_it_came_is_utf_8() -> None:
    broken = body(tools=["@"]).replace(b"@", b"\xff")
    with pytest.raises(InvalidRequest):
        admit_chat(broken, bounds(allow_tools=True), "")


@pytest.mark.parametrize(
    "metadata",
    [{str(number): "" for number in range(17)}, {"k" * 65: ""}, {"k": "v" * 513}, {"k": 1}, [], "x"],
    ids=["17 pairs", "a key of 65", "a value of 513", "a number", "a list", "a text"],
)
def test_metadata_is_held_to_openais_bounds(metadata: Any) -> None:
    assert chat(metadata={"k" * 64: "v" * 512}).model == "tiny"
    with pytest.raises(InvalidRequest) as refused:
        chat(metadata=metadata)
    assert refused.value.param == "metadata"


@pytest.mark.parametrize("name", ["name", "tool_call_id"])
def test_a_name_is_short(name: str) -> None:
    assert sent(chat(messages=[{**ANSWERED, name: "n" * 256}]))["messages"][0][name] == "n" * 256
    for fault in ("n" * 257, 7):
        with pytest.raises(InvalidRequest):
            chat(messages=[{**ANSWERED, name: fault}])


def test_response_format_passes_only_where_it_is_allowed() -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}
    assert sent(chat(bounds(allow_response_format=True), response_format=wanted))["response_format"] == wanted


def test_null_is_the_same_as_leaving_a_field_out() -> None:
    empty = dict.fromkeys(("tools", "response_format", "max_tokens", "n", "stop", "user", "cache_salt"))
    assert sent(chat(**empty)) == sent(chat())


def test_the_salt_is_ours() -> None:
    assert sent(chat(salt="ours"))["cache_salt"] == "ours"
    assert "cache_salt" not in sent(chat())


def test_who_the_client_says_it_is_goes_no_further() -> None:
    passed = chat(user=CANARY, metadata={CANARY: CANARY}, store=True)
    assert CANARY.encode() not in passed.body
    assert "store" not in sent(passed)


def test_the_model_server_reads_the_json_that_was_judged() -> None:
    twice = b'{"model":"tiny", "n": 99, "messages":[{"role":"user","content":"x"}], "n": 1, "\\u006dodel": "huge"}'
    admitted = admit_chat(twice, bounds(), "")
    assert admitted.body.count(b'"n"') == 1
    assert admitted.model == sent(admitted)["model"] == "huge"


def test_the_size_of_a_prompt_is_its_characters_by_four() -> None:
    parts = [{"role": "system", "content": "abcd"}, {"role": "user", "content": [{"type": "text", "text": "éfghi"}]}]
    admitted = chat(messages=parts, max_tokens=10)
    assert (admitted.prompt_tokens, admitted.tokens) == (3, 13)
    assert admitted.question == "éfghi"


CHARACTERS = st.sampled_from(["a", "\\", '"', "\n", "\t", "\x00", "/", "é", "日", "\u2028", "{", "\\u00e9"])


@settings(max_examples=60, deadline=None)
@given(st.lists(CHARACTERS, min_size=1, max_size=40), st.integers(400, 3000), st.booleans())
def test_a_long_text_is_measured_as_a_short_one_is(unit: list[str], times: int, ascii_only: bool) -> None:
    text = "".join(unit) * times
    asked = {"model": "tiny", "prompt": text, "max_tokens": 5}
    admitted = admit_completion(json.dumps(asked, ensure_ascii=ascii_only).encode(), bounds(), "")
    assert admitted.prompt_tokens == -(-len(text) // 4)
    assert text.startswith(admitted.question)
    assert len(admitted.question) >= min(len(text), 1300), "of sixteen KiB of escapes"
    assert sent(admitted)["prompt"] == text


def test_a_large_body_is_judged_as_a_small_one_is() -> None:
    """Messages, parts, names, metadata, tools: whatever passes in a small body passes in a large one."""
    fields = {
        "messages": [
            {"role": "system", "content": [{"type": "text", "text": 'say {"a": 1} and "b"'}], "name": "é"},
            {**ANSWERED, **SILENT},
            called(),
            {"role": "tool", "tool_call_id": "c1", "content": None},
        ],
        "metadata": {"k": "v"},
        "tools": REFUSED["tools"],
        "stop": ["a"],
        "user": "u",
    }
    judged = [chat(bounds(allow_tools=True, large_body_bytes=size), **fields) for size in (32_768, 0)]
    assert judged[0] == judged[1]
    assert len(sent(judged[1])["messages"]) == 4


@pytest.mark.parametrize("size", [32_768, 0], ids=["small", "large"])
def test_a_large_body_has_as_many_messages_as_a_small_one(size: int) -> None:
    assert len(sent(chat(bounds(large_body_bytes=size), messages=[ANSWERED] * 4))["messages"]) == 4
    with pytest.raises(InvalidRequest) as refused:
        chat(bounds(large_body_bytes=size), messages=[ANSWERED] * 5)
    assert refused.value.param == "messages"


@pytest.mark.parametrize(
    "fields",
    [
        {"user": "u" * 4097},
        {"k" * 5000: 1},
        {"tools": [{"k" * 5000: 1}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": ""}] * 40}]},
        {"stop": "s" * 4097},
    ],
    ids=["a name", "a key", "a key inside", "parts", "a stop"],
)
def test_a_large_body_has_short_names_and_few_objects(fields: dict[str, Any]) -> None:
    allowed = bounds(allow_tools=True, large_body_bytes=0)
    assert chat(allowed).model == "tiny"
    with pytest.raises(InvalidRequest):
        chat(allowed, **fields)


def test_the_small_contract_becomes_a_completion() -> None:
    admitted = admit_generate(b'{"prompt": "hello"}', bounds(), "ours", "tiny")
    assert admitted.path == b"/v1/completions"
    assert sent(admitted) == {
        "model": "tiny",
        "prompt": "hello",
        "max_tokens": 100,
        "temperature": 0.7,
        "top_p": 0.9,
        "cache_salt": "ours",
    }
    assert admit_generate(b'{"prompt": "x", "model": "huge"}', bounds(), "", "tiny").model == "huge"
    with pytest.raises(FieldRefused):
        admit_generate(b'{"prompt": "x", "n": 2}', bounds(), "", "tiny")


@pytest.mark.parametrize("prompt", [[1, 2], [[1], [2]], ["a", "b"], 7, None])
def test_a_prompt_of_token_ids_or_several_texts_is_refused(prompt: Any) -> None:
    with pytest.raises(InvalidRequest):
        admit_completion(json.dumps({"model": "tiny", "prompt": prompt}).encode(), bounds(), "")


def test_no_refusal_repeats_what_the_client_wrote() -> None:
    for fields in (
        {"messages": [{"role": CANARY, "content": CANARY}]},
        {"messages": [{"role": "user", "content": [{"type": CANARY}]}]},
        {"seed": CANARY},
        {"model": CANARY * 99},
        {"metadata": {CANARY: 7}},
        {"max_tokens": 987654321},
        {CANARY.upper() + " : " + CANARY: 1},
    ):
        with pytest.raises(InvalidRequest) as refused:
            chat(**fields)
        told = refused.value.body().lower()
        assert CANARY.encode() not in told
        assert b"987654321" not in told


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.dictionaries(
    st.sampled_from([*REFUSED, "messages", "n", "max_tokens", "stream", "stop", "temperature", "model", "user"]), JSON
)


@settings(max_examples=100, deadline=None)
@given(FIELDS | st.binary(max_size=60))
def test_whatever_is_sent_is_admitted_or_refused_and_nothing_else(asked: dict[str, Any] | bytes) -> None:
    raw = asked if isinstance(asked, bytes) else body(**asked)
    for admit in (admit_chat, admit_completion):
        try:
            admitted = admit(raw, bounds(), "ours")
        except GatewayError as refused:
            assert refused.status == 400  # noqa: PT017  most of them are refused, and that is right
        else:
            assert sent(admitted)["cache_salt"] == "ours"
