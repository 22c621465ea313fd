"""Names of rendered objects, derived from names in the environment."""


def resource_name(deployment: str) -> str:
    """The DNS-1035 label a model deployment is rendered under: Services take no dots (`llama-3.1-8b` → `llama-3-1-8b`)."""
    return deployment.replace(".", "-")
