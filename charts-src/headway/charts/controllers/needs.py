"""When an environment needs a controller."""

from headway.domain.environment import EnvironmentSpec


def always(_spec: EnvironmentSpec, _grouped: bool) -> bool:
    """On every cluster."""
    return True


def on_eks(spec: EnvironmentSpec, _grouped: bool) -> bool:
    """Where the cluster is EKS."""
    return spec.cluster.provider == "eks"


def when_grouped(_spec: EnvironmentSpec, grouped: bool) -> bool:
    """Where some deployment spans machines."""
    return grouped


def with_compile_cache(spec: EnvironmentSpec, _grouped: bool) -> bool:
    """Where some deployment on EKS keeps compiled kernels on EFS."""
    return spec.cluster.provider == "eks" and any(model.compile_cache for model in spec.models.values())


def with_upstream_keda(spec: EnvironmentSpec, _grouped: bool) -> bool:
    """Where KEDA is the upstream build; Kedify's build comes with Kedify's agent, and two would fight."""
    return spec.cluster.keda.scaler != "kedify-otel"


def with_otel_scaler(spec: EnvironmentSpec, _grouped: bool) -> bool:
    """Where KEDA asks the otel-add-on, over either of its triggers."""
    return spec.cluster.keda.scaler in ("otel", "kedify-otel")
