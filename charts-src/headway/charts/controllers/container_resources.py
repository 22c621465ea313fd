"""What a container asks for and may use, as every chart spells it."""

from headway.charts.controllers.controller import Values


class Amounts(Values):
    """Quantities by resource."""

    cpu: str | None = None
    memory: str


class ContainerResources(Values):
    """Requests, and a memory limit; CPU is left free, because a throttled controller is a slow one."""

    requests: Amounts
    limits: Amounts

    @classmethod
    def of(cls, cpu: str, memory: str, memory_limit: str) -> "ContainerResources":
        return cls(requests=Amounts(cpu=cpu, memory=memory), limits=Amounts(memory=memory_limit))
