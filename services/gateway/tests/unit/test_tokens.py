"""JSON Web Tokens: only the issuer's signature with a private key opens."""

import base64
import hmac
import json
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from headway_gateway.identity.tokens import MAX_SUBJECT_CHARACTERS, BadJwks, Tokens

ISSUER, AUDIENCE = "https://issuer.example", "headway"
KEY = ECKey.generate_key("P-256", {"kid": "one", "alg": "ES256", "use": "sig"})
OTHER = ECKey.generate_key("P-256", {"kid": "one", "alg": "ES256", "use": "sig"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps(KeySet([KEY, RSA]).as_dict(private=False)))
    return Tokens.read(file, ISSUER, AUDIENCE)


def claims(**changes: Any) -> dict[str, Any]:
    whole = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "exp": int(time.time()) + 60, **changes}
    return {name: value for name, value in whole.items() if value is not None}


def signed(key: Any = KEY, header: dict[str, Any] | None = None, **changes: Any) -> bytes:
    header = header or {"alg": "ES256", "kid": "one"}
    return jwt.encode(header, claims(**changes), key, algorithms=[header["alg"]]).encode()


def test_a_good_token_names_its_subject(tokens: Tokens) -> None:
    assert tokens.subject(signed()) == "ada"
    assert tokens.subject(signed(aud=["else", AUDIENCE])) == "ada"
    assert tokens.subject(signed(RSA, {"alg": "RS256", "kid": "rsa"})) == "ada"


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"exp": "tomorrow"},
        {"nbf": int(time.time()) + 3600},
        {"iss": "https://else.example"},
        {"iss": None},
        {"aud": "else"},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": {"name": "ada"}},
        {"sub": "a" * (MAX_SUBJECT_CHARACTERS + 1)},
    ],
    ids=str,
)
def test_a_wrong_claim_refuses(tokens: Tokens, changes: dict[str, Any]) -> None:
    assert tokens.subject(signed(**changes)) is None


def test_another_key_under_the_same_id_refuses(tokens: Tokens) -> None:
    assert tokens.subject(signed(OTHER)) is None


def test_an_unknown_key_id_refuses(tokens: Tokens) -> None:
    assert tokens.subject(signed(KEY, {"alg": "ES256", "kid": "two"})) is None


def part(value: bytes) -> bytes:
    return base64.urlsafe_b64encode(value).rstrip(b"=")


def test_the_public_key_as_a_shared_secret_refuses(tokens: Tokens) -> None:
    signing_input = part(b'{"alg":"HS256","kid":"rsa"}') + b"." + part(json.dumps(claims()).encode())
    signature = hmac.digest(RSA.as_pem(private=False), signing_input, "sha256")
    assert tokens.subject(signing_input + b"." + part(signature)) is None


@pytest.mark.parametrize("algorithm", ["none", "None", ""])
def test_alg_none_refuses(tokens: Tokens, algorithm: str) -> None:
    header = json.dumps({"alg": algorithm, "kid": "one"}).encode()
    assert tokens.subject(part(header) + b"." + part(json.dumps(claims()).encode()) + b".") is None


@pytest.mark.parametrize("token", [b"..", b"a.b.c", b"\xff.\xff.\xff", b"e30.e30.e30", b"e30." + b"A" * 9000 + b".x"])
def test_bytes_that_are_no_token_refuse(tokens: Tokens, token: bytes) -> None:
    assert tokens.subject(token) is None


def test_a_remembered_token_ends_with_its_time(tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    token = signed()
    assert tokens.subject(token) == "ada"
    later = time.time() + 3600
    monkeypatch.setattr(time, "time", lambda: later)
    assert tokens.subject(token) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"keys": 7}',
        b'{"keys": [{"kty": "EC"}]}',
        json.dumps(KeySet([KEY]).as_dict(private=True)).encode(),
        json.dumps({"keys": [OctKey.generate_key(256).as_dict()]}).encode(),
    ],
    ids=["empty", "list", "number", "half a key", "private", "shared"],
)
def test_a_file_of_anything_but_public_keys_is_refused_without_its_content(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "jwks.json"
    file.write_bytes(content)
    with pytest.raises(BadJwks) as refused:
        Tokens.read(file, ISSUER, AUDIENCE)
    assert str(KEY.as_dict()["x"]) not in str(refused.value)
