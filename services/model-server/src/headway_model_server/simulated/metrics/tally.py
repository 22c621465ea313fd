"""A histogram that takes many equal observations at once: one step gives every decoding sequence the same gap."""

from bisect import bisect_left


class Tally:
    """Counts by bucket."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.sum = 0.0
        self._counts = [0] * (len(bounds) + 1)

    def observe(self, value: float, times: int = 1) -> None:
        """Counts a value so many times."""
        self._counts[bisect_left(self.bounds, value)] += times
        self.sum += value * times

    def cumulative(self) -> list[int]:
        """Observations up to each bound, and all of them at the end."""
        total, running = 0, []
        for count in self._counts:
            total += count
            running.append(total)
        return running
