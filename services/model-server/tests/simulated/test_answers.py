"""Prompts and answers: the same in, the same out, counted truthfully."""

from hypothesis import given
from hypothesis import strategies as st

from headway_model_server.simulated.api.answer import LONGEST, Wish, write_answer
from headway_model_server.simulated.api.prompt import of_messages, of_text, of_token_ids, text_of, token_ids


@given(st.text())
def test_tokens_make_their_text_again(text: str) -> None:
    assert text_of(token_ids(text)) == text.encode("utf-8", "replace").decode()


@given(st.lists(st.integers(0, 2**64 - 1)))
def test_any_token_ids_are_some_text(ids: list[int]) -> None:
    assert isinstance(text_of(ids), str)


def test_four_bytes_are_a_token() -> None:
    assert [of_text(text).tokens for text in ("", "abcd", "abcde", "äöü")] == [1, 1, 2, 2]


def test_token_ids_are_a_token_each() -> None:
    assert of_token_ids([5, 6, 7]).tokens == 3


def test_prompts_that_begin_alike_share_their_first_blocks_and_no_others() -> None:
    first, second = of_text("a" * 128 + "b" * 64), of_text("a" * 128 + "c" * 64)
    one, other = first.block_hashes(16, ""), second.block_hashes(16, "")
    assert (one[:2] == other[:2], one[2] == other[2]) == (True, False)


def test_clients_with_other_salts_share_nothing() -> None:
    prompt = of_text("a" * 128)
    assert not set(prompt.block_hashes(16, "one")) & set(prompt.block_hashes(16, "other"))


def test_roles_are_part_of_a_prompt() -> None:
    assert of_messages([("user", "x")]).text != of_messages([("system", "x")]).text


@given(st.text(), st.integers(1, 400), st.integers(0, 100), st.booleans())
def test_an_answer_keeps_the_bounds_that_were_asked(key: str, most: int, least: int, ignore_eos: bool) -> None:
    answer = write_answer(key, Wish(most, min(least, most), ignore_eos))
    assert min(least, most) <= len(answer.texts) <= most
    assert answer.finish_reason == ("length" if len(answer.texts) == most and answer.texts[-1] else "stop")


@given(st.text())
def test_the_same_key_gives_the_same_answer(key: str) -> None:
    assert write_answer(key, Wish(50)) == write_answer(key, Wish(50))


def test_another_key_gives_another_answer() -> None:
    assert write_answer("a", Wish(50)).texts != write_answer("b", Wish(50)).texts


def test_an_answer_ends_by_itself_with_a_token_without_text() -> None:
    answer = write_answer("a", Wish(4000))
    assert (answer.finish_reason, answer.texts[-1], len(answer.texts) <= LONGEST + 1) == ("stop", "", True)


def test_ignoring_the_end_makes_all_tokens() -> None:
    assert len(write_answer("a", Wish(4000, ignore_eos=True)).texts) == 4000


@given(st.text(), st.booleans(), st.integers(0, 60))
def test_a_stop_string_ends_the_answer_where_it_is_complete(key: str, shown: bool, least: int) -> None:
    whole = write_answer(key, Wish(200, ignore_eos=True))
    stop = "".join(whole.texts)[40:46]
    answer = write_answer(key, Wish(200, least, ignore_eos=True, stop=(stop,), include_stop=shown))
    text = "".join(answer.texts)
    if answer.stop_reason is None:
        assert stop not in "".join(whole.texts[least:])
        return
    assert "".join(whole.texts).startswith(text)
    assert text.endswith(stop) if shown else "".join(whole.texts)[len(text) :].startswith(stop)
    assert len(answer.texts) >= least
