"""One clock for all deadlines: what fails on it does not stop it."""

import asyncio
import itertools

from headway_gateway.front.sweep import MOST_TURNS, SLICE, Sweep


class Broken:
    def check(self, now: float) -> None:
        raise RuntimeError(now)


class Counted:
    def __init__(self) -> None:
        self.checks = 0

    def check(self, _now: float) -> None:
        self.checks += 1


def test_one_that_fails_does_not_stop_the_deadlines_of_the_others() -> None:
    sweep, counted, heard = Sweep(), [Counted() for _ in range(5)], []
    sweep.watch(Broken())
    for each in counted:
        sweep.watch(each)
    sweep.every_round(Broken().check)
    sweep.every_round(heard.append)
    asyncio.run(sweep.round(0))
    assert [each.checks for each in counted] == [1] * 5
    assert len(heard) == 1


def asked_by_turn(watched: int) -> list[int]:
    """How many of so many are asked in each turn of the loop, in one round."""
    sweep, counted = Sweep(), [Counted() for _ in range(watched)]
    for each in counted:
        sweep.watch(each)
    so_far = []

    async def beside() -> None:
        going_round = asyncio.create_task(sweep.round(0.01))
        while not going_round.done():
            so_far.append(sum(each.checks for each in counted))
            await asyncio.sleep(0)

    asyncio.run(beside())
    assert [each.checks for each in counted] == [1] * watched
    return [after - before for before, after in itertools.pairwise([*so_far, watched]) if after > before]


def test_a_crowd_is_asked_over_many_turns_and_others_are_served_between() -> None:
    assert asked_by_turn(10 * SLICE) == [SLICE] * 10


def test_a_larger_crowd_makes_larger_turns_and_no_longer_round() -> None:
    assert asked_by_turn(3 * SLICE * MOST_TURNS) == [3 * SLICE] * MOST_TURNS


def test_what_ended_during_a_round_is_not_asked() -> None:
    sweep, asked = Sweep(), []

    class Left:
        def check(self, _now: float) -> None:
            asked.append(self)

    left = [Left() for _ in range(2 * SLICE)]

    class Ending:
        def check(self, _now: float) -> None:
            asked.append(self)
            for each in left:
                sweep.forget(each)

    for each in [*left, *(Ending() for _ in range(2 * SLICE))]:
        sweep.watch(each)
    asyncio.run(sweep.round(0))
    first_ending = next(place for place, each in enumerate(asked) if isinstance(each, Ending))
    assert not any(isinstance(each, Left) for each in asked[first_ending:])
    assert first_ending < len(left)
