"""Sets to repair: `repairs/<rule-id>/before.*` carries the fault, `after.*` is what `--fix` makes of it, byte for byte."""

from pathlib import Path

from headway.catalog import load_catalog
from headway.policies import ALL, Facts, Harvest, Index, Report, check, read_text
from headway.policies.reading.kustomize import kustomized
from headway.policies.repairs import REPAIRS, Plan, Planner

SETS = Path(__file__).parent / "repairs"
FACTS = Facts(load_catalog())


def read(texts: dict[str, str]) -> Harvest:
    """A set of files that stand nowhere but here."""
    harvest = Harvest()
    for file, text in texts.items():
        harvest.add(read_text(file, text))
    return kustomized(harvest)


def index_of(harvest: Harvest) -> Index:
    return Index(harvest.manifests, FACTS, harvest.kustomizations)


def planned(texts: dict[str, str]) -> Plan:
    return Planner(index_of, ALL, REPAIRS, texts.__getitem__).repair(read(texts))


def repaired(texts: dict[str, str]) -> dict[str, str]:
    """The set as it is after `--fix`."""
    return texts | {file: after for file, (_, after) in planned(texts).texts.items()}


def report(texts: dict[str, str]) -> Report:
    harvest = read(texts)
    return check(harvest, index_of(harvest))


def text_of(rule: str, side: str) -> tuple[str, str]:
    """File name and text of one side of a pair."""
    [file] = (SETS / rule).glob(f"{side}.*")
    return f"set{file.suffix}", file.read_bytes().decode("utf-8")
