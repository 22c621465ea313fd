"""What a pod asks of a node."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headway.policies.quantities import quantity

if TYPE_CHECKING:
    from headway.policies.pods import Container, Pod

GPU_RESOURCES = ("nvidia.com/gpu", "amd.com/gpu")


@dataclass(frozen=True)
class Requests:
    """Requests as the scheduler counts them: containers add up, init containers run alone beside sidecars."""

    cpu_millicores: int
    memory_mib: int
    gpus: int
    gpu_resource: str | None

    @property
    def wants_gpu(self) -> bool:
        """Whether it asks for a whole GPU."""
        return self.gpus > 0


def requests_of(pod: "Pod") -> Requests:
    """Requests of a pod (`Pod.requests` keeps them); where only a limit is stated, it is the request too."""
    resource = next((name for name in GPU_RESOURCES for c in pod.all_containers if asked(c, name)), None)
    beside = [c for c in pod.init_containers if c.text("restartPolicy") == "Always"]
    before = [c for c in pod.init_containers if c.text("restartPolicy") != "Always"]

    def most(name: str) -> float:
        steady = sum(asked(c, name) for c in (*pod.containers, *beside))
        return max([steady, *(asked(c, name) + sum(asked(s, name) for s in beside) for c in before)])

    return Requests(
        cpu_millicores=round(most("cpu") * 1000),
        memory_mib=-int(-most("memory") // 2**20),
        gpus=int(most(resource)) if resource else 0,
        gpu_resource=resource,
    )


def asked(container: "Container", resource: str) -> float:
    """Request of one container for one resource, in the resource's own unit; 0 where it states none."""
    request = quantity(container, "resources", "requests", resource)
    return request if request is not None else quantity(container, "resources", "limits", resource) or 0.0
