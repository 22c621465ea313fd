"""Any files of YAML or JSON become manifests with line numbers; what cannot be read becomes a fault, the rest is kept."""

from headway.policies.reading.files import MissingPath, read_paths
from headway.policies.reading.harvest import Harvest, ReadFault, Unread
from headway.policies.reading.text import read_text

__all__ = ["Harvest", "MissingPath", "ReadFault", "Unread", "read_paths", "read_text"]
