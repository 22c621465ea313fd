"""The gateway's settings in a cluster: what the environment chooses, and what the cluster around it decides.

Every setting that has a value is rendered, defaults too: the pod's manifest is then all there is to know of a gateway, proofs
read it there, and an image whose defaults differ changes nothing that was reviewed. Variables are made from the fields of the
model that the program reads, so that one which it does not know cannot be rendered.
"""

from pathlib import Path

from headway.domain.cluster import Cluster
from headway.domain.environment import Edge, Gateway
from headway.domain.gateway_settings import GatewayChoices, GatewaySettings

UPSTREAMS_FILE = Path("/etc/headway/upstreams/upstreams.json")
MODE_FILE = Path("/etc/headway/mode/mode")
API_KEYS_FILE = Path("/etc/headway-keys/keys")
JWKS_FILE = Path("/etc/headway/jwks/jwks.json")
PROXY_HOPS = 2
"""CloudFront adds the client's address to X-Forwarded-For, the load balancer CloudFront's."""
KEEP_ALIVE_MARGIN_SECONDS = 10
"""How much longer than the load balancer the gateway keeps an idle connection, so that it never closes one in use."""


def settings_in_cluster(chosen: Gateway, edge: Edge, cluster: Cluster) -> GatewaySettings:
    """Every setting of the gateway of one environment.

    `upstreams_file` is an argument of the program. `allowed_hosts` stays empty: the load balancer's health checks carry the
    pod's address in `Host`.
    """
    choices = {name: getattr(chosen, name) for name in GatewayChoices.model_fields}
    tokens = chosen.tokens
    return GatewaySettings(
        **choices,
        api_keys_file=API_KEYS_FILE,
        discovery="endpointslices",
        jwks_file=JWKS_FILE if tokens else None,
        jwt_audience=tokens.audience if tokens else None,
        jwt_issuer=tokens.issuer if tokens else None,
        keep_alive_comment_seconds=edge.keep_alive_seconds,
        mode_file=MODE_FILE,
        otlp_endpoint=chosen.traces.url if chosen.traces else None,
        responses_bucket=cluster.responses_bucket,
        server_keep_alive_seconds=edge.idle_timeout_seconds + KEEP_ALIVE_MARGIN_SECONDS,
        trusted_proxy_hops=PROXY_HOPS,
    )
