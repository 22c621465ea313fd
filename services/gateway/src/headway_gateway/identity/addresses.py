"""Whose address a request comes from, when proxies stand in between."""


def client_address(peer: str, forwarded_for: bytes | None, trusted_hops: int) -> str:
    """The address that the outermost trusted proxy saw.

    Each trusted proxy appends the address it saw to `X-Forwarded-For`, so with `n` trusted hops the `n`-th entry from
    the right is the last one that a client cannot choose. With none, or with fewer entries than hops, the peer counts.
    """
    if trusted_hops == 0 or not forwarded_for:
        return peer
    entries = [entry.strip() for entry in forwarded_for.decode("latin-1").split(",")]
    if len(entries) < trusted_hops:
        return peer
    return entries[-trusted_hops][:64] or peer
