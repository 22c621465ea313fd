"""Models and their replicas as the gateway knows them now; whoever discovers them calls `replace`."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from headway_gateway.replicas.replica import Replica
from headway_gateway.upstream.address import Address

Contract = Literal["openai", "generate"]


@dataclass(slots=True, eq=False)
class Model:
    """A model name that clients may ask for; it stays while it has no replica."""

    name: str
    contract: Contract = "openai"
    context_tokens: int | None = None
    replicas: list[Replica] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a replica appears or the model goes; holders of requests wait on it."""
    gone: bool = False
    """No longer listed; what its replicas have in work goes on."""

    def choose(self, now: float, but_not: Sequence[Replica] = (), tries: bool = True) -> Replica | None:
        """The replica with the fewest requests in work among those that may be asked.

        Ties go round: the chosen one moves behind its equals. None when no replica may be asked. Without `tries`, one
        that was ejected is not asked whether it is back.
        """
        best: Replica | None = None
        for replica in self.replicas:
            if replica in but_not or not replica.may_be_asked(now) or (replica.ejections and not tries):
                continue
            if best is None or replica.outstanding < best.outstanding:
                best = replica
        if best is not None and len(self.replicas) > 1:
            self.replicas.remove(best)
            self.replicas.append(best)
        return best

    def leave(self) -> None:
        """It is no longer listed: whoever waits for a replica of it need not."""
        self.gone = True
        self.changed.set()

    def ready(self, now: float) -> int:
        """How many replicas may be asked."""
        return sum(replica.may_be_asked(now) for replica in self.replicas)


@dataclass(frozen=True)
class Found:
    """What a discovery says of one model: its name, contract, ready addresses and context length."""

    name: str
    contract: Contract
    addresses: tuple[Address, ...]
    context_tokens: int | None = None


class Directory:
    """All models of this gateway."""

    def __init__(self, new_replica: Callable[[Address], Replica]) -> None:
        self._new_replica = new_replica
        self._replicas: dict[Address, Replica] = {}
        self.models: dict[str, Model] = {}
        self.known = False
        """Whether a discovery has spoken at all; until then the gateway is not ready."""

    def replace(self, found: Iterable[Found]) -> None:
        """Take over what a discovery found: replicas that stay keep their state, new ones wake held requests."""
        listed = list(found)
        wanted = {address for each in listed for address in each.addresses}
        for address in self._replicas.keys() - wanted:
            self._replicas.pop(address).retire()
        for address in sorted(wanted - self._replicas.keys(), key=str):
            self._replicas[address] = self._new_replica(address)
        names = {each.name for each in listed}
        for name in self.models.keys() - names:
            self.models.pop(name).leave()
        for each in listed:
            self._update(each)
        self.known = True

    def _update(self, found: Found) -> None:
        model = self.models.setdefault(found.name, Model(found.name, found.contract))
        model.contract, model.context_tokens = found.contract, found.context_tokens
        kept = [replica for replica in model.replicas if replica.address in found.addresses]
        there = {replica.address for replica in kept}
        model.replicas = kept + [self._replicas[address] for address in found.addresses if address not in there]
        if model.replicas:
            model.changed.set()
            model.changed = asyncio.Event()

    def served_by(self, contract: Contract) -> Sequence[Model]:
        """Models offered under a client contract."""
        return [model for model in self.models.values() if model.contract == contract]

    def close(self) -> None:
        """Close every idle connection."""
        for replica in self._replicas.values():
            replica.close()
