"""Who is measured: the gateway, its peers and the prototypes behind its design, and how each is started.

Every server gets the same port of the same model server behind it, and as few features of its own as it can be given.
The gateway alone runs with authentication, limits and metrics on.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
PEERS = REPOSITORY / ".cache" / "gateway-peers"
BENCH = REPOSITORY / "tools" / "gateway-bench"
BUILT = REPOSITORY / "build" / "bin"
KEY = "benchmark-key"


@dataclass(frozen=True)
class Place:
    """Where a server is to listen, whom it is to ask, and a folder for its files."""

    port: int
    second_port: int
    """For metrics, where the server wants a port of their own."""
    upstream: str
    folder: Path
    workers: int = 1


@dataclass(frozen=True)
class Launch:
    """A command, its environment, and the key that clients need."""

    command: list[str]
    env: dict[str, str] = field(default_factory=dict)
    key: str = ""


@dataclass(frozen=True)
class Server:
    """One row of the tables."""

    name: str
    program: Path | str
    """What must be there; a name without a folder is looked up on the PATH."""
    remedy: str
    """What brings it."""
    launch: Callable[[Place], Launch]
    slow: bool = False
    """Streams a quarter of the events, so that a round ends in seconds."""

    def missing(self) -> str | None:
        found = self.program.exists() if isinstance(self.program, Path) else shutil.which(self.program)
        return None if found else f"{self.program} is missing; {self.remedy}"


def _nginx(place: Place) -> Launch:
    upstream = place.upstream.removeprefix("http://")
    scratch = "\n".join(
        f"  {kind}_temp_path {place.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = place.folder / "nginx.conf"
    configuration.write_text(
        f"""worker_processes {place.workers};
pid {place.folder}/nginx.pid;
error_log {place.folder}/error.log;
daemon off;
worker_rlimit_nofile 65536;
events {{ worker_connections 16384; }}
http {{
  access_log off;
{scratch}
  keepalive_requests 100000000;
  upstream model {{ server {upstream}; keepalive 4096; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{place.port} backlog=4096;
    location / {{
      proxy_pass http://model;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }}
  }}
}}
""",
        encoding="utf-8",
    )
    return Launch([shutil.which("nginx") or "nginx", "-p", str(place.folder), "-c", str(configuration)])


def _router(name: str, level: str) -> Callable[[Place], Launch]:
    def launch(place: Place) -> Launch:
        program = PEERS / name / "bin" / name
        arguments = ["--host", "127.0.0.1", "--port", str(place.port), "--worker-urls", place.upstream]
        quiet = ["--policy", "round_robin", "--log-level", level, "--max-concurrent-requests", "8192"]
        verb = ["launch"] if name == "sglang-router" else []
        return Launch([str(program), *verb, *arguments, *quiet, "--prometheus-port", str(place.second_port)])

    return launch


def _litellm(place: Place) -> Launch:
    configuration = place.folder / "litellm.json"  # JSON is YAML
    model = {"model": "openai/tiny", "api_base": f"{place.upstream}/v1", "api_key": "none"}
    configuration.write_text(
        json.dumps(
            {"model_list": [{"model_name": "tiny", "litellm_params": model}], "litellm_settings": {"callbacks": []}}
        ),
        encoding="utf-8",
    )
    program = PEERS / "litellm" / "bin" / "litellm"
    arguments = ["--config", str(configuration), "--host", "127.0.0.1", "--port", str(place.port), "--num_workers", "1"]
    quiet = {
        "LITELLM_LOG": "ERROR",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_TELEMETRY": "False",
        "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
    }
    return Launch([str(program), *arguments], quiet)


def _asgi(folder: Path, module: str) -> Callable[[Place], Launch]:
    def launch(place: Place) -> Launch:
        program = PEERS / "plain" / "bin" / "uvicorn"
        arguments = [f"{module}:app", "--app-dir", str(folder), "--host", "127.0.0.1", "--port", str(place.port)]
        quiet = [
            "--no-access-log",
            "--log-level",
            "warning",
            "--loop",
            "uvloop",
            "--http",
            "httptools",
            "--backlog",
            "4096",
        ]
        return Launch([str(program), *arguments, *quiet], {"UPSTREAM": place.upstream})

    return launch


def _program(*command: str) -> Callable[[Place], Launch]:
    return lambda place: Launch([*command, str(place.port)], {"UPSTREAM": place.upstream})


def _gateway(place: Place) -> Launch:
    keys, upstreams = place.folder / "keys", place.folder / "upstreams.json"
    keys.write_text(f"benchmark:{hashlib.sha256(KEY.encode()).hexdigest()}\n", encoding="utf-8")
    upstreams.write_text(json.dumps([{"url": place.upstream, "models": ["tiny"]}]), encoding="utf-8")
    settings = {
        "API_KEYS_FILE": str(keys),
        "WORKERS": str(place.workers),
        "LOG_LEVEL": "warning",
        # The limits stay on and count, but do not bite.
        "REQUESTS_PER_MINUTE": "100000000",
        "REQUEST_BURST": "100000000",
        "TOKENS_PER_MINUTE": "100000000000",
        "TOKEN_BURST": "100000000000",
        "MAX_STREAMS_PER_CLIENT": "100000",
    }
    arguments = ["--host", "127.0.0.1", "--port", str(place.port), "--admin-port", str(place.second_port)]
    program = REPOSITORY / ".venv" / "bin" / "headway-gateway"
    env = {f"HEADWAY_GATEWAY_{name}": value for name, value in settings.items()}
    return Launch([str(program), *arguments, "--upstreams", str(upstreams)], env, KEY)


_PROTOTYPES = BENCH / "prototypes"
_INSTALL = "make bench installs it"

GATEWAY = Server(
    "headway-gateway", REPOSITORY / ".venv" / "bin" / "headway-gateway", "make setup installs it", _gateway
)
NGINX = Server("nginx", "nginx", "install nginx-light (Debian) or nginx", _nginx)
SGLANG = Server("sglang-router", PEERS / "sglang-router/bin/sglang-router", _INSTALL, _router("sglang-router", "warn"))
VLLM = Server("vllm-router", PEERS / "vllm-router/bin/vllm-router", _INSTALL, _router("vllm-router", "error"))
PLAIN = Server("FastAPI + httpx", PEERS / "plain/bin/uvicorn", _INSTALL, _asgi(BENCH / "peers", "plain"))
LITELLM = Server("LiteLLM", PEERS / "litellm/bin/litellm", _INSTALL, _litellm, slow=True)
SERVERS = (GATEWAY, NGINX, VLLM, SGLANG, PLAIN, LITELLM)

PROTOTYPES = (
    NGINX,
    SGLANG,
    Server("ASGI, aiohttp client", PEERS / "plain/bin/uvicorn", _INSTALL, _asgi(_PROTOTYPES, "asgi_aiohttp")),
    Server("ASGI, own client", PEERS / "plain/bin/uvicorn", _INSTALL, _asgi(_PROTOTYPES, "asgi_httptools")),
    Server(
        "Python protocols",
        PEERS / "plain/bin/python",
        _INSTALL,
        _program(str(PEERS / "plain/bin/python"), str(_PROTOTYPES / "protocol_relay.py")),
    ),
    Server("Go net/http", BUILT / "gateway-bench-go-relay", _INSTALL, _program(str(BUILT / "gateway-bench-go-relay"))),
    Server(
        "Rust tokio + hyper",
        REPOSITORY / "build/rust-relay/release/rust-relay",
        "cd tools/gateway-bench/prototypes/rust-relay && cargo build --release --target-dir ../../../../build/rust-relay",
        _program(str(REPOSITORY / "build/rust-relay/release/rust-relay")),
    ),
)
