"""The known traps, and those among them that no rule can see in files, with the reason.

Numbers are those of the list of traps that the rules name: S scaling, H fit and hardware, C cold start, V vLLM in a pod,
G identity, GitOps and gateway, N classes seen in public repositories.
"""

TRAPS: dict[str, int] = {"S": 16, "H": 13, "C": 7, "V": 10, "G": 13, "N": 18}
"""Traps by letter; they are numbered from 1."""

UNSEEN: dict[str, str] = {
    "S10": "A claim about latency, not a manifest: KEDA's polling speeds up 0 to 1 only. `headway law` shows the delay.",
    "H11": "A claim about savings in prose. `headway recipe` states checkpoint size and GPU memory apart.",
    "H12": "A claim about savings in prose. Prices with region and date are in `headway plan`.",
    "G13": "KEDA in fallback is a state of the cluster. The health check that says so is shipped in argocd/.",
    "C1": "What SOCI's mode is called is prose; the mode itself is lawful.",
    "C2": "A claim about a download time. `headway plan` predicts it from the machine's network and the size.",
    "C3": "A claim about a cold start. `headway plan` predicts each phase with its source.",
    "V9": "Which call a handler makes is inside the image's code.",
    "G6": "Whether a failed write is acknowledged is inside the service's code; the gateway's own tests hold it.",
    "G10": "Retries are in the client's library; the gateway's own tests hold its answers.",
}
"""Trap → why it cannot be seen in files."""


def all_traps() -> list[str]:
    """Every number, in order."""
    return [f"{letter}{number}" for letter, count in TRAPS.items() for number in range(1, count + 1)]
