"""Where the gateway's settings come from: `HEADWAY_GATEWAY_…` variables over the defaults of the domain."""

from pydantic_settings import BaseSettings, SettingsConfigDict

from headway.domain.gateway_settings import ENVIRONMENT_PREFIX, GatewaySettings


class Settings(GatewaySettings, BaseSettings):
    """The gateway's settings as this process found them."""

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, frozen=True, extra="forbid")
