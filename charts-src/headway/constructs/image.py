"""Image references: the cluster's registry, a readable tag and the digest that decides."""

from headway.domain.cluster import Cluster
from headway.domain.runtime_image import RuntimeImage


def image_reference(image: RuntimeImage, cluster: Cluster) -> str:
    """`registry/repository:tag@digest`. The catalog's public host is replaced by the cluster's own registry."""
    host, _, path = image.repository.partition("/")
    repository = path if "." in host else image.repository
    return f"{cluster.registry}/{repository}:{image.tag}@{cluster.images[image.key].digest}"
