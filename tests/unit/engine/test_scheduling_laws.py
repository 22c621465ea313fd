"""Laws of the batching core, for any load: it schedules as vLLM does, and nothing is lost on the way."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from headway.engine import Engine, Limits, Request
from unit.engine.builders import names, one_second, run
from unit.engine.plain_scheduler import PlainScheduler


@dataclass(frozen=True)
class Event:
    """What happens before a step: a request arrives, or one leaves."""

    request: Request | None
    leaves: str = ""


@st.composite
def engines(draw: st.DrawFn) -> Limits:
    """Small engines, most of which run out of blocks."""
    block_size = draw(st.sampled_from([1, 2, 4, 16]))
    longest = draw(st.integers(2, 40))
    blocks = -(-longest // block_size) + draw(st.integers(0, 12)) + 1
    sequences = draw(st.integers(1, 6))
    budget = sequences + draw(st.integers(0, 30))
    return Limits(sequences, budget, longest, blocks, block_size, prefix_caching=draw(st.booleans()))


@st.composite
def loads(draw: st.DrawFn, limits: Limits, aborts: bool) -> list[list[Event]]:
    """For each of some steps, what happens before it."""
    steps: list[list[Event]] = []
    number = 0
    for _ in range(draw(st.integers(1, 12))):
        events: list[Event] = []
        for _ in range(draw(st.integers(0, 3))):
            prompt = draw(st.integers(1, limits.max_model_len - 1))
            output = draw(st.integers(1, limits.max_model_len - prompt))
            events.append(Event(Request(f"r{number}", prompt, output)))
            number += 1
        if aborts and number and draw(st.booleans()):
            events.append(Event(None, f"r{draw(st.integers(0, number - 1))}"))
        steps.append(events)
    return steps


@st.composite
def runs(draw: st.DrawFn, aborts: bool = False) -> tuple[Limits, list[list[Event]]]:
    limits = draw(engines())
    return limits, draw(loads(limits, aborts))


@given(runs(aborts=True))
@settings(max_examples=300, deadline=None)
def test_every_step_is_the_one_that_vllm_takes(case: tuple[Limits, list[list[Event]]]) -> None:
    limits, steps = case
    engine, plain = Engine(limits, one_second), PlainScheduler(limits)
    for number in range(2000):
        for event in steps[number] if number < len(steps) else []:
            if event.request:
                engine.add(event.request, float(number))
                plain.add(event.request)
            else:
                engine.abort(event.leaves)
                plain.abort(event.leaves)
        if not (plain.waiting or plain.running):
            assert engine.step(float(number)) is None
            if number >= len(steps):
                return
            continue
        expected = plain.step()
        step = engine.step(float(number))
        assert step is not None
        got = names(step.decoded) + names(step.prefilled)
        assert (sorted(got), sorted(names(step.finished)), names(step.preempted), step.tokens) == (
            sorted(expected[0]), sorted(expected[1]), expected[2], expected[3],
        )  # fmt: skip
        assert (engine.waiting, engine.running) == (len(plain.waiting), len(plain.running))
        assert round(engine.kv_usage * limits.usable_blocks) == limits.usable_blocks - plain.free
    raise AssertionError("the load never ended")


@given(runs())
@settings(max_examples=150, deadline=None)
def test_every_request_finishes_once_with_all_of_its_tokens(case: tuple[Limits, list[list[Event]]]) -> None:
    limits, load = case
    engine = Engine(limits, one_second)
    requests = [event.request for events in load for event in events if event.request]
    for request in requests:
        engine.add(request, 0.0)
    steps = run(engine)
    emitted: dict[str, int] = {}
    for step in steps:
        for name in names(step.decoded) + names(step.prefilled):
            emitted[name] = emitted.get(name, 0) + 1
    assert emitted == {request.id: request.output_tokens for request in requests}
    assert sorted(name for step in steps for name in names(step.finished)) == sorted(emitted)


@given(runs(aborts=True))
@settings(max_examples=150, deadline=None)
def test_budgets_hold_and_no_block_is_lost(case: tuple[Limits, list[list[Event]]]) -> None:
    limits, load = case
    engine = Engine(limits, one_second)
    for events in load:
        for event in events:
            if event.request:
                engine.add(event.request, 0.0)
            else:
                engine.abort(event.leaves)
        step = engine.step(0.0)
        assert step is None or step.tokens <= limits.max_num_batched_tokens
        assert engine.running <= limits.max_num_seqs
        assert 0.0 <= engine.kv_usage <= 1.0
    run(engine)
    assert (engine.kv_usage, engine.running, engine.waiting) == (0.0, 0, 0)


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=20))
def test_first_tokens_come_in_the_order_of_arrival_while_nobody_is_preempted(sizes: list[tuple[int, int]]) -> None:
    limits = Limits(4, 16, 60, 4 * 15 + 1, 4)
    engine = Engine(limits, one_second)
    for number, (prompt, output) in enumerate(sizes):
        engine.add(Request(f"r{number}", prompt, output), 0.0)
    steps = run(engine)
    assert engine.counters.preemptions == 0
    assert [name for step in steps for name in names(step.prefilled)] == [f"r{n}" for n in range(len(sizes))]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_shared_prompts_neither_lose_blocks_nor_tokens(data: st.DataObject) -> None:
    limits = Limits(4, 24, 40, data.draw(st.integers(11, 30)), 4)
    engine = Engine(limits, one_second)
    requests = []
    for number in range(data.draw(st.integers(1, 15))):
        prompt = data.draw(st.integers(1, 30))
        family = data.draw(st.integers(0, 2))
        hashes = tuple(hash((family, block)) for block in range(prompt // 4))
        requests.append(Request(f"r{number}", prompt, data.draw(st.integers(1, 10)), block_hashes=hashes))
    leaving = data.draw(st.sets(st.sampled_from([request.id for request in requests]), max_size=3))
    for request in requests:
        engine.add(request, 0.0)
        step = engine.step(0.0)
        assert engine.kv_usage <= 1.0
        assert step is None or step.tokens <= limits.max_num_batched_tokens
    gone = {name for name in leaving if engine.abort(name)}
    run(engine)
    assert engine.counters.finished == len(requests) - len(gone)
    assert engine.kv_usage == 0.0
