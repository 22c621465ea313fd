"""Cases of the batching core with names: chunks, preemption, prefixes, aborts, refusals."""

import pytest

from headway.engine import Engine, ImpossibleLimits, Refused
from unit.engine.builders import a_request, an_engine, limits, names, run


def test_a_long_prompt_is_split_over_steps_and_decoding_goes_on_meanwhile() -> None:
    engine = an_engine(max_num_batched_tokens=16)
    engine.add(a_request(1, prompt=4, output=8), 0.0)
    engine.step(0.0)
    engine.add(a_request(2, prompt=40, output=1), 1.0)
    steps = run(engine, 1.0)
    assert [(len(step.decoded), step.prompt_tokens) for step in steps[:3]] == [(1, 15), (1, 15), (1, 10)]


def test_the_last_admitted_loses_its_blocks_and_is_the_first_to_come_back() -> None:
    engine = an_engine(kv_blocks=6, max_model_len=20)
    engine.add(a_request(1, prompt=8, output=12), 0.0)
    engine.add(a_request(2, prompt=8, output=8), 0.0)
    engine.add(a_request(3, prompt=4, output=4), 0.0)
    steps = run(engine)
    assert next(names(step.preempted) for step in steps if step.preempted) == ["r3", "r2"]
    assert [name for step in steps for name in names(step.prefilled)] == ["r1", "r2", "r3", "r2", "r3"]


def test_a_preempted_request_computes_again_what_it_had() -> None:
    engine = an_engine(kv_blocks=6, max_model_len=20)
    engine.add(a_request(1, prompt=8, output=12), 0.0)
    victim = engine.add(a_request(2, prompt=8, output=8), 0.0)
    steps = run(engine)
    again = [step for step in steps if "r2" in names(step.prefilled)][1]
    assert (victim.preemptions, again.prompt_tokens > 8) == (1, True)


def test_an_abort_frees_blocks_at_once_in_every_phase() -> None:
    engine = an_engine(max_num_batched_tokens=16, max_num_seqs=2)
    for number, prompt in ((1, 4), (2, 60), (3, 4)):
        engine.add(a_request(number, prompt=prompt), 0.0)
    engine.step(0.0)
    assert [engine.abort(name) for name in ("r1", "r2", "r3")] == [True, True, True]
    assert (engine.kv_usage, engine.running, engine.waiting) == (0.0, 0, 0)


def test_an_abort_of_somebody_unknown_says_so() -> None:
    assert an_engine().abort("nobody") is False


def test_an_idle_engine_takes_no_step() -> None:
    assert an_engine().step(0.0) is None


def test_a_prompt_seen_before_is_not_computed_again_but_for_its_last_token() -> None:
    engine = an_engine()
    prompt = a_request(1, prompt=16, output=1, block_hashes=(1, 2, 3, 4))
    engine.add(prompt, 0.0)
    run(engine)
    again = engine.add(a_request(2, prompt=16, output=1, block_hashes=(1, 2, 3, 4)), 1.0)
    step = engine.step(1.0)
    assert step is not None
    assert (again.cached_tokens, step.prompt_tokens) == (12, 4)


def test_prefix_queries_and_hits_are_counted_in_tokens() -> None:
    engine = an_engine()
    for number in (1, 2):
        engine.add(a_request(number, prompt=10, output=1, block_hashes=(7, 8)), 0.0)
    run(engine)
    assert (engine.counters.prefix_queries, engine.counters.prefix_hits) == (20, 8)


def test_idle_blocks_of_old_prompts_give_way_to_new_requests() -> None:
    engine = an_engine(kv_blocks=9, max_model_len=32)
    for number in range(20):
        hashes = tuple(range(number * 10, number * 10 + 6))
        engine.add(a_request(number, prompt=24, output=4, block_hashes=hashes), 0.0)
    run(engine)
    assert engine.counters.finished == 20


def test_without_prefix_caching_nothing_is_found_again() -> None:
    engine = an_engine(prefix_caching=False)
    for number in (1, 2):
        engine.add(a_request(number, prompt=10, output=1, block_hashes=(7, 8)), 0.0)
    run(engine)
    assert engine.counters.prefix_hits == 0


def test_tokens_made_so_far_can_be_asked_while_it_decodes() -> None:
    engine = an_engine()
    engine.add(a_request(1, output=9), 0.0)
    for second in range(4):
        engine.step(float(second))
    assert engine.generated("r1") == 4


def test_times_of_a_request_are_those_of_the_steps_it_was_in() -> None:
    engine = an_engine()
    sequence = engine.add(a_request(1, output=3), 0.5)
    run(engine, 2.0)
    assert (sequence.arrived, sequence.admitted, sequence.first_token, sequence.finished) == (0.5, 2.0, 3.0, 5.0)


@pytest.mark.parametrize(("prompt", "output"), [(0, 5), (5, 0), (96, 5)])
def test_a_request_that_could_never_finish_is_refused(prompt: int, output: int) -> None:
    with pytest.raises(Refused):
        an_engine().add(a_request(1, prompt=prompt, output=output), 0.0)


def test_a_second_request_of_the_same_name_is_refused() -> None:
    engine = an_engine()
    engine.add(a_request(1), 0.0)
    with pytest.raises(Refused, match="here already"):
        engine.add(a_request(1), 0.0)


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({"kv_blocks": 10}, "holds 36 tokens"),
        ({"max_num_batched_tokens": 7}, "below max_num_seqs"),
        ({"max_num_seqs": 0}, "at least 1"),
    ],
)
def test_limits_that_cannot_work_are_refused(over: dict[str, int], says: str) -> None:
    with pytest.raises(ImpossibleLimits, match=says):
        limits(**over)


def test_a_prompt_whose_blocks_were_given_away_is_not_found_again() -> None:
    engine = an_engine(kv_blocks=9, max_model_len=32)
    for number, first in ((1, 10), (2, 20), (3, 10)):
        hashes = tuple(range(first, first + 7))
        engine.add(a_request(number, prompt=28, output=4, block_hashes=hashes), 0.0)
        run(engine)
    assert engine.counters.prefix_hits == 0


def test_the_end_of_an_old_prompt_is_given_away_before_its_beginning() -> None:
    engine = an_engine(kv_blocks=9, max_model_len=32)
    engine.add(a_request(1, prompt=16, output=1, block_hashes=(1, 2, 3, 4)), 0.0)
    run(engine)
    engine.add(a_request(2, prompt=24, output=1), 0.0)
    run(engine)
    again = engine.add(a_request(3, prompt=16, output=1, block_hashes=(1, 2, 3, 4)), 0.0)
    run(engine)
    assert again.cached_tokens == 8


def test_a_step_is_timed_by_its_decoding_sequences_and_by_where_its_prompt_tokens_stand() -> None:
    asked: list[tuple[float, ...]] = []

    def seconds(*work: float) -> float:
        asked.append(work)
        return 1.0

    engine = Engine(limits(max_num_batched_tokens=20), seconds)
    engine.add(a_request(1, prompt=4, output=3), 0.0)
    engine.step(0.0)
    engine.add(a_request(2, prompt=30, output=1), 1.0)
    run(engine, 1.0)
    assert asked == [(0, 1.0, 4, 2.0), (1, 5.0, 19, 9.5), (1, 6.0, 11, 24.5)]
