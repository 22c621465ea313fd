"""A rendered environment as local processes: `dist/<env>` in, gateway, replicas that scale, and a control room out.

Real: the gateway, the engine's HTTP surface, queue and metrics, the scrapes, KEDA and the HPA as pure functions, the S3
API. Played, by the catalog's times divided by the speed factor: Karpenter, nodes, image pulls, loading of weights.
"""

from headway.local.faults import CannotRun
from headway.local.options import Options
from headway.local.run_folder import RunFolder, find_run
from headway.local.up import run

__all__ = ["CannotRun", "Options", "RunFolder", "find_run", "run"]
