"""F11: answers that are not what they should be go on byte for byte, or become one clean error."""

import gzip

import pytest

from faults.client import ask
from faults.conftest import earn
from faults.gateway import GatewayProcess
from faults.scripts import DONE, event

pytestmark = pytest.mark.asyncio
MALFORMED = ["garbage", "two_lengths", "endless_head"]


async def test_a_chunk_with_bad_json_goes_on_as_it_is(patient: GatewayProcess) -> None:
    answer = await ask(patient.port, "script=bad_json")
    assert answer.body == event("a") + b'data: {"choices": [{]\n\n' + DONE
    assert answer.whole


async def test_a_chunk_of_1_mb_goes_on_whole(patient: GatewayProcess) -> None:
    answer = await ask(patient.port, "script=big_chunk")
    assert answer.served
    assert len(answer.body) > 2**20


async def test_characters_cut_in_the_middle_arrive_whole(patient: GatewayProcess) -> None:
    answer = await ask(patient.port, "script=split_utf8")
    assert answer.body == event("größer 日本 🙂") + DONE


async def test_a_stream_without_done_ends_with_an_error_event(patient: GatewayProcess) -> None:
    answer = await ask(patient.port, "script=no_done")
    assert answer.clean_error
    assert (answer.text, answer.code) == ("ab", "upstream_failed")


async def test_a_page_in_place_of_a_stream_is_one_clean_error(patient: GatewayProcess) -> None:
    answer = await ask(patient.port, "script=html")
    assert (answer.status, answer.code) == (502, "upstream_malformed")


async def test_a_compressed_stream_is_one_clean_error(patient: GatewayProcess) -> None:
    answer = await ask(patient.port, "script=gzipped")
    assert (answer.status, answer.code) == (502, "upstream_malformed")


async def test_a_compressed_answer_goes_on_with_its_encoding(patient: GatewayProcess) -> None:
    answer = await ask(patient.port, "script=gzipped", stream=False)
    assert answer.headers["content-encoding"] == "gzip"
    assert b'"content": "a"' in gzip.decompress(answer.body)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("script", MALFORMED)
async def test_what_is_not_http_is_one_clean_error(patient: GatewayProcess, script: str, stream: bool) -> None:
    answer = await ask(patient.port, f"script={script}", stream=stream)
    assert (answer.status, answer.code) == (502, "upstream_malformed"), answer
    assert answer.clean_error


async def test_an_answer_with_a_length_and_chunks_is_one_clean_error(patient: GatewayProcess) -> None:
    answer = await ask(patient.port, "script=length_and_chunks")
    assert (answer.status, answer.code) == (502, "upstream_malformed")


async def test_a_second_answer_behind_the_first_is_not_taken_for_a_part_of_it(patient: GatewayProcess) -> None:
    answer = await ask(patient.port, "script=second_answer", stream=False)
    assert b"smuggled" not in answer.body
    assert answer.served or answer.code == "upstream_malformed"


async def test_bytes_outside_an_answer_reach_nobody(patient: GatewayProcess) -> None:
    """The connection that brought them is not used again."""
    await earn(patient, 4)
    for number in range(4):
        answer = await ask(patient.port, f"script=late_bytes nonce=late{number}", stream=False)
        assert answer.served
        following = await ask(patient.port, f"say=own nonce=after{number}", stream=False)
        assert following.text == "own0 "
