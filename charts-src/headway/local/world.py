"""What the parts of a run share."""

from dataclasses import dataclass
from pathlib import Path

from headway.local.audit import Audit
from headway.local.clock import Clock
from headway.local.nodes import Nodes
from headway.local.options import Options
from headway.local.run_folder import RunFolder
from headway.local.samples import Samples
from headway.local.upstreams import Upstreams
from headway.local.watch import Watch


@dataclass(frozen=True, eq=False)
class World:
    """One run's shared parts."""

    options: Options
    clock: Clock
    folder: RunFolder
    samples: Samples
    nodes: Nodes
    upstreams: Upstreams
    audit: Audit
    watch: Watch
    programs: Path
    """Folder of the installed programs."""
