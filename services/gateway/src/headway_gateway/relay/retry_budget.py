"""Retries that clients may make at the model servers' expense: a fifth of the requests.

OpenAI's SDK repeats what failed twice on its own and the gateway repeats once; together they could turn one call into
six while model servers are already in trouble. Every first request earns a fifth of a retry; a failure that reached a
model server may be repeated while there is one, and is otherwise answered with `x-should-retry: false`, which the SDK
obeys. So model servers see at most 1.2 requests a call.
"""

EARNED = 0.2
MOST = 20.0
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
        """Whether one more retry is paid for."""
        if self.balance < 1:
            return False
        self.balance -= 1
        return True

    def owe(self) -> None:
        """The gateway itself repeated a request."""
        self.balance = max(0.0, self.balance - 1)
