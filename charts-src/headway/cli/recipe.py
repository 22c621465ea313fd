"""`headway recipe`: the chosen way to serve a model, what is tried next, and the number that rejected every other."""

from dataclasses import replace
from typing import Any

import click

from headway.catalog import Catalog, load_catalog
from headway.cli.failures import fail, reports_faults
from headway.cli.output import console, format_option, print_json
from headway.cli.recipe_answer import as_json, as_text
from headway.cli.recipe_records import read_records
from headway.domain.environment import EnvironmentSpec
from headway.domain.fault import did_you_mean
from headway.domain.model_card import KvPrecision
from headway.domain.objective import Objective, Workload
from headway.environments import load_environment
from headway.recipes.comparison import compare
from headway.recipes.fallback import fallback_chain
from headway.recipes.nearest import nearest
from headway.recipes.question import Demand, Question, card_question, deployment_question
from headway.recipes.ranking import rank

ANY_TTFT, ANY_TPOT = 600.0, 10.0
"""Objectives that any machine keeps: the most that the domain allows."""


@click.command()
@click.argument("model", required=False)
@click.option("--env", default="prod", show_default=True, metavar="ENV", help="Environment, or a YAML file.")
@click.option(
    "--ttft", type=click.FloatRange(0, 600, min_open=True), metavar="S", help="Objective: time to first token."
)
@click.option(
    "--tpot", type=click.FloatRange(0, 10, min_open=True), metavar="S", help="Objective: time per output token."
)
@click.option("--margin", type=click.IntRange(0, 200), metavar="%", help="How far predictions must stay below it.")
@click.option("--context", type=click.IntRange(1), metavar="N", help="Longest prompt plus output, in tokens.")
@click.option("--concurrency", type=click.IntRange(1, 1024), metavar="N", help="Sequences run together.")
@click.option("--rate", type=click.FloatRange(0), metavar="R", help="Requests a second.")
@click.option("--prompt", type=click.IntRange(1), metavar="N", help="Typical prompt, in tokens.")
@click.option("--output", type=click.IntRange(1), metavar="N", help="Typical answer, in tokens.")
@click.option("--replicas", type=click.IntRange(1, 1000), metavar="N", help="Most replicas that share the load.")
@click.option("--kv", type=click.Choice(["16bit", "fp8"]), multiple=True, help="Format of cached keys and values.")
@click.option("--diff", nargs=2, metavar="OLD NEW", help="Explain what changed between two rendered folders or files.")
@format_option
@reports_faults
def recipe(model: str | None, env: str, diff: tuple[str, str] | None, style: str, **asked: Any) -> None:
    """Rank every way to serve MODEL: a deployment over its pools, or a model card over the whole catalog."""
    if diff:
        _explain(*diff, style)
        return
    if model is None:
        raise click.UsageError("Missing argument 'MODEL' (or --diff OLD NEW).")
    catalog = load_catalog()
    spec = load_environment(env, catalog).spec
    catalog = catalog.with_backends(spec.backends)
    question = _asked(_question(model, spec, catalog), **asked)
    ranked = rank(question, catalog)
    runs = bool(ranked) and ranked[0].runs
    chain = fallback_chain(ranked, question) if runs else ()
    near = () if runs else nearest(ranked)
    if style == "json":
        print_json(as_json(ranked, chain, near))
    else:
        where = f"in {spec.name}" if model in spec.models else f"over the catalog, prices of {spec.cluster.region}"
        console().print(as_text(f"{model} {where}", question, ranked, chain, near))
    raise SystemExit(0 if runs else 1)


def _question(model: str, spec: EnvironmentSpec, catalog: Catalog) -> Question:
    """What is asked: the deployment of that name, else the model card of that id or of that last part of an id."""
    if model in spec.models:
        return deployment_question(spec.models[model], spec, catalog)
    named = [card for card in catalog.models.values() if model.lower() in (card.id.lower(), _short(card.id).lower())]
    if not named:
        known = [*spec.models, *catalog.models, *map(_short, catalog.models)]
        problem = f"{spec.name} has no model deployment {model!r}, nor has the catalog a card of that name"
        fail([f"{problem}; {did_you_mean(model, known)}"], f"headway plan {spec.name} lists the deployments")
    card = named[0]
    if not card.weight_bytes:
        problem = f"the catalog knows no size of {card.id} in any weight format; read one from its checkpoint"
        fail([problem], "headway model inspect PATH computes them from config.json and safetensors headers")
    return card_question(card, Demand(), catalog, spec.cluster.region)


def _asked(
    question: Question,
    *,
    ttft: float | None,
    tpot: float | None,
    margin: int | None,
    context: int | None,
    concurrency: int | None,
    rate: float | None,
    prompt: int | None,
    output: int | None,
    replicas: int | None,
    kv: tuple[KvPrecision, ...],
) -> Question:
    """The question with what the command line changes."""
    load = question.workload
    changed = Workload(
        requests_per_second=load.requests_per_second if rate is None else rate,
        prompt_tokens=prompt or load.prompt_tokens,
        output_tokens=output or load.output_tokens,
    )
    tokens = context or question.context_tokens
    typical = changed.prompt_tokens + changed.output_tokens
    if typical > tokens:
        problem = f"a typical request has {typical} tokens (prompt and output) and the context is {tokens}"
        fail([f"{problem}; raise --context, or shorten --prompt or --output"], "headway recipe --help")
    most = replicas or question.replicas
    return replace(
        question,
        context_tokens=tokens,
        concurrency=concurrency or question.concurrency,
        workload=changed,
        objective=_objective(question.objective, ttft, tpot, margin),
        replicas=most,
        replicas_min=min(most, question.replicas_min),
        kv_precisions=tuple(dict.fromkeys(kv)) or question.kv_precisions,
    )


def _objective(
    stated: Objective | None, ttft: float | None, tpot: float | None, margin: int | None
) -> Objective | None:
    """The stated objective with what the command line changes; where none is stated, the other time may be anything."""
    if ttft is None and tpot is None and (margin is None or stated is None):
        return stated
    base = stated or Objective(ttft_seconds=ANY_TTFT, tpot_seconds=ANY_TPOT)
    return Objective(
        ttft_seconds=ttft or base.ttft_seconds,
        tpot_seconds=tpot or base.tpot_seconds,
        percentile=base.percentile,
        margin_percent=base.margin_percent if margin is None else margin,
    )


def _short(card_id: str) -> str:
    return card_id.rpartition("/")[2]


def _explain(old: str, new: str, style: str) -> None:
    """What became of every deployment's recipe between two renders."""
    before, after = read_records(old), read_records(new)
    changes = {name: compare(before.get(name), after.get(name)) for name in sorted({*before, *after})}
    if style == "json":
        print_json({"changed": {name: lines for name, lines in changes.items() if lines}})
        return
    for name, lines in changes.items():
        if lines:
            click.echo(f"{name}: {lines[0]}")
            for line in lines[1:]:
                click.echo(f"  {line}")
    if not any(changes.values()):
        click.echo("no recipe changed")
