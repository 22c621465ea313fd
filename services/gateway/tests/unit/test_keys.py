"""API keys: found by hash, rotated with overlap, and never printed."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from headway.domain.gateway_settings import ClientSettings
from headway_gateway.errors import Unauthenticated
from headway_gateway.identity.authenticator import Authenticator
from headway_gateway.identity.keys import ApiKeys, BadKeys

CANARY = "canary-5f1d"


def line(name: str, key: str) -> str:
    return f"{name}:{sha256(key.encode()).hexdigest()}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def test_a_key_belongs_to_the_name_on_its_line(file: Path) -> None:
    file.write_text("# staff\n" + line("ada", "one") + "\n" + line("grace", "two").strip() + "  # since May\n")
    keys = ApiKeys.read(file)
    assert (keys.holder(b"one"), keys.holder(b"two"), keys.holder(b"three")) == ("ada", "grace", None)


def test_old_and_new_key_of_a_name_hold_while_it_is_rotated(file: Path) -> None:
    file.write_text(line("ada", "old") + line("ada", "new"))
    keys = ApiKeys.read(file)
    assert keys.holder(b"old") == keys.holder(b"new") == "ada"


def test_keys_whose_hashes_begin_alike_are_told_apart() -> None:
    digest = sha256(b"one").digest()
    keys = ApiKeys([("twin", digest[:31] + b"\0"), ("ada", digest)])
    assert keys.holder(b"one") == "ada"


def test_every_fault_is_named_at_once_and_no_content_is_printed(file: Path) -> None:
    file.write_text(f"{CANARY}\nada:{CANARY}\n" + line("ok", "one") + f"bad name:{'0' * 64}\nada:{'A' * 64}\n")
    with pytest.raises(BadKeys) as refused:
        ApiKeys.read(file)
    faults = str(refused.value).splitlines()
    assert [fault.split(":")[1] for fault in faults] == ["1", "2", "4", "5"]
    assert CANARY not in str(refused.value)
    assert "A" * 64 not in str(refused.value)


@pytest.mark.parametrize(("content", "fault"), [(b"# nobody\n", "has no key"), (b"\xff\xfe", "cannot be read")])
def test_a_file_without_keys_is_refused(file: Path, content: bytes, fault: str) -> None:
    file.write_bytes(content)
    with pytest.raises(BadKeys, match=fault):
        ApiKeys.read(file)


def test_a_missing_file_is_refused(file: Path) -> None:
    with pytest.raises(BadKeys, match="cannot be read"):
        ApiKeys.read(file)


def bearer(key: str) -> dict[bytes, bytes]:
    return {b"authorization": b"Bearer " + key.encode()}


def test_a_changed_file_is_taken_over_and_a_broken_one_is_not(file: Path) -> None:
    file.write_text(line("ada", "old"))
    authenticator = Authenticator(ClientSettings(api_keys_file=file))
    file.write_text(line("ada", "new") + line("grace", "two"))
    authenticator.reload(0.0)
    assert authenticator.client(bearer("new"), "").name == "ada"
    with pytest.raises(Unauthenticated):
        authenticator.client(bearer("old"), "")
    file.write_text("nonsense, and longer than before" * 9)
    authenticator.reload(0.0)
    assert authenticator.client(bearer("two"), "").name == "grace"


def test_keys_are_reloaded_when_kubernetes_swaps_the_link(tmp_path: Path) -> None:
    for version, key in (("v1", "old"), ("v2", "new")):
        (tmp_path / version).mkdir()
        (tmp_path / version / "keys").write_text(line("ada", key))
    (tmp_path / "data").symlink_to("v1")
    authenticator = Authenticator(ClientSettings(api_keys_file=tmp_path / "data" / "keys"))
    (tmp_path / "next").symlink_to("v2")
    os.replace(tmp_path / "next", tmp_path / "data")
    authenticator.reload(0.0)
    assert authenticator.client(bearer("new"), "").name == "ada"


@pytest.mark.parametrize("header", [b"", b"Bearer ", b"Bearer", b"Basic b25l", b"one", b"Bearer one, Bearer one"])
def test_anything_but_one_bearer_key_is_nobody(file: Path, header: bytes) -> None:
    file.write_text(line("ada", "one"))
    with pytest.raises(Unauthenticated) as refused:
        Authenticator(ClientSettings(api_keys_file=file)).client({b"authorization": header}, "")
    assert b"one" not in refused.value.body().replace(b"none", b"")


def test_people_who_share_a_key_are_limited_by_address(file: Path) -> None:
    file.write_text(line("audience", "one") + line("ada", "two"))
    authenticator = Authenticator(
        ClientSettings(api_keys_file=file, shared_clients=("audience",), presenter_clients=("ada",))
    )
    audience = authenticator.client(bearer("one"), "192.0.2.7")
    assert (audience.name, audience.limited_as, audience.presenter) == ("audience", "audience 192.0.2.7", False)
    ada = authenticator.client(bearer("two"), "192.0.2.7")
    assert (ada.limited_as, ada.presenter) == ("ada", True)
