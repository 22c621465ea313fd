"""Repairs of what is mechanical: a finding becomes the smallest edit of its file's text, or the reason why it is not."""

from headway.policies.repairs import delivery, scalers, workloads
from headway.policies.repairs.change import LeftAlone
from headway.policies.repairs.plan import Plan, Planner, Treated
from headway.policies.repairs.repair import Repair

REPAIRS: dict[str, Repair] = {made.rule: made for family in (workloads, scalers, delivery) for made in family.REPAIRS}
"""Every repair by the rule it belongs to."""

__all__ = ["REPAIRS", "LeftAlone", "Plan", "Planner", "Repair", "Treated"]
