"""The KV cache as a pool of blocks, with those of prompts findable by later requests.

A block is held by one sequence, shared by several, idle (nobody holds it and its content can be found again) or empty.
Idle blocks count as free: they are given away, the one idle for longest first, when no empty one is left.
"""

from collections import OrderedDict
from collections.abc import Sequence as Several


class BlockPool:
    """Counts blocks; only those with a hash have an identity."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._own = 0
        self._shared: dict[int, int] = {}
        self._idle: OrderedDict[int, None] = OrderedDict()

    @property
    def held(self) -> int:
        """Blocks that sequences hold."""
        return self._own + len(self._shared)

    @property
    def free(self) -> int:
        """Blocks that can be taken."""
        return self.total - self._own - len(self._shared)

    @property
    def idle(self) -> int:
        """Free blocks whose content can still be found."""
        return len(self._idle)

    def take(self, blocks: int) -> None:
        """Gives blocks to one sequence; there must be that many free."""
        self._own += blocks
        while len(self._idle) > self.free:
            self._idle.popitem(last=False)

    def found(self, hashes: Several[int], most: int) -> int:
        """How many blocks from the first on are here, `most` at most."""
        count = 0
        for value in hashes[:most]:
            if value not in self._shared and value not in self._idle:
                break
            count += 1
        return count

    def idle_among(self, hashes: Several[int]) -> int:
        """How many of these are idle: holding them takes that many free blocks."""
        return sum(value in self._idle for value in hashes)

    def share(self, hashes: Several[int]) -> None:
        """Holds blocks that `found` found, once more each."""
        for value in hashes:
            self._idle.pop(value, None)
            self._shared[value] = self._shared.get(value, 0) + 1

    def publish(self, value: int) -> bool:
        """Makes one held block findable. False where another block with this content is here already."""
        if value in self._shared or value in self._idle:
            return False
        self._own -= 1
        self._shared[value] = 1
        return True

    def release(self, own: int, shared: Several[int]) -> None:
        """Takes the blocks of a sequence back; the end of its prompt is forgotten before the beginning."""
        self._own -= own
        for value in reversed(shared):
            left = self._shared[value] - 1
            if left:
                self._shared[value] = left
            else:
                del self._shared[value]
                self._idle[value] = None
