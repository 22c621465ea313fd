"""One clock for all deadlines: what fails on it does not stop it."""

from headway_gateway.front.sweep import Sweep


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
    sweep.every_tick(Broken().check)
    sweep.every_tick(heard.append)
    sweep.tick(1.0)
    assert [each.checks for each in counted] == [1] * 5
    assert heard == [1.0]
