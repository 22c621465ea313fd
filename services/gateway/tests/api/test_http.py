"""HTTP as clients other than SDKs speak it, byte by byte, and the answers' outer shape."""

import json
import re
import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest

from api.backend import Backend
from api.conftest import ORIGIN
from api.process import KEY, GatewayProcess, readable

AUTHORIZED = {"authorization": f"Bearer {KEY}"}
CHAT = json.dumps({"model": "tiny", "messages": [{"role": "user", "content": "say 2"}]})


@pytest.fixture
def http(gateway: GatewayProcess) -> Iterator[HTTPConnection]:
    connection = HTTPConnection("127.0.0.1", gateway.port, timeout=20)
    yield connection
    connection.close()


def ask(http: HTTPConnection, method: str, path: str, body: Any = None, **headers: str) -> tuple[HTTPResponse, bytes]:
    sent = {**AUTHORIZED, **{name.replace("_", "-"): value for name, value in headers.items()}}
    http.request(method, path, body if body is None or isinstance(body, str) else json.dumps(body), sent)
    answer = http.getresponse()
    return answer, answer.read()


class Raw:
    """A socket, for what no library would send."""

    def __init__(self, gateway: GatewayProcess) -> None:
        self._socket = socket.create_connection(("127.0.0.1", gateway.port), timeout=20)
        self._rest = b""

    def send(self, text: str | bytes) -> None:
        self._socket.sendall(text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode())

    def until(self, mark: bytes) -> bytes:
        """What comes, up to and with the mark."""
        while mark not in self._rest:
            data = self._socket.recv(65536)
            assert data, f"it ended after {self._rest!r}"
            self._rest += data
        found, _, self._rest = self._rest.partition(mark)
        return found + mark

    def answer(self) -> tuple[int, bytes]:
        """Status and body of one answer that states its length."""
        head = self.until(b"\r\n\r\n")
        length = int(re.findall(rb"content-length: (\d+)", head)[0])
        while len(self._rest) < length:
            self._rest += self._socket.recv(65536)
        body, self._rest = self._rest[:length], self._rest[length:]
        return int(head.split()[1]), body

    def ends(self) -> bool:
        """Whether the other side closes, and says nothing more."""
        return not self._rest and self._socket.recv(1) == b""

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def raw(gateway: GatewayProcess) -> Iterator[Raw]:
    made = Raw(gateway)
    yield made
    made.close()


def get(path: str = "/v1/models", version: str = "1.1", more: str = "") -> str:
    return f"GET {path} HTTP/{version}\nhost: gateway\nauthorization: Bearer {KEY}\n{more}\n"


def post(text: str, more: str = "") -> str:
    body = json.dumps({"model": "tiny", "messages": [{"role": "user", "content": text}]})
    head = f"POST /v1/chat/completions HTTP/1.1\nhost: g\nauthorization: Bearer {KEY}\n{more}"
    return f"{head}content-length: {len(body)}\n\n{body}"


def test_the_small_contract_is_answered_in_its_shape(http: HTTPConnection) -> None:
    answer, body = ask(http, "POST", "/generate", {"prompt": "say 3", "max_tokens": 9, "model": "tiny"})
    assert (answer.status, json.loads(body)) == (200, {"generated_text": "w0 w1 w2 ", "tokens_generated": 3})


def test_the_small_contract_asks_which_model_where_there_are_several(http: HTTPConnection) -> None:
    answer, body = ask(http, "POST", "/generate", {"prompt": "say 3"})
    assert (answer.status, json.loads(body)["error"]["param"]) == (404, "model")


def test_a_connection_is_used_again(http: HTTPConnection) -> None:
    ask(http, "GET", "/v1/models")
    first = http.sock
    ask(http, "POST", "/v1/chat/completions", CHAT)
    answer, _ = ask(http, "POST", "/v1/chat/completions", "not JSON")
    assert answer.status == 400
    ask(http, "GET", "/none")
    assert http.sock is first


def test_model_servers_connections_are_used_again(http: HTTPConnection, backend: Backend) -> None:
    ask(http, "POST", "/v1/chat/completions", CHAT)
    before = backend.connections
    for _ in range(10):
        assert ask(http, "POST", "/v1/chat/completions", CHAT)[0].status == 200
    assert backend.connections == before


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/none", 404, "not_found"),
        ("GET", "/v1/chat/completions", 405, "method_not_allowed"),
        ("POST", "/v1/models", 405, "method_not_allowed"),
        ("DELETE", "/generate", 405, "method_not_allowed"),
        ("GET", "/v1/models/../models", 404, "not_found"),
        ("GET", "/v1//models", 404, "not_found"),
        ("POST", "/v1/chat/completions/", 404, "not_found"),
        ("POST", "/v1/chat%2Fcompletions", 404, "not_found"),
        ("GET", "/metrics", 404, "not_found"),
        ("POST", "/inference/v1/generate", 404, "not_found"),
        ("POST", "/tokenize", 404, "not_found"),
    ],
)
def test_what_is_not_served_is_refused_in_the_same_shape(
    http: HTTPConnection, method: str, path: str, status: int, code: str
) -> None:
    answer, body = ask(http, method, path)
    assert (answer.status, json.loads(body)["error"]["code"]) == (status, code)
    assert (answer.getheader("allow") is not None) == (status == 405)
    assert answer.getheader("x-request-id")


@pytest.mark.parametrize("path", ["/v1/models", "/v1/none", "/openapi.json", "/v1/chat/completions"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "PATCH"])
def test_without_a_key_no_path_tells_whether_it_exists(http: HTTPConnection, method: str, path: str) -> None:
    answer, body = ask(http, method, path, authorization="Bearer unknown")
    assert (answer.status, json.loads(body)["error"]["code"]) == (401, "invalid_api_key")
    assert answer.getheader("x-request-id")


def test_head_is_answered_without_a_body(raw: Raw) -> None:
    raw.send("HEAD /v1/models HTTP/1.1\nhost: g\n\n")
    assert raw.until(b"\r\n\r\n").startswith(b"HTTP/1.1 401 ")
    assert raw.ends()


def test_a_browsers_preflight_is_answered_for_its_origin_alone(http: HTTPConnection) -> None:
    asked = {"access_control_request_method": "POST", "access_control_request_headers": "authorization,content-type"}
    answer, _ = ask(http, "OPTIONS", "/v1/chat/completions", origin=ORIGIN, authorization="", **asked)
    assert answer.status == 200
    assert answer.getheader("access-control-allow-origin") == ORIGIN
    answer, _ = ask(http, "OPTIONS", "/v1/chat/completions", origin="https://else.example", authorization="", **asked)
    assert answer.status == 400
    assert answer.getheader("access-control-allow-origin") is None


@pytest.mark.parametrize(("origin", "allowed"), [(ORIGIN, ORIGIN), ("https://else.example", None)])
def test_a_browsers_call_is_readable_for_its_origin_alone(
    http: HTTPConnection, origin: str, allowed: str | None
) -> None:
    for method, path, body in (("POST", "/v1/chat/completions", CHAT), ("GET", "/v1/models", None)):
        answer, _ = ask(http, method, path, body, origin=origin)
        assert answer.status == 200
        assert answer.getheader("access-control-allow-origin") == allowed


def test_a_browser_can_read_why_its_key_is_refused(http: HTTPConnection) -> None:
    answer, _ = ask(http, "POST", "/v1/chat/completions", CHAT, origin=ORIGIN, authorization="Bearer unknown")
    assert answer.status == 401
    assert answer.getheader("access-control-allow-origin") == ORIGIN


def test_requests_of_a_pipeline_are_answered_in_order(raw: Raw) -> None:
    raw.send(post("say 1") + get("/v1/none") + post("say 2") + get())
    answers = [raw.answer() for _ in range(4)]
    assert [status for status, _ in answers] == [200, 404, 200, 200]
    assert b"w0 w1" not in answers[0][1]
    assert b"w0 w1" in answers[2][1]


def test_a_client_that_asks_may_go_on_with_its_body(raw: Raw) -> None:
    head, _, body = post("say 1", "expect: 100-continue\n").partition("\n\n")
    raw.send(head + "\n\n")
    assert raw.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    raw.send(body)
    assert raw.answer()[0] == 200


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(raw: Raw) -> None:
    head = f"POST /v1/chat/completions HTTP/1.1\nhost: g\nauthorization: Bearer {KEY}\nexpect: 100-continue\n"
    raw.send(head + "content-length: 999999999\n\n")
    status, body = raw.answer()
    assert (status, json.loads(body)["error"]["code"]) == (413, "body_too_large")


def test_a_chunked_body_is_read(raw: Raw) -> None:
    head = f"POST /v1/chat/completions HTTP/1.1\nhost: g\nauthorization: Bearer {KEY}\ntransfer-encoding: chunked\n\n"
    raw.send(head)
    half = len(CHAT) // 2
    for piece in (CHAT[:half], CHAT[half:], ""):
        raw.send(f"{len(piece):x}\n{piece}\n")
    assert raw.answer()[0] == 200


def test_http_1_0_is_answered_and_closed(raw: Raw) -> None:
    raw.send(get(version="1.0"))
    assert raw.answer()[0] == 200
    assert raw.ends()


def test_a_stream_over_http_1_0_ends_with_the_connection(raw: Raw) -> None:
    body = json.dumps({"model": "tiny", "messages": [{"role": "user", "content": "say 1"}], "stream": True})
    head = f"POST /v1/chat/completions HTTP/1.0\nauthorization: Bearer {KEY}\ncontent-length: {len(body)}\n\n"
    raw.send(head + body)
    assert b"chunked" not in raw.until(b"\r\n\r\n")
    raw.until(b"data: [DONE]\n\n")
    assert raw.ends()


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /v1/models HTTP/1.1\r\n\r\n",
        b"GET http://else/v1/models HTTP/1.1\r\nhost: g\r\n\r\n",
        b"GET /v1/models HTTP/2.0\r\nhost: g\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nhost: a/b\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nhost: g\r\nhost: h\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nhost: g\r\nauthorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nhost: g\r\nx: " + b"y" * 20_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 this is TLS\r\n\r\n",
        b"CONNECT else:443 HTTP/1.1\r\nhost: else\r\n\r\n",
    ],
    ids=["no host", "absolute", "version", "bad host", "two hosts", "two keys", "large head", "TLS", "CONNECT"],
)
def test_a_malformed_request_is_refused_and_the_connection_closed(raw: Raw, request_: bytes) -> None:
    raw.send(request_)
    assert raw.answer()[0] == 400
    assert raw.ends()


def test_bytes_outside_ascii_in_a_path_are_no_servers_error(raw: Raw) -> None:
    raw.send(f"GET /v1/\xff HTTP/1.1\r\nhost: g\r\nauthorization: Bearer {KEY}\r\n\r\n".encode("latin-1"))
    assert raw.answer()[0] in (400, 404)


def test_health_and_metrics_are_on_the_second_port_alone(gateway: GatewayProcess) -> None:
    assert readable(gateway.admin + "/livez") == readable(gateway.admin + "/readyz") == 200
    assert readable(gateway.url + "/livez") == readable(gateway.url + "/readyz") == 401
    ready = gateway.metrics("headway_gateway_ready_replicas")
    assert {'model="tiny"', 'model="asleep"'} <= ready.keys()
    assert ready['model="asleep"'] == 0
