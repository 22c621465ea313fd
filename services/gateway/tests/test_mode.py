"""The mode: one word in a file that a kubelet swaps."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from structlog.testing import capture_logs

from faults.gateway import wait_until
from headway_gateway.mode import LOOK_SECONDS, Mode
from headway_gateway.settings import Settings
from serving import served


class Mount:
    """A ConfigMap as a kubelet mounts it: `mode` leads through `..data` into a directory of its own."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "mode"
        self.now = 0.0
        self._folder = folder
        self._versions = 0
        self.file.symlink_to("..data/mode")

    def swap(self, content: bytes) -> None:
        self._versions += 1
        version = self._folder / f"..2026_{self._versions}"
        version.mkdir()
        (version / "mode").write_bytes(content)
        new = self._folder / "..data_tmp"
        new.symlink_to(version.name)
        new.rename(self._folder / "..data")
        self.now += LOOK_SECONDS

    def clock(self) -> float:
        return self.now


@pytest.fixture
def mount(tmp_path: Path) -> Mount:
    return Mount(tmp_path)


@pytest.fixture
def mode(mount: Mount) -> Mode:
    return Mode(mount.file, mount.clock)


def test_without_a_file_it_is_the_quiz() -> None:
    assert Mode(None).current() == "quiz"


@pytest.mark.parametrize("content", [b"survey", b"survey\n", b"  survey\r\n"])
def test_the_file_says_survey(mount: Mount, mode: Mode, content: bytes) -> None:
    mount.swap(content)
    assert mode.current() == "survey"


def test_a_swap_of_the_mount_is_followed_both_ways(mount: Mount, mode: Mode) -> None:
    followed = []
    for content in (b"survey", b"quiz", b"survey"):
        mount.swap(content)
        followed.append(mode.current())
    assert followed == ["survey", "quiz", "survey"]


@pytest.mark.parametrize("content", [b"", b"SURVEY", b"surveys", b"quiz survey", b"\xff\xfe", b"x" * 10_000_000])
def test_broken_content_keeps_the_last_good_mode(mount: Mount, mode: Mode, content: bytes) -> None:
    mount.swap(b"survey")
    mode.current()
    mount.swap(content)
    assert mode.current() == "survey"


def test_broken_content_is_logged_once(mount: Mount, mode: Mode) -> None:
    with capture_logs() as events:
        for content in (b"broken", b"broken too", b"and again"):
            mount.swap(content)
            mode.current()
    assert [event["event"] for event in events] == ["mode_unreadable"]


def test_a_file_that_appears_late_is_followed(mount: Mount, mode: Mode) -> None:
    with capture_logs() as events:
        assert mode.current() == "quiz"
    assert [event["reason"] for event in events] == ["FileNotFoundError"]
    mount.swap(b"survey")
    assert mode.current() == "survey"


def test_the_file_is_looked_at_once_a_second(mount: Mount, mode: Mode) -> None:
    mount.swap(b"quiz")
    mode.current()
    mount.swap(b"survey")
    mount.now -= 0.001
    assert mode.current() == "quiz"
    mount.now += 0.001
    assert mode.current() == "survey"


@pytest.fixture
def config(mount: Mount) -> Iterator[str]:
    with served(Settings(mode_file=mount.file)) as where:
        yield f"{where.url}/config"


def test_the_page_learns_the_mode_without_a_key(mount: Mount, config: str) -> None:
    mount.swap(b"survey")
    reply = httpx2.get(config)
    assert (reply.status_code, reply.json()) == (200, {"mode": "survey"})
    assert reply.headers["Cache-Control"] == "public, max-age=1"


def test_a_page_that_knows_the_mode_gets_304_until_it_changes(mount: Mount, config: str) -> None:
    mount.swap(b"quiz")
    known = {"If-None-Match": httpx2.get(config).headers["ETag"]}
    assert httpx2.get(config, headers=known).status_code == 304
    mount.swap(b"survey")
    wait_until(lambda: httpx2.get(config, headers=known).status_code == 200, what="the change")
    assert httpx2.get(config, headers=known).json() == {"mode": "survey"}
