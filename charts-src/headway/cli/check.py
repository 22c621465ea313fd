"""`headway check`: proofs over any YAML."""

import json
import sys

import click

from headway.catalog import Catalog, load_catalog
from headway.cli.check_fix import fix
from headway.cli.failures import fail, reports_faults
from headway.policies import ALL, FILE_RULES, Facts, Harvest, Index, MissingPath, check, read_paths
from headway.policies.output import OUTPUTS, rules_as_text
from headway.policies.output.json_shape import rule_shape
from headway.policies.terraform_facts import TerraformFacts

FINDINGS = 1


@click.command(name="check")
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("--terraform", metavar="DIR", help="Folder of Terraform whose identities and releases count as facts.")
@click.option("--env", "environment", metavar="ENV", help="Environment whose facts hold; PATH is then all of it.")
@click.option("--rules", "only_rules", is_flag=True, help="List every rule and stop.")
@click.option(
    "--format",
    "style",
    type=click.Choice(list(OUTPUTS)),
    default="text",
    show_default=True,
    help="text, JSON, SARIF, or annotations of GitHub Actions.",
)
@click.option("--fix", "fixes", is_flag=True, help="Repair what is mechanical: shows the diff, asks, writes.")
@click.option("--yes", "agreed", is_flag=True, help="With --fix: write without asking.")
@reports_faults
def check_command(
    paths: tuple[str, ...],
    terraform: str | None,
    environment: str | None,
    only_rules: bool,
    style: str,
    fixes: bool,
    agreed: bool,
) -> None:
    """Prove manifests before they run: files, folders, or - for standard input.

    Exit code 0: nothing of severity error; 1: errors, or with --fix something to repair that was not; 2: a path or an
    environment that is not there.
    """
    if only_rules:
        click.echo(_rules(style))
        return
    if not paths:
        fail(["no path given"], "headway check dist/prod, or - for standard input; --rules lists the rules")
    if agreed and not fixes:
        fail(["--yes goes with --fix"], "add --fix, or leave --yes out")
    if fixes and "-" in paths:
        fail(["--fix cannot repair standard input"], "give files or folders")
    catalog = load_catalog()
    facts = _facts(environment, catalog)
    try:
        harvest = read_paths(paths, sys.stdin.buffer)
        stated = _terraform(terraform) if terraform else None
    except MissingPath as error:
        fail([str(error)], "give files or folders of YAML, or - for standard input")

    def index_of(found: Harvest) -> Index:
        return Index(found.manifests, facts, found.kustomizations, stated)

    repaired = fix(harvest, index_of, agreed, talk_on_stderr=style != "text") if fixes else None
    if repaired:
        harvest = read_paths(paths)
    report = check(harvest, index_of(harvest), forgiving=True)
    click.echo(OUTPUTS[style](report))
    if not report.objects:
        click.echo("warning: no Kubernetes object was found", err=True)
    if not report.passes or repaired is False:
        raise SystemExit(FINDINGS)


def _terraform(folder: str) -> TerraformFacts:
    from headway.policies.terraform import read_terraform  # a parser of HCL, half a second to import

    return read_terraform(folder)


def _rules(style: str) -> str:
    rules = (*FILE_RULES, *ALL)
    return rules_as_text(rules) if style == "text" else json.dumps([rule_shape(rule) for rule in rules], indent=2)


def _facts(environment: str | None, catalog: Catalog) -> Facts:
    if environment is None:
        return Facts(catalog)
    from headway.environments import load_environment
    from headway.synth import facts_of

    return facts_of(load_environment(environment, catalog).spec, catalog)
