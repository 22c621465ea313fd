"""Histories that a real controller saw, replayed."""

from headway.scaling.replay.history import LINE_KEYS, SYNC_KEYS, History, HistoryFaults, Step, read_histories
from headway.scaling.replay.run import replay

__all__ = ["LINE_KEYS", "SYNC_KEYS", "History", "HistoryFaults", "Step", "read_histories", "replay"]
