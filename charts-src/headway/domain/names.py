"""Names of rendered objects, derived from names in the environment."""

RESERVED = frozenset(
    {
        *("foundation", "nodes", "metrics", "gateway", "frontend", "headway"),
        *("aws-load-balancer-controller", "external-secrets", "karpenter", "keda", "leader-worker-set"),
        *("otel-add-on", "prometheus"),
    }
)
"""Names of Headway's own apps and of the controllers' Applications; a test keeps them complete."""


def resource_name(deployment: str) -> str:
    """The DNS-1035 label a model deployment is rendered under: Services take no dots (`llama-3.1-8b` → `llama-3-1-8b`)."""
    return deployment.replace(".", "-")
