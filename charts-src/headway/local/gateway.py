"""The gateway's container as a process: its rendered arguments and variables, less what needs a cluster."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from headway.local.engine_command import program
from headway.local.keys import Keys
from headway.local.rendered import GatewayPod
from headway.local.run_folder import RunFolder

PREFIX = "HEADWAY_GATEWAY_"
MODE_FILE = "mode/mode"
JWKS = "JWKS_FILE"
TRACES = "OTLP_ENDPOINT"
DRAIN_SECONDS = 2
"""With the farewell of what is cut, less than the end of a run leaves it."""


@dataclass(frozen=True)
class Replacement:
    """One thing of the container that is different here."""

    name: str
    rendered: str
    here: str
    why: str

    def __str__(self) -> str:
        return f"{self.name}: {self.here or 'nothing'} for {self.rendered or 'nothing'} ({self.why})"


@dataclass(frozen=True)
class GatewayStart:
    """How the gateway is started."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    replacements: tuple[Replacement, ...]


def gateway_start(
    pod: GatewayPod,
    folder: RunFolder,
    programs: Path,
    host: str,
    ports: tuple[int, int],
    s3: str,
    origins: list[str],
    keys: Keys,
) -> GatewayStart:
    """Writes the mounted files below the run folder and returns the command. Raises `CannotRun`."""
    mode = next((text for path, text in pod.files.items() if path.endswith("/mode")), "quiz")
    here = {
        "API_KEYS_FILE": (str(folder.write("keys/keys", keys.file(), private=True)), "keys of this run"),
        "MODE_FILE": (str(folder.write(MODE_FILE, mode)), "the mounted ConfigMap as a file"),
        "DRAIN_SECONDS": (str(DRAIN_SECONDS), "a run ends at once; whoever still waits is told so"),
        "DISCOVERY": ("file", "no API server to watch"),
        "S3_ENDPOINT": (s3, "the S3 API of this run"),
        "RESPONSES_BUCKET": ("headway-responses", "a bucket of that S3 API"),
        "ALLOWED_ORIGINS": (json.dumps(origins), "where this run serves the pages"),
        "TRUSTED_PROXY_HOPS": ("0", "neither CloudFront nor ALB in front"),
    }
    environment = dict(pod.environment)
    if jwks := environment.get(PREFIX + JWKS):
        here[JWKS] = (str(folder.write("jwks/jwks.json", pod.files[jwks])), "the mounted ConfigMap as a file")
    if environment.get(PREFIX + TRACES):
        here[TRACES] = ("", "no collector of traces here")
    replaced = []
    for name, (value, why) in here.items():
        replaced.append(Replacement(PREFIX + name, environment.pop(PREFIX + name, ""), value, why))
        if value:
            environment[PREFIX + name] = value
    environment |= {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    environment |= {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}  # its S3 client follows a person's http_proxy
    replaced.append(Replacement("replicas of the gateway", pod.replicas, "1 process", "no HPA is applied to it here"))
    replaced.append(Replacement("credentials", "EKS Pod Identity", "static keys", "no agent on this machine"))
    upstreams = str(folder.path / "upstreams/upstreams.json")
    values = {"--host": host, "--port": str(ports[0]), "--admin-port": str(ports[1]), "--upstreams": upstreams}
    arguments = tuple(_here(pod.arguments, values))
    return GatewayStart((program("headway-gateway", programs), *arguments), environment, tuple(replaced))


def _here(arguments: tuple[str, ...], values: Mapping[str, str]) -> Iterator[str]:
    """The rendered arguments with the values of this machine."""
    flag = ""
    for word in arguments:
        yield values.get(flag, word)
        flag = word
