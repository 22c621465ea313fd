"""`headway <verb>`: one file a verb."""

import click

from headway import __version__
from headway.cli.chaos import chaos
from headway.cli.check import check_command
from headway.cli.detect import detect
from headway.cli.doctor import doctor
from headway.cli.explain import explain
from headway.cli.init import init
from headway.cli.law import law
from headway.cli.model import model
from headway.cli.plan import plan
from headway.cli.recipe import recipe
from headway.cli.synth import synth
from headway.cli.up import up
from headway.cli.why import why


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="headway")
def main() -> None:
    """LLM inference on EKS: described in Python, proved before it is merged, applied by Argo CD."""


for command in (synth, check_command, plan, recipe, law, explain, doctor, init, model, detect, up, why, chaos):
    main.add_command(command)
