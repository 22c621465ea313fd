"""Which replica is asked, and when one is left alone."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway_gateway.errors import UpstreamFailed
from headway_gateway.replicas.directory import Directory, Found, Model
from headway_gateway.replicas.replica import LONGEST_EJECTION, Replica
from headway_gateway.upstream.address import Address

NOW = 1000.0


def address(port: int) -> Address:
    return Address.parse(f"http://127.0.0.1:{port}")


def replica(port: int = 1) -> Replica:
    return Replica(address(port), connect_timeout_seconds=1, ejection_failures=3, ejection_seconds=5)


def model(*outstanding: int) -> Model:
    made = Model("tiny")
    for port, work in enumerate(outstanding, 1):
        made.replicas.append(replica(port))
        made.replicas[-1].outstanding = work
    return made


@given(st.lists(st.integers(0, 50), min_size=1, max_size=12))
def test_the_one_with_the_fewest_requests_in_work_is_asked(outstanding: list[int]) -> None:
    chosen = model(*outstanding).choose(NOW)
    assert chosen is not None
    assert chosen.outstanding == min(outstanding)


def test_ties_go_round() -> None:
    equal = model(0, 0, 0)
    assert [equal.choose(NOW).address.port for _ in range(6)] == [1, 2, 3, 1, 2, 3]  # type: ignore[union-attr]


@given(st.integers(2, 8), st.integers(1, 200))
def test_requests_that_never_end_are_spread_evenly(replicas: int, requests: int) -> None:
    spread = model(*[0] * replicas)
    for _ in range(requests):
        chosen = spread.choose(NOW)
        assert chosen is not None
        chosen.take(NOW)
    work = [each.outstanding for each in spread.replicas]
    assert max(work) - min(work) <= 1


def test_the_one_that_failed_is_not_asked_again_for_the_same_request() -> None:
    pair = model(0, 5)
    first = pair.choose(NOW)
    assert pair.choose(NOW, but_not=[first]) is not first
    assert model(0).choose(NOW) is not None
    single = model(0)
    assert single.choose(NOW, but_not=single.replicas) is None


def test_failures_in_a_row_eject_and_a_success_between_them_does_not() -> None:
    broken = replica()
    assert [broken.failed(NOW, trial=False) for _ in range(2)] == [False, False]
    broken.succeeded(NOW, trial=False)
    assert [broken.failed(NOW, trial=False) for _ in range(3)] == [False, False, True]
    assert not broken.may_be_asked(NOW + 4.9)
    assert broken.may_be_asked(NOW + 5)


def ejected() -> Replica:
    broken = replica()
    for _ in range(3):
        broken.failed(NOW, trial=False)
    return broken


def test_after_an_ejection_one_request_at_a_time_tries() -> None:
    broken = ejected()
    trial = broken.take(NOW + 6)
    assert not broken.may_be_asked(NOW + 6)
    broken.release(trial)
    assert broken.may_be_asked(NOW + 6)


def test_a_try_that_takes_long_keeps_the_next_away_for_one_pause() -> None:
    broken = ejected()
    assert broken.take(NOW + 6)
    assert not broken.may_be_asked(NOW + 10.9)
    assert broken.may_be_asked(NOW + 11)
    assert broken.take(NOW + 11)


def test_a_try_whose_stream_begins_lets_others_in_and_the_next_failure_ejects_again() -> None:
    broken = ejected()
    assert broken.take(NOW + 6)
    broken.began()
    assert broken.may_be_asked(NOW + 6)
    assert not broken.take(NOW + 6), "a second try"
    assert broken.failed(NOW + 7, trial=False)
    assert not broken.may_be_asked(NOW + 8)


def test_a_request_that_was_repeated_does_not_try_an_ejected_replica_unless_it_may() -> None:
    due = ejected()
    pair = Model("tiny", replicas=[due])
    assert pair.choose(NOW + 6, tries=False) is None
    assert pair.choose(NOW + 6) is due


def test_the_end_of_a_request_from_before_the_ejection_is_no_end_of_the_try() -> None:
    broken = replica()
    older = [broken.take(NOW) for _ in range(2)]
    for _ in range(3):
        broken.failed(NOW, trial=False)
    trial = broken.take(NOW + 5)
    assert (older, trial) == ([False, False], True)
    broken.release(older[0])
    assert not broken.may_be_asked(NOW + 6), "a second try beside the first"
    broken.succeeded(NOW + 6, older[0])
    assert (broken.ejections, broken.may_be_asked(NOW + 6)) == (1, False), "an old stream that ended well"
    broken.release(older[1])
    assert not broken.failed(NOW + 6, older[1])
    assert broken.ejected_until == NOW + 5, "an old stream that broke"
    broken.release(trial)
    assert broken.failed(NOW + 6, trial)
    assert broken.ejected_until == NOW + 6 + 10


def test_a_try_that_succeeds_brings_the_replica_back_whole() -> None:
    back = ejected()
    back.succeeded(NOW + 6, back.take(NOW + 6))
    back.take(NOW + 6)
    assert back.may_be_asked(NOW + 6)
    assert [back.failed(NOW + 6, trial=False) for _ in range(2)] == [False, False]


def test_tries_that_fail_make_the_pause_longer_up_to_a_bound() -> None:
    broken, now, pauses = ejected(), NOW, []
    for _ in range(6):
        now = broken.ejected_until
        trial = broken.take(now)
        broken.release(trial)
        assert broken.failed(now, trial)
        pauses.append(broken.ejected_until - now)
    assert pauses == [10] * 6
    assert max(pauses) == 5 * LONGEST_EJECTION


def test_a_replica_that_asks_for_a_pause_gets_it_without_a_mark() -> None:
    busy = replica()
    busy.set_aside(NOW + 7)
    assert not busy.may_be_asked(NOW + 6.9)
    assert busy.may_be_asked(NOW + 7)
    assert (busy.failures, busy.ejections) == (0, 0)
    busy.set_aside(NOW + 3)
    assert busy.ejected_until == NOW + 7


def test_a_replica_that_is_going_is_left_alone_longer_each_time_up_to_a_bound_until_it_answers() -> None:
    going, now, pauses = replica(), NOW, []
    for _ in range(5):
        going.leaving(now)
        pauses.append(going.ejected_until - now)
        now = going.ejected_until
        assert going.may_be_asked(now)
    assert pauses == [5, 10, 20, 30, 30]
    assert (going.failures, going.ejections) == (0, 0)
    going.succeeded(now, trial=False)
    going.leaving(now)
    assert going.ejected_until == now + 5


def test_a_replica_that_is_going_is_left_alone_at_least_as_long_as_one_that_fails() -> None:
    patient = Replica(address(1), connect_timeout_seconds=1, ejection_failures=3, ejection_seconds=60)
    for _ in range(2):
        patient.leaving(NOW)
        assert patient.ejected_until == NOW + 60


def test_a_model_whose_replicas_are_all_left_alone_has_none() -> None:
    sleeping = model(0, 0)
    for each in sleeping.replicas:
        each.set_aside(NOW + 1)
    assert sleeping.choose(NOW) is None
    assert (sleeping.ready(NOW), sleeping.ready(NOW + 1)) == (0, 2)


@pytest.fixture
def directory() -> Directory:
    return Directory(lambda where: Replica(where, 1, 3, 5))


@pytest.mark.asyncio
async def test_replicas_that_stay_keep_their_state(directory: Directory) -> None:
    assert not directory.known
    directory.replace([Found("tiny", "openai", (address(1), address(2)))])
    assert directory.known
    stays = directory.models["tiny"].replicas[0]
    stays.outstanding, stays.failures = 7, 2
    directory.replace([Found("tiny", "openai", (address(1), address(3)), 4096)])
    tiny = directory.models["tiny"]
    assert [each.address.port for each in tiny.replicas] == [1, 3]
    assert tiny.replicas[0] is stays
    assert tiny.context_tokens == 4096


@pytest.mark.asyncio
async def test_a_new_replica_wakes_who_waits_and_a_lost_one_does_not(directory: Directory) -> None:
    directory.replace([Found("tiny", "openai", ())])
    waits = directory.models["tiny"].changed
    directory.replace([Found("tiny", "openai", ())])
    assert not waits.is_set()
    directory.replace([Found("tiny", "openai", (address(1),))])
    assert waits.is_set()


@pytest.mark.asyncio
async def test_a_model_no_longer_named_is_gone_and_one_without_replicas_stays(directory: Directory) -> None:
    directory.replace([Found("tiny", "openai", (address(1),)), Found("big", "generate", (address(2),))])
    directory.replace([Found("tiny", "openai", ())])
    assert list(directory.models) == ["tiny"]
    assert directory.models["tiny"].replicas == []


@pytest.mark.asyncio
async def test_models_at_one_address_share_its_replica(directory: Directory) -> None:
    directory.replace([Found("tiny", "openai", (address(1),)), Found("small", "openai", (address(1),))])
    assert directory.models["tiny"].replicas[0] is directory.models["small"].replicas[0]


@pytest.mark.asyncio
async def test_a_name_server_that_never_answers_is_waited_for_no_longer_than_for_a_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A real one that is silent cannot be had here: the C library reads its address from /etc/resolv.conf and asks port 53,
    # so both would take root. The loop's own resolution is what stands still instead.
    asked = asyncio.Event()

    async def silent(*_host: object, **_hints: object) -> None:
        asked.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", silent)
    named = Replica(Address.parse("http://tiny.models.svc"), 0.05, ejection_failures=3, ejection_seconds=5)
    with pytest.raises(UpstreamFailed, match="no connection"):
        await asyncio.wait_for(named.connect(), 10)
    assert asked.is_set()
