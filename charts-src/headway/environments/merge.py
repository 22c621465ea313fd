"""How an environment file lies over the one it extends.

Mappings merge key by key; every other value, lists included, replaces what it lies over; `null` removes the key.
The result remembers for each value the file and line that stated it last.
"""

from headway.environments.source import Located


def merge(below: Located, above: Located) -> Located:
    """`above` over `below`; origins of what `above` states win."""
    if above.is_mapping:
        return _merged(below if below.is_mapping else Located({}, above.origin), above)
    return above


def _merged(below: Located, above: Located) -> Located:
    children, removed = dict(below.value), dict(below.removed)
    for key, child in above.value.items():
        if child.value is None:
            children.pop(key, None)
            removed[key] = child.origin
        elif child.is_mapping:
            children[key] = _merged(
                children[key] if key in children and children[key].is_mapping else Located({}, child.origin),
                child,
            )
        else:
            children[key] = child
    return Located(children, above.origin, removed=removed)
