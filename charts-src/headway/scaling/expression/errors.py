"""What can be wrong with an expression or a formula.

ExpressionError                an expression that KEDA would refuse; raised where it is built
FormulaError                   the same in a text, with its position
NotUnderstood                  perhaps lawful in expr, but outside what is understood here
EvaluationError                lawful, and fails on these values
    NilResult                  nil: KEDA takes fallback.replicas times target, or fails without a fallback
"""


class ExpressionError(ValueError):
    """KEDA would refuse this expression: what is wrong, and what would be right."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}; {remedy}")
        self.problem = problem
        self.remedy = remedy


class FormulaError(ExpressionError):
    """KEDA would refuse this text."""

    def __init__(self, problem: str, remedy: str, position: int) -> None:
        super().__init__(problem, remedy)
        self.position = position
        """Characters before the fault."""

    def __str__(self) -> str:
        return f"column {self.position + 1}: {super().__str__()}"


class NotUnderstood(ValueError):
    """Neither right nor wrong: expr may know it, Headway does not."""

    def __init__(self, what: str, position: int = 0) -> None:
        super().__init__(what)
        self.what = what
        self.position = position
        """Characters before it."""


class EvaluationError(ArithmeticError):
    """The formula fails on these values; KEDA then reports an error to the HPA."""


class NilResult(EvaluationError):
    """The formula is nil for these values: `a ?? b` with both lost."""
