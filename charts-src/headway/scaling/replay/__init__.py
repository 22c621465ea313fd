"""Histories that a real controller saw, replayed."""

from headway.scaling.replay.history import History, HistoryFaults, Step, read_histories
from headway.scaling.replay.run import replay

__all__ = ["History", "HistoryFaults", "Step", "read_histories", "replay"]
