"""Who the gateway believes beside holders of API keys, and whom it tells what it did."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from headway.domain.noun import Noun, spelled

Base64Url = Annotated[str, spelled(r"[A-Za-z0-9_-]+", "an unpadded base64url text, as in a JWK")]
KeyId = Annotated[str, spelled(r"[A-Za-z0-9._~+/=-]{1,128}", "a key id (`kid`) of a JWKS")]
DnsLabel = Annotated[str, spelled(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", "a DNS label")]
MEMBERS = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
"""What a public key of each type consists of (RFC 7518, sections 6.2 and 6.3; RFC 8037, section 2)."""
CURVES = {"EC": "P-256", "OKP": "Ed25519"}
"""Those of the signatures that the gateway verifies."""
COORDINATE_CHARACTERS = 43
"""32 bytes in base64url, on both curves (RFC 7518, section 6.2.1.2; RFC 8032, section 5.1.5)."""
MODULUS_CHARACTERS = 342
"""2048 bits in base64url, the least that RS256 and PS256 allow (RFC 7518, section 3.3)."""


class PublicKey(Noun):
    """A public key as its JWK writes it; there is no place for the members of a private one."""

    kty: Literal["RSA", "EC", "OKP"]
    """Type of the key."""
    alg: Literal["RS256", "PS256", "ES256", "EdDSA", "Ed25519"] | None = None
    """The only signature it is for."""
    use: Literal["sig"] | None = None
    """What it is for."""
    n: Base64Url | None = None
    """Modulus (RSA)."""
    e: Base64Url | None = None
    """Exponent (RSA)."""
    crv: Literal["P-256", "Ed25519"] | None = None
    """Curve: `P-256` of an EC key, `Ed25519` of an OKP key."""
    x: Base64Url | None = None
    """First coordinate (EC), or the key itself (OKP)."""
    y: Base64Url | None = None
    """Second coordinate (EC)."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        stated = {name for name in ("n", "e", "crv", "x", "y") if getattr(self, name) is not None}
        if fault := self._fault(stated):
            raise ValueError(f"{fault}; copy {', '.join(MEMBERS[self.kty])} as the issuer's `jwks_uri` writes them")
        return self

    def _fault(self, stated: set[str]) -> str | None:
        if stated != set(MEMBERS[self.kty]):
            return f"a public key of type {self.kty} has {', '.join(MEMBERS[self.kty])} and no more of these"
        if self.crv != CURVES.get(self.kty):
            return f"a key of type {self.kty} is on the curve {CURVES[self.kty]} here"
        if self.n is not None and len(self.n) < MODULUS_CHARACTERS:
            return f"the modulus n has {len(self.n)} characters, fewer than the {MODULUS_CHARACTERS} of 2048 bits"
        if any(part is not None and len(part) != COORDINATE_CHARACTERS for part in (self.x, self.y)):
            return f"a coordinate on the curve {self.crv} has {COORDINATE_CHARACTERS} characters"
        return None


class TokenIssuer(Noun):
    """An issuer of signed tokens (JWT), which are accepted in place of API keys; a token's subject is the client."""

    issuer: Annotated[str, spelled(r"\S{1,255}", "an issuer as tokens name it (`iss`)")]
    """The only issuer (`iss`) that is believed."""
    audience: Annotated[str, spelled(r"\S{1,255}", "an audience as tokens name it (`aud`)")]
    """The audience (`aud`) that a token must name."""
    keys: Annotated[dict[KeyId, PublicKey], Field(min_length=1)]
    """The issuer's public keys by key id (`kid`), from its `jwks_uri`; in a rotation the old and the new one."""

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The keys as a JSON Web Key Set (RFC 7517, section 5)."""
        return {"keys": [{"kid": name, **key.model_dump(exclude_none=True)} for name, key in sorted(self.keys.items())]}


class TraceCollector(Noun):
    """An OpenTelemetry collector in the cluster that takes traces over OTLP/HTTP."""

    namespace: DnsLabel
    """Where it runs."""
    service: DnsLabel
    """Its Service."""
    port: Annotated[int, Field(ge=1, le=65535)] = 4318
    """Port of OTLP/HTTP, of the Service and of the pods alike: network policies know the pods'."""

    @property
    def url(self) -> str:
        """Its address in the cluster."""
        return f"http://{self.service}.{self.namespace}.svc:{self.port}"
