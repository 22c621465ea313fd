"""Faults in an environment: each names the place, the fault and the remedy; all are reported at once.

EnvironmentFaults      bad input, exit code 2; `faults` holds every one found
"""

from collections.abc import Iterable

from headway.domain.fault import Fault


class EnvironmentFaults(Exception):
    """An environment that cannot be rendered, with every fault found in it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))
