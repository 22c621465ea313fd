"""The choice of winners: pinned, so that a draw of today is repeated in ten years, and fair."""

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from headway_gateway.surveys.selection import digest, select

IDS = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(8)]


def test_the_algorithm_is_the_recorded_one() -> None:
    """Made with openssl: for each id, `printf %s ID | openssl dgst -sha256 -hmac 'dice 3 1 6'`, sorted by the output."""
    assert select("dice 3 1 6", IDS, 3) == [IDS[0], IDS[6], IDS[7]]


def test_the_digest_is_that_of_the_sorted_lines() -> None:
    """Made with `sort ids.txt | sha256sum`."""
    assert digest(reversed(IDS)) == "c2f9d926a5bb060df7268398d1ce1bb7cf083d72f20ffd84c595b7970627c034"


@given(st.sets(st.uuids().map(str), max_size=30), st.text(max_size=20), st.integers(1, 40), st.randoms())
def test_neither_order_nor_repetition_of_ids_matters(
    ids: set[str], seed: str, winners: int, chance: random.Random
) -> None:
    shuffled = [*ids, *ids]
    chance.shuffle(shuffled)
    chosen = select(seed, shuffled, winners)
    assert chosen == select(seed, sorted(ids), winners)
    assert len(set(chosen)) == len(chosen) == min(winners, len(ids))


@given(st.sets(st.uuids().map(str), min_size=2, max_size=30), st.text(max_size=20))
def test_more_winners_only_add_to_the_fewer(ids: set[str], seed: str) -> None:
    assert select(seed, ids, 1) == select(seed, ids, 2)[:1]


def test_every_answer_wins_about_equally_often() -> None:
    won = Counter(select(f"seed {number}", IDS, 1)[0] for number in range(8000))
    assert set(won) == set(IDS)
    assert all(850 < count < 1150 for count in won.values())  # 1,000 each, five standard deviations of 30
