"""Formulas and their values against KEDA's own expr, in the steps of KEDA (tools/expr-eval)."""

import json
import math
import os
import platform
import struct
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings

from headway.scaling import EvaluationError, Expression, FormulaError, NotUnderstood, composite_milli, read_formula
from unit.scaling.expressions import VALUES, numbers
from unit.scaling.formulas import Writer

ROOT = Path(__file__).parents[3]
PROGRAM = ROOT / "build" / "bin" / "expr-eval"
COUNT = int(os.environ.get("HEADWAY_FORMULAS", "12000"))
"""Formulas in one run."""
SEED = int(os.environ.get("HEADWAY_SEED", "20"))
Values = Mapping[str, float | None]
Result = tuple[str, str]
"""`refused`, `fails`, `nil`, `value` or `not understood`, and the value's bits."""

pytestmark = [
    pytest.mark.skipif(
        not PROGRAM.exists(), reason="no build/bin/expr-eval: formulas are not compared with KEDA's own expr"
    ),
    pytest.mark.skipif(
        platform.machine().lower() not in ("x86_64", "amd64"),
        reason="Go leaves floats beyond 64 bits and exp to the processor, and amd64's answer is what is evaluated",
    ),
]


def ours(formula: str, values: Values) -> Result:
    try:
        read = read_formula(formula, tuple(values))
    except NotUnderstood:
        return "not understood", ""
    except FormulaError:
        return "refused", ""
    try:
        value = read.evaluate(values)
    except EvaluationError:
        return "fails", ""
    return ("nil", "") if value is None else ("value", _shown(value, composite_milli(value)))


def theirs(answer: Mapping[str, object]) -> Result:
    if not answer["compiles"]:
        return "refused", ""
    if "value" not in answer:
        return ("nil" if answer["error"] == "nil" else "fails"), ""
    return "value", _shown(float(str(answer["value"])), answer["milli"])


def ask(questions: Iterable[tuple[str, Values]]) -> list[Result]:
    """KEDA's answers, from one process."""
    lines = [json.dumps({"formula": formula, "values": _sent(values)}) for formula, values in questions]
    done = subprocess.run([PROGRAM], input="\n".join(lines), capture_output=True, text=True, check=True)
    answers = [theirs(json.loads(line)) for line in done.stdout.splitlines()]
    assert len(answers) == len(lines)
    return answers


def _sent(values: Values) -> dict[str, float | str | None]:
    exact = {name: value if value is None or math.isfinite(value) else str(value) for name, value in values.items()}
    return {name: "-0" if value == 0 and math.copysign(1, float(value)) < 0 else value for name, value in exact.items()}


def _shown(value: float, milli: object) -> str:
    bits = "NaN" if math.isnan(value) else struct.pack(">d", value).hex()
    return f"{bits} {value!r} {milli}"


def test_thousands_of_formulas_are_refused_and_evaluated_as_by_keda(capsys: pytest.CaptureFixture[str]) -> None:
    writer = Writer(SEED)
    makers = [writer.formula] * 7 + [writer.damaged] * 2 + [writer.garbage]
    questions = [(makers[index % 10](), writer.values()) for index in range(COUNT)]
    answers = list(zip(questions, [ours(*question) for question in questions], ask(questions), strict=True))
    compared = [answer for answer in answers if answer[1][0] != "not understood"]
    different = [answer for answer in compared if answer[1] != answer[2]]
    kinds = Counter(kind for _, _, (kind, _) in compared)
    with capsys.disabled():
        counted = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
        print(f"\nformulas against KEDA's expr: {len(compared)} compared ({counted}),", end=" ")
        print(f"{len(answers) - len(compared)} outside what is understood, {len(different)} differences")
    assert different == []
    assert len(compared) > 0.95 * COUNT
    assert all(kinds[kind] > COUNT // 1000 for kind in ("value", "refused", "fails", "nil"))


@settings(max_examples=60)
@given(numbers(), VALUES)
def test_an_expression_means_to_keda_what_it_evaluates_to(expression: Expression, values: Values) -> None:
    """Built in code, rendered, read by KEDA. What fails with every metric at -1 it refuses, and so is not compared."""
    formula = expression.render()
    [answer] = ask([(formula, values)])
    assert ours(formula, values) == answer
    if answer[0] == "value":
        value = expression.evaluate(values)
        assert _shown(value, composite_milli(value)) == answer[1]


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("7 / 2", 3.5),
        ("int(running) % 3", 1.0),
        ("-7 % 3", -1.0),
        ("2 ** 3 ** 2", 512.0),
        ("-2 ** 2", -4.0),
        ("round(2.5) + round(-2.5) + round(0.49999999999999994)", 0.0),
        ("9223372036854775807 + 1", -9223372036854775808.0),
        ("running / 0", math.inf),
        ("int(running / 0)", -9223372036854775808.0),
        ("sum([0.1, running, 0.2, 0.3])", 7.6),
        ("count([running, waiting, 1], # > 1) > 1 ? 5 : 0", 5.0),
        ("mean(running, waiting)", 4.5),
        ("1 < waiting < 3 ? 1 : 0", 1.0),
        ("1 > 0 ? 1 : sum([running, 0.5, true])", 1.0),
    ],
)
def test_what_the_language_means_by_it(formula: str, result: float) -> None:
    values = {"running": 7.0, "waiting": 2.0}
    [answer] = ask([(formula, values)])
    assert answer == ("value", _shown(result, composite_milli(result)))
    assert ours(formula, values) == answer


def test_powers_agree_to_the_last_bit() -> None:
    """Small and huge, whole and broken: 49 ** 2.5 is 16807, and C's pow may say one thousandth less."""
    random = Random(SEED)  # noqa: S311 - a test's seed
    bases = [
        lambda: random.uniform(0, 500),
        lambda: random.gauss(0, 1) * 10.0 ** random.randrange(-10, 30),
        lambda: 49.0,
    ]
    exponents = [
        lambda: random.uniform(-5, 5),
        lambda: random.randrange(-600, 600) / 2,
        lambda: random.uniform(-300, 300),
    ]
    values = [{"a": random.choice(bases)(), "b": random.choice(exponents)()} for _ in range(2000)]
    questions = [("a ** b", {**one}) for one in values]
    assert [ours(*question) for question in questions] == ask(questions)
