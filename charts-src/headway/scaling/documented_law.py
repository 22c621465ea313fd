"""The formulas of the source documents, as they stand there: wrong, kept so that what is wrong can be shown.

None of them can be chosen in an environment. Each names the traps it falls into, the nearest formula that runs, and the
shipped law to use.
"""

from dataclasses import dataclass

from headway.scaling.expression import Expression, FormulaError, Metric, check_formula, maximum, parse
from headway.scaling.law import FixedTargetLaw

WAITING = Metric("waiting")
RUNNING = Metric("running")


@dataclass(frozen=True)
class Flaw:
    """One trap that a formula falls into."""

    trap: str
    """Number of the trap, such as `S3`."""
    why: str


@dataclass(frozen=True)
class DocumentedLaw:
    """One formula of the documents."""

    name: str
    source: str
    """Where it stands."""
    formula: str
    """The text, letter by letter; where the document multiplies inside a query, what is meant by it."""
    target: int
    """What the document divides by."""
    triggers: tuple[str, ...]
    """Names that the document gives its triggers: what a formula may use."""
    flaws: tuple[Flaw, ...]
    repaired: Expression
    """The nearest expression that KEDA accepts; it keeps the faults that are not of the text."""
    instead: str
    """The shipped law to use."""

    @property
    def error(self) -> str | None:
        """Why KEDA refuses the text over the document's triggers; `None` where it runs."""
        refused = [found for found in check_formula(self.formula, self.triggers) if found.outcome == "refused"]
        return str(refused[0]) if refused else None

    def shown(self) -> FixedTargetLaw:
        """The nearest law that runs, with the document's own target: its faults can be watched."""
        return FixedTargetLaw(
            name=self.name,
            summary=f"As documented ({self.source}), repaired only as far as KEDA demands.",
            awake=self.repaired,
            asleep=self.repaired,
            per_sequence=1,
            fixed=self.target,
        )

    @property
    def expression(self) -> Expression | None:
        """The text as an expression; `None` where it is none."""
        try:
            return parse(self.formula)
        except FormulaError:
            return None


_DRAINED = Flaw(
    "S3",
    "running requests count nothing: the moment the queue drains the value is 0, replicas that still answer are taken"
    " away, the queue fills again, and it oscillates",
)
_UNDERSCORE = Flaw(
    "S5", "its triggers ask for vllm_num_requests_…, and vLLM exports vllm:num_requests_…: not found reads 0"
)

COMMUTERS_CLAMPED = DocumentedLaw(
    name="documented-commuters-clamped",
    source="document 001, Tube Demo, architecture overview, Scaling Formulas",
    formula="clamp_min(current_queue * 50, 1)",
    target=50,
    triggers=(),
    flaws=(
        Flaw("S1", "clamp_min is PromQL; expr has no such function, and KEDA's webhook refuses the ScaledObject"),
        Flaw("S2", "no trigger is called current_queue"),
        _DRAINED,
    ),
    repaired=maximum(WAITING * 50, 1),
    instead="virtual-commuters",
)

COMMUTERS_WAITING = DocumentedLaw(
    name="documented-commuters-waiting",
    source="document 001, Tube Demo, architecture overview, KEDA (Pod Autoscaling)",
    formula="waiting * 50",
    target=50,
    triggers=("waiting",),
    flaws=(
        _DRAINED,
        _UNDERSCORE,
        Flaw(
            "S11",
            "it is written sum(vllm_num_requests_waiting{app=vllm}) * 50 inside the trigger's query, which takes no"
            " arithmetic",
        ),
    ),
    repaired=WAITING * 50,
    instead="virtual-commuters",
)

WEIGHTED_QUEUE = DocumentedLaw(
    name="documented-weighted-queue",
    source="document 003, GPU-accelerated LLM inference on EKS, KEDA: Queue-Based Pod Scaling",
    formula="running + (waiting * 10)",
    target=25,
    triggers=(),
    flaws=(
        Flaw("S2", "neither trigger has a name, so the formula names nothing"),
        Flaw(
            "S4",
            "with a 900 % step and pods that take two minutes to start it overshoots to the maximum on one burst: 25 is not"
            " what a replica carries, and pods that are starting already count",
        ),
        _UNDERSCORE,
        Flaw("S11", "kedify-otel exists only in Kedify's build of KEDA"),
    ),
    repaired=RUNNING + WAITING * 10,
    instead="queue",
)

DOCUMENTED_LAWS: dict[str, DocumentedLaw] = {
    law.name: law for law in (COMMUTERS_CLAMPED, COMMUTERS_WAITING, WEIGHTED_QUEUE)
}
