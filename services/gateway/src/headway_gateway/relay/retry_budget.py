"""Requests that model servers get a second time: a fifth of the calls, whoever repeats them.

OpenAI's SDK repeats what failed twice on its own and the gateway repeats once; together they could turn one call into
six while model servers are already in trouble. Every first request earns a fifth of a retry, and who repeats a request
that reached a model server pays for it: the gateway before it asks another replica, a client before it is told that it
may. Where nothing is left the answer says `x-should-retry: false`, which the SDK obeys. So model servers see at most
1.2 requests a call, and `ADVANCE` more where replicas die. What was never sent, or was refused by a model server that is
going, costs them nothing and is not counted.
"""

EARNED = 0.2
MOST = 100.0
"""Retries saved."""
ADVANCE = 100.0
"""Retries of requests that died with their replica before they are earned: as many as one that dies may have before
their first byte, which then go elsewhere and are not lost. A replica that goes on dying is ejected before it costs many.
What is owed, nobody else gets."""
SHOULD_NOT_RETRY = (b"x-should-retry", b"false")
RETRY_COUNT_HEADER = b"x-stainless-retry-count"


class RetryBudget:
    """The balance of one process."""

    def __init__(self) -> None:
        self.balance = 0.0

    def earn(self, retry_count: bytes | None) -> None:
        """A request came; one that is itself a retry earns nothing."""
        if retry_count in (None, b"0"):
            self.balance = min(MOST, self.balance + EARNED)

    def spend(self) -> bool:
        """Whether one more request is paid for: a client's, or the gateway's own where a model server has answered."""
        return self._pay(0)

    def spend_on_death(self) -> bool:
        """Whether one is for a request that died with its replica; until it is earned, nobody else makes any."""
        return self._pay(ADVANCE)

    def _pay(self, advance: float) -> bool:
        if self.balance + advance < 1:
            return False
        self.balance -= 1
        return True
