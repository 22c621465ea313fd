"""Where the gateway's settings come from: `HEADWAY_GATEWAY_…` variables over the defaults of the domain."""

import difflib
import importlib.util
import os
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from headway.domain.gateway_settings import ENVIRONMENT_PREFIX, GatewaySettings, variable
from headway.domain.noun import Unit
from headway_gateway.identity.authenticator import Authenticator
from headway_gateway.identity.keys import BadKeys
from headway_gateway.identity.tokens import BadJwks


class Settings(GatewaySettings, BaseSettings):
    """The gateway's settings as this process found them."""

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, frozen=True, extra="forbid")


class BadSettings(ValueError):
    """The gateway cannot start; one fault a line."""


def read_settings(upstreams: Path | None, insecure_no_auth: bool) -> Settings:
    """The settings of this process. Raises `BadSettings` with every fault."""
    faults = _unknown_variables()
    try:
        settings = Settings() if upstreams is None else Settings(upstreams_file=upstreams)
    except (ValidationError, SettingsError) as error:
        raise BadSettings("\n".join(faults + _invalid(error))) from None
    faults += _contradictions(settings, insecure_no_auth)
    if faults:
        raise BadSettings("\n".join(faults))
    return settings


def _unknown_variables() -> list[str]:
    # Compared without the prefix, which all have in common and which would make everything look alike.
    known = {field.upper() for field in Settings.model_fields}
    faults = []
    for name in sorted(os.environ):
        stated = name.removeprefix(ENVIRONMENT_PREFIX)
        if name != stated and stated not in known:
            close = difflib.get_close_matches(stated.upper(), known, 1)
            faults.append(
                f"{name}: is no setting; {f'did you mean {variable(close[0])}?' if close else 'take it away'}"
            )
    return faults


def _invalid(error: ValidationError | SettingsError) -> list[str]:
    if isinstance(error, SettingsError):
        return [f'{error}; write lists as JSON: ["a", "b"]']
    faults = []
    for each in error.errors():
        field = str(each["loc"][0])
        message = each["msg"][0].lower() + each["msg"][1:]
        meaning = Settings.model_fields[field].description if field in Settings.model_fields else ""
        faults.append(f"{variable(field)}: {each['input']!r}: {message}; it is: {meaning}")
    return faults


def _contradictions(settings: Settings, insecure_no_auth: bool) -> list[str]:
    faults = []
    if settings.upstreams_file is None:
        faults.append(f"{variable('upstreams_file')}: is missing; start with --upstreams FILE")
    if settings.jwks_file is not None:
        faults += [
            f"{variable(field)}: is missing, and {variable('jwks_file')} is given; state whose tokens are believed"
            for field in ("jwt_issuer", "jwt_audience")
            if not getattr(settings, field)
        ]
    for wait in sorted({"first_byte_timeout_seconds", settings.unstreamed_bound}):
        if getattr(settings, wait) > settings.total_timeout_seconds:
            faults.append(
                f"{variable(wait)}: {getattr(settings, wait):g} s is more than "
                f"{variable('total_timeout_seconds')}, {settings.total_timeout_seconds:g} s; raise that or lower this"
            )
    if settings.api_keys_file is None and settings.jwks_file is None and not insecure_no_auth:
        faults.append(
            f"{variable('api_keys_file')}: is missing, so anybody could ask; give a key file, or --insecure-no-auth"
        )
    try:
        Authenticator(settings)
    except (BadKeys, BadJwks) as error:
        faults += str(error).splitlines()
    if settings.otlp_endpoint is not None:
        faults += _untraceable(settings.otlp_endpoint)
    return faults


def _untraceable(endpoint: str) -> list[str]:
    faults = []
    if not endpoint.startswith(("http://", "https://")):
        faults.append(f"{variable('otlp_endpoint')}: {endpoint!r} is no URL; write http://HOST:4318")
    if importlib.util.find_spec("opentelemetry") is None:
        faults.append(f"{variable('otlp_endpoint')}: traces need more packages; install headway-gateway[tracing]")
    return faults


def described(settings: Settings, upstreams: Path | None) -> str:
    """Every setting: variable, value, unit, origin and meaning."""
    lines = []
    for name, field in Settings.model_fields.items():
        unit = next((each.name for each in field.metadata if isinstance(each, Unit)), "")
        value = getattr(settings, name)
        shown = "-" if value is None or value == () else f"{value}"
        origin = _origin(settings, name, upstreams)
        lines.append(f"{variable(name)} = {shown}{f' {unit}' if unit else ''}  ({origin})\n    {field.description}")
    return "\n".join(lines)


def _origin(settings: Settings, name: str, upstreams: Path | None) -> str:
    if name == "upstreams_file" and upstreams is not None:
        return "--upstreams"
    if name == "unstreamed_first_byte_timeout_seconds" and settings.unstreamed_bound != name:
        return variable(settings.unstreamed_bound)
    return "environment" if variable(name) in os.environ else "default"
