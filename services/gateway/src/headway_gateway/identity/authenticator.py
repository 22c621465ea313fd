"""Recognises the client of a request by its key or token, and nothing else in the request."""

from collections.abc import Mapping

import structlog

from headway.domain.gateway_settings import ClientSettings
from headway_gateway.errors import Unauthenticated
from headway_gateway.identity.addresses import client_address
from headway_gateway.identity.client import Client
from headway_gateway.identity.keys import ApiKeys, BadKeys
from headway_gateway.identity.tokens import BadJwks, Tokens
from headway_gateway.watched_file import WatchedFile

ANYBODY = "anybody"
"""The name of every client where the gateway runs without authentication."""

log = structlog.get_logger()


class Authenticator:
    """Keys and tokens as the files say now. Raises `BadKeys` or `BadJwks` when made from files that cannot be used."""

    def __init__(self, settings: ClientSettings) -> None:
        self._settings = settings
        self._shared = frozenset(settings.shared_clients)
        self._presenters = frozenset(settings.presenter_clients)
        self._keys_file = WatchedFile(settings.api_keys_file) if settings.api_keys_file else None
        self._jwks_file = WatchedFile(settings.jwks_file) if settings.jwks_file else None
        self._keys = self._read_keys()
        self._tokens = self._read_tokens()
        self.open = self._keys is None and self._tokens is None
        """Whether anybody may ask."""

    def _read_keys(self) -> ApiKeys | None:
        path = self._settings.api_keys_file
        return ApiKeys.read(path) if path else None

    def _read_tokens(self) -> Tokens | None:
        settings = self._settings
        if settings.jwks_file is None:
            return None
        return Tokens.read(settings.jwks_file, settings.jwt_issuer or "", settings.jwt_audience or "")

    def reload(self, _now: float) -> None:
        """Take over changed files; a broken one is logged and the last good one holds."""
        try:
            if self._keys_file and self._keys_file.changed():
                self._keys = self._read_keys()
                log.info("api_keys_reloaded", names=len(self._keys.names) if self._keys else 0)
            if self._jwks_file and self._jwks_file.changed():
                self._tokens = self._read_tokens()
                log.info("jwks_reloaded")
        except (BadKeys, BadJwks) as error:
            log.error("credentials_not_reloaded", fault=str(error))

    def client(self, headers: Mapping[bytes, bytes], peer: str) -> Client:
        """Who asks. Raises `Unauthenticated`."""
        name = ANYBODY if self.open else self._named(headers.get(b"authorization", b""))
        limited_as = name
        if name in self._shared:
            address = client_address(peer, headers.get(b"x-forwarded-for"), self._settings.trusted_proxy_hops)
            limited_as = f"{name} {address}"
        return Client(name, limited_as, presenter=self.open or name in self._presenters)

    def _named(self, authorization: bytes) -> str:
        scheme, _, credential = authorization.partition(b" ")
        if scheme.lower() != b"bearer" or not credential:
            raise Unauthenticated("the request carries no API key; send Authorization: Bearer KEY")
        credential = credential.strip()
        name = self._keys.holder(credential) if self._keys else None
        if name is None and self._tokens is not None and credential.count(b".") == 2:
            subject = self._tokens.subject(credential)
            name = f"jwt:{subject}" if subject is not None else None
        if name is None:
            raise Unauthenticated("the API key is not known here")
        return name
