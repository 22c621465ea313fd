"""Model servers as processes of a test: real vLLM on this machine's CPU, a simulated one, a small stand-in for an engine.

with RealVllm() as server:      # skips the test where it is not built
    server.base_url             # http://127.0.0.1:PORT, ready
"""

from model_servers.launched import Launched, free_port
from model_servers.real_vllm import MODEL, RealVllm, why_not_built
from model_servers.simulated_vllm import SimulatedVllm
from model_servers.stand_in import StandIn

__all__ = ["MODEL", "Launched", "RealVllm", "SimulatedVllm", "StandIn", "free_port", "why_not_built"]
