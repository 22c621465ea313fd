"""The fixtures of rules: folders of manifests with what must be found in them.

    fixtures/<rule-id>/fault/      carries the fault; expected.txt lists every finding of every rule
    fixtures/<rule-id>/clean/      the same, repaired: no rule finds anything
    fixtures/precision/<name>/     where the naive form of a rule would be wrong: no rule finds anything, but for what
                                   an expected.txt there lists of other rules

Terraform files in a folder count as given with --terraform; a facts.toml makes it the whole of an environment with the
cluster facts that it states.
"""

import functools
import tomllib
from pathlib import Path

from headway.catalog import load_catalog
from headway.domain.cluster import Quotas
from headway.policies import ALL, FILE_RULES, Facts, Index, Report, Rule, check, read_paths
from headway.policies.terraform import read_terraform

FIXTURES = Path(__file__).parent / "fixtures"
RULES: dict[str, Rule] = {rule.id: rule for rule in (*FILE_RULES, *ALL)}
PRECISION = sorted(path.name for path in (FIXTURES / "precision").iterdir())


@functools.cache
def report_of(folder: Path, environment: str | None = None) -> Report:
    """Checks one folder with every rule, as for a stranger's files unless an environment is named."""
    facts = _facts(folder / "facts.toml", environment)
    harvest = read_paths([str(folder)])
    terraform = read_terraform(str(folder)) if any(folder.glob("*.tf")) else None
    return check(harvest, Index(harvest.manifests, facts, harvest.kustomizations, terraform))


def _facts(file: Path, environment: str | None) -> Facts:
    if not file.exists():
        return Facts(load_catalog(), environment=environment)
    stated = tomllib.loads(file.read_text(encoding="utf-8"))
    return Facts(load_catalog(), environment=stated["environment"], quotas=Quotas(**stated.get("quotas", {})))


def found(folder: Path) -> list[str]:
    """Findings as expected.txt has them: `file:line: severity: rule: object: message`."""
    report = report_of(folder)
    lines = [f"{f.file}:{f.line}: {f.severity}: {f.rule}: {f.object}: {f.message}" for f in report.findings]
    lines = [line.replace(f"{folder}/", "") for line in lines]
    return [*lines, *(f"suppressed: {s.finding.rule}: {s.finding.object}: {s.reason}" for s in report.suppressed)]


def expected(folder: Path) -> list[str]:
    """The lines of expected.txt."""
    return (folder / "expected.txt").read_text(encoding="utf-8").splitlines()
