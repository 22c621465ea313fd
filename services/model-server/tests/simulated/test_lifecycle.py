"""From the start of an engine to its end, inside this process."""

import asyncio

import pytest
from click.testing import CliRunner

from headway_model_server.simulated import SimulatedEngine, running, running_in_thread
from headway_model_server.simulated.__main__ import main
from simulated.builders import CARD, TIMEOUT_SECONDS, chat_request, connection, listens, options, read_until
from simulated.waiting import until


def terminate(engine: SimulatedEngine) -> None:
    """What SIGTERM does."""
    assert engine.loop is not None
    engine.loop.call_soon_threadsafe(engine.terminate)


def test_what_does_not_finish_in_the_time_to_shut_down_is_cut() -> None:
    with running_in_thread(options("--shutdown-timeout", "2", speed=4.0)) as engine:
        with connection(engine.url, chat_request(stream=True, max_tokens=900, ignore_eos=True)) as opened:
            read_until(opened, b'"content":""')
            terminate(engine)
            with pytest.raises(ConnectionError):
                read_until(opened, b"[DONE]")
        until(lambda: not listens(engine.url))


def test_an_idle_engine_ends_at_once() -> None:
    with running_in_thread(options("--shutdown-timeout", "30")) as engine:
        terminate(engine)
        until(lambda: not listens(engine.url))


def test_a_cold_start_listens_only_after_its_phases(capsys: pytest.CaptureFixture[str]) -> None:
    with running_in_thread(options(cold_start=True, speed=100.0), wait=False) as engine:
        assert not listens(engine.url)
        until(engine.ready.is_set)
        assert listens(engine.url)
        spent = engine.simulation.clock.now()
        assert spent >= sum(phase.expected_seconds for phase in engine.simulation.replica.start_phases)
    said = [line.split("] ")[-1] for line in capsys.readouterr().err.splitlines()]
    phases = ["Loading weights took", "torch.compile took", "Graph capturing finished", "GPU KV cache size"]
    assert [line.startswith(phase) for line, phase in zip(said, phases, strict=False)] == [True] * 4


def test_a_signal_ends_a_cold_start() -> None:
    with running_in_thread(options(cold_start=True, speed=0.5), wait=False) as engine:
        until(lambda: engine.loop is not None)
        terminate(engine)
        until(lambda: engine.socket.fileno() == -1)


def test_an_engine_may_run_inside_the_event_loop_of_a_program() -> None:
    async def status() -> bytes:
        async with running(options()) as engine:
            reader, writer = await asyncio.open_connection(*engine.socket.getsockname()[:2])
            writer.write(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
            line = await asyncio.wait_for(reader.readline(), TIMEOUT_SECONDS)
            writer.close()
            return line

    assert asyncio.run(status()) == b"HTTP/1.1 200 OK\r\n"


def test_an_engine_that_breaks_says_so_and_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(now: float) -> None:
        raise ArithmeticError(f"broken at {now}")

    with running_in_thread(options(speed=5.0)) as engine:
        with connection(engine.url, chat_request(stream=True, max_tokens=900, ignore_eos=True)) as opened:
            read_until(opened, b'"content":""')
            monkeypatch.setattr(engine.simulation.driver.engine, "step", broken)
            assert b'"type":"InternalServerError"' in read_until(opened, b"[DONE]")
        assert engine.exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--", "tiny", "--max-modl-len", "4"), 2, "vllm serve: error: unrecognized arguments"),
        (("--fault", "slwo", "--", "tiny"), 2, "no fault 'slwo'"),
        (("--gpu", "l5", "--", "tiny"), 1, "no accelerator 'l5'"),
        (("--speed", "0", "--", "tiny"), 2, "speed is 0"),
    ],
)
def test_a_wrong_start_says_why_and_ends(arguments: tuple[str, ...], code: int, says: str) -> None:
    result = CliRunner().invoke(main, ["--gpu", "l4", "--model-card", CARD, *arguments])
    assert (result.exit_code, says in result.output) == (code, True)


def test_faults_may_come_from_the_environment() -> None:
    environment = {"HEADWAY_SIMULATED_FAULTS": "slow=2 slwo"}
    result = CliRunner().invoke(main, ["--gpu", "l4", "--model-card", CARD, "--", "tiny"], env=environment)
    assert "no fault 'slwo'" in result.output
