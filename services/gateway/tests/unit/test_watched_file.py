"""A watched file has changed when it is another one, however it became so."""

import os
from pathlib import Path

from headway_gateway.watched_file import WatchedFile


def test_a_file_left_alone_has_not_changed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("one")
    watched = WatchedFile(tmp_path / "file")
    assert not watched.changed()


def test_a_change_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("one")
    watched = WatchedFile(tmp_path / "file")
    (tmp_path / "file").write_text("longer")
    assert watched.changed()
    assert not watched.changed()


def test_a_replaced_file_of_the_same_size_and_time_has_changed(tmp_path: Path) -> None:
    for name in ("file", "next"):
        (tmp_path / name).write_text("same")
        os.utime(tmp_path / name, ns=(7, 7))
    watched = WatchedFile(tmp_path / "file")
    os.replace(tmp_path / "next", tmp_path / "file")
    assert watched.changed()


def test_a_swapped_link_has_changed(tmp_path: Path) -> None:
    for version in ("v1", "v2"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "file").write_text("same")
    (tmp_path / "data").symlink_to("v1")
    watched = WatchedFile(tmp_path / "data" / "file")
    (tmp_path / "next").symlink_to("v2")
    os.replace(tmp_path / "next", tmp_path / "data")
    assert watched.changed()


def test_a_file_that_is_gone_has_not_changed_until_it_is_back(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("one")
    watched = WatchedFile(file)
    file.unlink()
    assert not watched.changed()
    file.write_text("another")
    assert watched.changed()
