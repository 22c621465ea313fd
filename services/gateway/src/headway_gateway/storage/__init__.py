"""The object store: objects written once, read back, and listed, each within a bound."""

from headway_gateway.storage.objects import DIFFERENT, SAME, STORED, Objects, Outcome
from headway_gateway.storage.s3 import open_objects

__all__ = ["DIFFERENT", "SAME", "STORED", "Objects", "Outcome", "open_objects"]
