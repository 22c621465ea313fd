"""What each client may use: a bucket of requests, a bucket of tokens, and a number of open answers."""

from collections import OrderedDict
from dataclasses import dataclass

from headway_gateway.errors import TooManyRequests

MAX_CLIENTS = 50_000
"""Clients remembered; the one not seen for longest, with nothing open, is forgotten first."""
MAX_RETRY_AFTER_SECONDS = 120


class Bucket:
    """A token bucket: `rate` a second flow in, up to `burst`. Time is passed in and never runs backwards here."""

    __slots__ = ("_burst", "_rate", "_since", "level")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._since = now
        self.level = burst

    def fill(self, now: float) -> None:
        """Let in what has come since the last time."""
        if now > self._since:
            self.level = min(self._burst, self.level + (now - self._since) * self._rate)
            self._since = now

    def wait_seconds(self, amount: float) -> float:
        """How long until `amount` is there; more than `burst` never is, so that counts as `burst`."""
        return max(0.0, (min(amount, self._burst) - self.level) / self._rate)

    def take(self, amount: float) -> None:
        """Take it, below zero if it is more than `burst`: it is paid back before the next one."""
        self.level -= amount

    def give_back(self, amount: float) -> None:
        """What was taken and not used."""
        self.level = min(self._burst, self.level + amount)


@dataclass(frozen=True, slots=True)
class Budget:
    """What one client may use in one process."""

    requests_per_second: float
    request_burst: float
    tokens_per_second: float
    token_burst: float
    max_streams: int


class Usage:
    """One client's buckets, its open answers, and how many of those wait for a replica."""

    __slots__ = ("held", "open", "requests", "tokens")

    def __init__(self, budget: Budget, now: float) -> None:
        self.requests = Bucket(budget.requests_per_second, budget.request_burst, now)
        self.tokens = Bucket(budget.tokens_per_second, budget.token_burst, now)
        self.open = self.held = 0


class Limits:
    """Every client's usage."""

    def __init__(self, budget: Budget, max_clients: int = MAX_CLIENTS) -> None:
        self._budget = budget
        self._max_clients = max_clients
        self._usages: OrderedDict[str, Usage] = OrderedDict()

    def request(self, client: str, now: float) -> Usage:
        """Charge one request, whatever it says. Raises `TooManyRequests` and charges nothing when a limit is reached."""
        usage = self._usage(client, now)
        if usage.open >= self._budget.max_streams:
            raise TooManyRequests("as many answers are open as this client may have", retry_after_seconds=1)
        _take(usage.requests, 1, "requests", now)
        return usage

    def answer(self, usage: Usage, tokens: int, now: float) -> None:
        """Charge the tokens of a request and count its answer as open. Raises `TooManyRequests` and gives it back."""
        try:
            _take(usage.tokens, tokens, "tokens", now)
        except TooManyRequests:
            usage.requests.give_back(1)
            raise
        usage.open += 1

    def _usage(self, client: str, now: float) -> Usage:
        usage = self._usages.get(client)
        if usage is None:
            if len(self._usages) >= self._max_clients:
                self._forget()
            usage = self._usages[client] = Usage(self._budget, now)
        else:
            self._usages.move_to_end(client)
        return usage

    def _forget(self) -> None:
        idle = next((name for name, usage in self._usages.items() if usage.open == 0), None)
        if idle is None:
            raise TooManyRequests("as many clients are active as this server knows", retry_after_seconds=1)
        del self._usages[idle]


def _take(bucket: Bucket, amount: float, what: str, now: float) -> None:
    bucket.fill(now)
    wait = bucket.wait_seconds(amount)
    if wait > 0:
        seconds = min(MAX_RETRY_AFTER_SECONDS, int(wait) + 1)
        raise TooManyRequests(f"this client's limit of {what} is reached", retry_after_seconds=seconds)
    bucket.take(amount)
