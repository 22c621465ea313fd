"""Rendering, side by side with its peers in one run: `make bench`.

    headway        typed structs → manifests → `ApiObject`s → files               what `headway synth` does
    bare           one cdk8s `ApiObject` with one JSON patch an object, given the same finished spec
    libyaml        the same finished objects dumped by libyaml, one file each: the floor

Every measurement is a process of its own. Prints milliseconds an object after start-up, start-up, peak memory of Python
and Node together, and ratios to `bare`. Runs alternate between the peers; the median of each is printed with its range.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (100, 1000, 5000)
MODES = ("headway", "bare", "libyaml")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--worker", nargs=2, metavar=("MODE", "N"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        print(json.dumps(_worker(arguments.worker[0], int(arguments.worker[1]))))
        return
    _objects(arguments.runs)
    _deployments(arguments.runs)
    _environments(arguments.runs)


def _objects(runs: int) -> None:
    print("objects   path      ms an object (range)       × bare   start-up s   peak MB")
    for size in SIZES:
        results = {mode: [] for mode in MODES}
        for _ in range(runs):
            for mode in MODES:
                results[mode].append(_measure(mode, size))
        bare = statistics.median(r["ms_an_object"] for r in results["bare"])
        for mode in MODES:
            each = sorted(r["ms_an_object"] for r in results[mode])
            median = statistics.median(each)
            start = statistics.median(r["start_seconds"] for r in results[mode])
            peak = max(r["peak_mb"] for r in results[mode])
            spread = f"{median:.2f} ({each[0]:.2f}-{each[-1]:.2f})"
            print(f"{size:7}   {mode:8}  {spread:25}  {median / bare:6.2f}   {start:10.2f}   {peak:7.0f}")


def _deployments(runs: int) -> None:
    print("\nmodel deployments   seconds after start-up   ms a deployment")
    for size in (10, 100, 1000):
        seconds = statistics.median(_measure("deployments", size)["seconds"] for _ in range(runs if size < 1000 else 1))
        print(f"{size:17}   {seconds:22.2f}   {1000 * seconds / size:15.2f}")


def _environments(runs: int) -> None:
    seconds = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            subprocess.run([_headway(), "synth", "--out", folder], check=True, capture_output=True)
            seconds.append(time.perf_counter() - began)
    print(f"\nthe shipped environments, whole command: {statistics.median(seconds):.2f} s (best {min(seconds):.2f})")


def _measure(mode: str, size: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--worker", mode, str(size)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _worker(mode: str, size: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        run = _STARTS[mode](size, Path(folder))
        started = time.perf_counter()
        run()
        done = time.perf_counter()
        files = sum(1 for _ in Path(folder).rglob("*.yaml"))
    if mode != "deployments" and files != size:
        raise SystemExit(f"{mode} wrote {files} files for {size} objects")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "start_seconds": started - began,
        "seconds": done - started,
        "ms_an_object": 1000 * (done - started) / size,
        "peak_mb": own + _node_peak_mb(),
    }


def _headway_start(size: int, folder: Path):
    from headway.synth import import_cdk8s

    import_cdk8s()
    import cdk8s

    layout = cdk8s.YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE
    app = cdk8s.App(outdir=str(folder), output_file_extension=".yaml", yaml_output_type=layout)
    part, server = _bench_part(app), _server_pod()
    part.finished(_deployment(server, 0))  # modules are imported before the clock starts

    def run() -> None:
        for index in range(size):
            part.add(_deployment(server, index))
        app.synth()

    return run


def _bare_start(size: int, folder: Path):
    from headway.synth import import_cdk8s

    import_cdk8s()
    import cdk8s

    specs = _finished(size)
    layout = cdk8s.YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE
    app = cdk8s.App(outdir=str(folder), output_file_extension=".yaml", yaml_output_type=layout)

    def run() -> None:
        chart = cdk8s.Chart(app, "bench", disable_resource_name_hashes=True)
        for index, spec in enumerate(specs):
            made = cdk8s.ApiObject(
                chart, f"o{index}", api_version=spec["apiVersion"], kind=spec["kind"], metadata=spec["metadata"]
            )
            made.add_json_patch(cdk8s.JsonPatch.add("/spec", spec["spec"]))
        app.synth()

    return run


def _libyaml_start(size: int, folder: Path):
    import yaml

    specs = _finished(size)

    def run() -> None:
        for spec in specs:
            with (folder / f"{spec['kind']}.{spec['metadata']['name']}.yaml").open("w") as file:
                yaml.dump(spec, file, Dumper=yaml.CSafeDumper)

    return run


def _deployments_start(size: int, folder: Path):
    from headway.catalog import load_catalog
    from headway.synth import import_cdk8s, synth

    import_cdk8s()
    import cdk8s_plus_28.k8s  # noqa: F401  start-up is counted apart

    catalog = load_catalog()
    environment = folder.parent / f"{folder.name}.yaml"
    models = "".join(
        f"  m{index}: {{card: mistralai/Mistral-7B-Instruct-v0.3, checkpoints: {{awq: models/m/}}, context_tokens: 4096,"
        " concurrency: 32, objective: {ttft_seconds: 2, tpot_seconds: 0.08},"
        " workload: {requests_per_second: 1, prompt_tokens: 400, output_tokens: 200},"
        " limits: {replicas: {min: 1, max: 2}, budget_usd_per_hour: 10}, pools: [many]}\n"
        for index in range(size)
    )
    pools = f"  many: {{accelerator: l4, instance_types: [g6.xlarge], max_gpus: {3 * size}}}\n"
    environment.write_text(f"extends: base\nname: bench\npools:\n{pools}models:\n{models}")

    def run() -> None:
        synth([str(environment)], folder, catalog)
        environment.unlink()

    return run


def _finished(size: int) -> list[dict]:
    """The objects exactly as Headway writes them: every path gets the same bodies, labels and annotations."""
    part = _bench_part(None)
    server = _server_pod()
    return [part.finished(_deployment(server, index)) for index in range(size)]


def _bench_part(app):
    from headway.synth import import_cdk8s

    import_cdk8s()
    import cdk8s

    from headway.constructs.part import ManifestChart, Part

    class Bench(Part):
        component = "bench"

    return Bench(ManifestChart(app or cdk8s.App(), "bench", environment="bench"), "Part", instance="bench")


def _server_pod():
    """What a real model server's pod is made from: the first of the shipped `prod`."""
    from headway.catalog import load_catalog
    from headway.constructs.engine_pod import EnginePodProps
    from headway.environments import load_environment, plan

    catalog = load_catalog()
    environment = load_environment("prod", catalog)
    planned = next(p for p in plan(environment, catalog) if p.name == "mistral-7b-awq")
    return EnginePodProps(
        recipe=planned.recipe,
        cluster=environment.spec.cluster,
        pool=environment.spec.pools[planned.recipe.chosen.pool],
        accelerator=catalog.accelerators[planned.recipe.chosen.machine.accelerator],
        service_account="bench",
    )


def _deployment(server, index: int):
    from cdk8s_plus_28 import k8s

    from headway.constructs.engine_pod import engine_pod

    labels = {"app.kubernetes.io/name": f"bench-{index}"}
    return k8s.KubeDeploymentProps(
        metadata=k8s.ObjectMeta(name=f"bench-{index}", namespace="bench", labels=labels),
        spec=k8s.DeploymentSpec(selector=k8s.LabelSelector(match_labels=labels), template=engine_pod(server, labels)),
    )


def _node_peak_mb() -> float:
    """Peak resident memory of this process's children that still run (jsii's Node)."""
    total = 0.0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
        except OSError:
            continue
        if fields.get("PPid", "").strip() == str(os.getpid()) and "VmHWM" in fields:
            total += int(fields["VmHWM"].split()[0]) / 1024
    return total


def _headway() -> str:
    return str(Path(sys.executable).with_name("headway"))


_STARTS = {
    "headway": _headway_start,
    "bare": _bare_start,
    "libyaml": _libyaml_start,
    "deployments": _deployments_start,
}

if __name__ == "__main__":
    main()
