"""One clock for all deadlines: what fails on it does not stop it."""

import asyncio
import itertools

from headway_gateway.front.sweep import SLICE, Sweep


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


def test_a_crowd_is_asked_over_many_turns_and_others_are_served_between() -> None:
    sweep, counted = Sweep(), [Counted() for _ in range(10 * SLICE)]
    for each in counted:
        sweep.watch(each)
    asked_by_turn = []

    async def beside() -> None:
        going_round = asyncio.create_task(sweep.round(0.01))
        while not going_round.done():
            asked_by_turn.append(sum(each.checks for each in counted))
            await asyncio.sleep(0)

    asyncio.run(beside())
    steps = [after - before for before, after in itertools.pairwise(asked_by_turn)]
    assert max(steps) == SLICE
    assert all(each.checks == 1 for each in counted)


def test_what_ended_during_a_round_is_not_asked() -> None:
    sweep = Sweep()
    left = [Counted() for _ in range(2 * SLICE)]

    class Ending:
        def check(self, _now: float) -> None:
            for each in left:
                sweep.forget(each)

    for each in [*left, *(Ending() for _ in range(2 * SLICE))]:
        sweep.watch(each)
    asyncio.run(sweep.round(0))
    assert sum(each.checks for each in left) < SLICE
