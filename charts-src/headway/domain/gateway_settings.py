"""Settings of the gateway: one model, which the program reads from its environment and synth renders into it.

Each group is in two parts: what is a matter of choice, which an environment file may state, and on top of it what the place
that the gateway runs in decides.
"""

import json
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from headway.domain.noun import Bytes, Noun, Seconds, Tokens, Unit, WholeSeconds

Requests = Annotated[int, Unit("requests"), Field(ge=0)]
Streams = Annotated[int, Unit("streams"), Field(ge=1)]


class ClientChoices(Noun):
    """Who may ask, and how much."""

    shared_clients: tuple[str, ...] = ()
    """Clients whose key many people hold (an audience): each address is limited on its own."""
    presenter_clients: tuple[str, ...] = ()
    """Clients that may draw winners."""
    requests_per_minute: Annotated[int, Unit("requests/min"), Field(ge=1)] = 600
    """Requests a client may make in a minute, on average."""
    request_burst: Annotated[Requests, Field(ge=1)] = 120
    """Requests a client may make at once."""
    tokens_per_minute: Annotated[int, Unit("tokens/min"), Field(ge=1)] = 1_000_000
    """Tokens a client may ask for in a minute: prompt (4 characters a token) and the output it allows; unused ones return."""
    token_burst: Tokens = 200_000
    """Tokens a client may ask for at once."""
    max_streams_per_client: Streams = 256
    """Answers a client may have open at once."""


class RequestChoices(Noun):
    """What a request may hold."""

    max_body_bytes: Annotated[Bytes, Field(ge=1024)] = 262_144
    """Largest request body; more is refused before it is buffered."""
    max_header_bytes: Annotated[Bytes, Field(ge=1024)] = 16_384
    """Largest request head."""
    max_messages: Annotated[int, Field(ge=1)] = 64
    """Most messages of a chat."""
    max_output_tokens: Tokens = 4096
    """Most tokens an answer may ask for; also what a request that names none gets."""
    max_choices: Annotated[int, Field(ge=1, le=4)] = 1
    """Most answers to one request (`n`)."""
    allow_tools: bool = False
    """Let `tools` through; the engine then compiles a grammar of the client's making."""
    allow_response_format: bool = False
    """Let `response_format` through, with the same reservation."""
    cache_salt: bool = True
    """Send a `cache_salt` of the client's, so that nobody can time another's prompts through the prefix cache."""
    allowed_origins: tuple[str, ...] = ()
    """Web origins whose pages may call from a browser; empty allows the gateway's own only."""


class WaitChoices(Noun):
    """Every wait, and what happens at its end."""

    header_timeout_seconds: Annotated[Seconds, Field(gt=0, le=60)] = 10
    """Longest wait for a whole request head; then the connection is closed."""
    body_timeout_seconds: Annotated[Seconds, Field(gt=0, le=300)] = 15
    """Longest wait for a whole request body; then 408."""
    write_timeout_seconds: Annotated[Seconds, Field(gt=0, le=600)] = 30
    """Longest that a client may leave an answer unread; then it is cut off and its model server freed."""
    connect_timeout_seconds: Annotated[Seconds, Field(gt=0, le=60)] = 2
    """Longest wait for a connection to a model server."""
    first_byte_timeout_seconds: Annotated[Seconds, Field(gt=0, le=600)] = 60
    """Longest wait for the first byte of an answer."""
    idle_timeout_seconds: Annotated[Seconds, Field(gt=0, le=600)] = 30
    """Longest silence inside an answer."""
    total_timeout_seconds: Annotated[Seconds, Field(gt=0, le=3600)] = 600
    """Longest answer, with its wait for a model server."""
    hold_seconds: Annotated[Seconds, Field(ge=0, le=1800)] = 300
    """Longest that a request is held while no replica is ready."""
    hold_silent_seconds: Annotated[Seconds, Field(ge=0, le=1800)] = 45
    """The same for a request that is not streamed: with its wait for the first byte, below every timeout on the path."""
    max_held_requests: Annotated[Requests, Field(le=100_000)] = 256
    """Requests held at once, at most three quarters of them one client's; the next one gets 503 (429) with Retry-After."""
    retry_after_seconds: Annotated[WholeSeconds, Field(ge=1, le=120)] = 10
    """What Retry-After says when the gateway refuses."""
    drain_seconds: Annotated[WholeSeconds, Field(ge=0, le=3600)] = 120
    """Time streams may finish in after SIGTERM; the rest end with an error event."""


class ReplicaChoices(Noun):
    """How replicas are found and left alone."""

    ejection_failures: Annotated[int, Field(ge=1, le=100)] = 3
    """Failures in a row after which a replica is left alone."""
    ejection_seconds: Annotated[Seconds, Field(gt=0, le=600)] = 5
    """How long it is left alone; then one request tries it."""
    max_requests_in_flight: Annotated[Requests, Field(ge=1)] = 1500
    """Requests in work at once in one process; the next one gets 503 with Retry-After."""
    max_connections: Annotated[int, Unit("connections"), Field(ge=1)] = 8192
    """Client connections of one process; the next one is closed at once."""


class StorageChoices(Noun):
    """Where answers of surveys and the questions asked are kept."""

    storage_timeout_seconds: Annotated[Seconds, Field(gt=0, le=60)] = 5
    """Longest wait for one answer of the store, retries included."""
    survey_retention_days: Annotated[int, Unit("days"), Field(ge=1, le=3650)] = 30
    """Written on each answer as its time of expiry; the bucket's lifecycle rule deletes it."""
    keep_questions: bool = False
    """Keep what is asked, with neither name nor address, in the bucket."""


class ProcessChoices(Noun):
    """The program itself."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severe event that is logged."""


class GatewayChoices(
    ProcessChoices, StorageChoices, ReplicaChoices, WaitChoices, RequestChoices, ClientChoices
):  # the last base's fields come first
    """Every setting that is a matter of choice: what the section `gateway` of an environment may state."""


class ClientSettings(ClientChoices):
    """Clients, with the files that they are known by and the proxies in front of them."""

    api_keys_file: Path | None = None
    """File of hashed keys, `name:sha256-hex` a line; two lines of one name overlap while a key is rotated."""
    jwks_file: Path | None = None
    """File of the issuer's public keys (JWKS); with it, a signed JWT is accepted in place of an API key."""
    jwt_issuer: str | None = None
    """The only issuer (`iss`) that is believed; needed with `jwks_file`."""
    jwt_audience: str | None = None
    """The audience (`aud`) that a JWT must name; needed with `jwks_file`."""
    trusted_proxy_hops: Annotated[int, Field(ge=0, le=8)] = 0
    """Proxies in front whose `X-Forwarded-For` entries are believed; 0 takes the peer's address."""


class RequestSettings(RequestChoices):
    """Requests, with the names that they may be sent to."""

    allowed_hosts: tuple[str, ...] = ()
    """Names accepted in `Host`; empty accepts every well-formed one, since nothing is decided by it."""


class WaitSettings(WaitChoices):
    """Waits, with those that the path in front prescribes."""

    server_keep_alive_seconds: WholeSeconds = 130
    """How long an idle client connection is kept; longer than the load balancer's idle timeout."""
    keep_alive_comment_seconds: Annotated[Seconds, Field(gt=0, le=60)] = 15
    """Pause between SSE comments while a stream has nothing to say."""
    unstreamed_first_byte_timeout_seconds: Annotated[Seconds, Field(gt=0, le=3600)] = 300
    """Longest wait for an answer that is not streamed; unstated, it is `first_byte_timeout_seconds` where that is stated."""

    @property
    def unstreamed_bound(self) -> str:
        """The setting that bounds the wait for an answer that is not streamed.

        A model server sends its first byte when all of it is there, so what suits a stream is too short for it.
        """
        own, given = "unstreamed_first_byte_timeout_seconds", self.model_fields_set
        if own not in given and "first_byte_timeout_seconds" in given:
            return "first_byte_timeout_seconds"
        if own not in given and self.total_timeout_seconds < type(self).model_fields[own].default:
            return "total_timeout_seconds"
        return own

    @model_validator(mode="after")
    def _bound_unstreamed(self) -> Self:
        # Past the model's own setter: the value is derived, and must not count as stated.
        object.__setattr__(self, "unstreamed_first_byte_timeout_seconds", getattr(self, self.unstreamed_bound))
        return self


class ReplicaSettings(ReplicaChoices):
    """Replicas, with where they are read from."""

    upstreams_file: Path | None = None
    """Which addresses serve which models; `--upstreams` says the same."""
    discovery: Literal["file", "endpointslices"] = "file"
    """`file`: every address of the upstreams file is a replica. `endpointslices`: its Services' ready endpoints are."""


class StorageSettings(StorageChoices):
    """What is kept, with where, and the mode that says what is asked."""

    responses_bucket: str | None = None
    """S3 bucket; without it, surveys answer 503 and questions are not kept."""
    s3_endpoint: str | None = None
    """Address of an S3 API that is not AWS's."""
    mode_file: Path | None = None
    """File with `quiz` or `survey`, read again when it changes; without it the mode is `quiz`."""


class ProcessSettings(ProcessChoices):
    """The program, with how many of it there are and where its traces go."""

    workers: Annotated[int, Unit("processes"), Field(ge=1, le=64)] = 1
    """Processes that share the port; limits of clients and of held requests are divided among them."""
    otlp_endpoint: str | None = None
    """OTLP/HTTP collector for traces; without it none are made."""


class GatewaySettings(ProcessSettings, StorageSettings, ReplicaSettings, WaitSettings, RequestSettings, ClientSettings):
    """Every setting of the gateway; its environment variable is `HEADWAY_GATEWAY_` and the name in capitals.

    What is not of `GatewayChoices` is decided by the place it runs in: files, addresses, and the path in front of it.
    """


ENVIRONMENT_PREFIX = "HEADWAY_GATEWAY_"


def variable(field: str) -> str:
    """The environment variable of a setting (`drain_seconds` → `HEADWAY_GATEWAY_DRAIN_SECONDS`)."""
    return f"{ENVIRONMENT_PREFIX}{field.upper()}"


def variables(settings: GatewaySettings) -> dict[str, str]:
    """The environment from which the program reads these very settings: one variable for each that has a value."""
    values = settings.model_dump(mode="json", exclude_none=True)
    return {variable(name): _text(value) for name, value in sorted(values.items())}


def _text(value: object) -> str:
    """A value as pydantic-settings reads it: texts as they are, lists and switches as JSON, whole numbers without `.0`."""
    if isinstance(value, str):
        return value
    whole = isinstance(value, float) and value.is_integer()
    return json.dumps(int(value) if whole else value)  # type: ignore[call-overload]
