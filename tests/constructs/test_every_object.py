"""What holds for every rendered object, whatever its kind."""

import re

from conftest import RenderedSet
from headway.domain.fact import UNRESOLVED
from headway.environments import load_environment

STANDARD = {
    "app.kubernetes.io/name",
    "app.kubernetes.io/component",
    "app.kubernetes.io/part-of",
    "app.kubernetes.io/managed-by",
}


def test_every_object_names_the_file_of_its_construct(environment: RenderedSet, repository) -> None:
    for path, found in environment.objects.items():
        source = found["metadata"]["annotations"]["headway.dev/construct"]
        assert (repository / source).is_file(), f"{path}: {source}"


def test_every_object_carries_the_standard_labels(environment: RenderedSet) -> None:
    for path, found in environment.objects.items():
        assert found["metadata"]["labels"].keys() >= STANDARD, path


def test_every_object_lies_in_the_file_of_its_kind_and_name(environment: RenderedSet) -> None:
    for path, found in environment.objects.items():
        assert path.rpartition("/")[2] == f"{found['kind']}.{found['metadata']['name']}.yaml"


def test_no_name_carries_a_hash_of_the_construct_tree(environment: RenderedSet) -> None:
    for found in environment.objects.values():
        if found["kind"] != "Job":  # its name carries what it compiles
            assert not re.search(r"-c[0-9a-f]{7}$", found["metadata"]["name"])


def test_every_namespaced_object_states_its_namespace(environment: RenderedSet) -> None:
    cluster_wide = {
        "EC2NodeClass", "IngressClass", "IngressClassParams", "Namespace", "NodePool", "PriorityClass", "StorageClass",
    }  # fmt: skip
    for path, found in environment.objects.items():
        assert ("namespace" in found["metadata"]) == (found["kind"] not in cluster_wide), path


def test_unstated_facts_are_marked_on_the_object_that_lacks_them(environment: RenderedSet) -> None:
    for path, found in environment.objects.items():
        note = found["metadata"]["annotations"].pop("headway.dev/unresolved", "")
        marked = set(re.findall(rf"{UNRESOLVED}[a-z0-9-]+", str(found)))
        assert set(note.split()) == marked, path
        if note:
            found["metadata"]["annotations"]["headway.dev/unresolved"] = note


def test_every_marker_is_a_fact_that_doctor_lists(environment: RenderedSet, catalog) -> None:
    name = environment.folder.name
    listed = {
        UNRESOLVED + re.sub(r"[^a-z0-9]+", "-", path.lower()) for path in load_environment(name, catalog).unresolved
    }
    rendered = {
        marker
        for found in environment.objects.values()
        for marker in re.findall(rf"{UNRESOLVED}[a-z0-9-]+", str(found))
    }
    assert rendered <= listed


def test_no_scaled_workload_states_its_replicas(environment: RenderedSet) -> None:
    scaled = {
        (target["kind"], target["name"])
        for kind in ("ScaledObject", "HorizontalPodAutoscaler")
        for m in environment.of_kind(kind)
        for target in [m["spec"]["scaleTargetRef"]]
    }
    assert len(scaled) >= 5
    for found in environment.objects.values():
        if (found["kind"], found["metadata"]["name"]) in scaled:
            assert "replicas" not in found["spec"]


def test_no_image_floats(environment: RenderedSet) -> None:
    images = [
        line.split("image: ")[1]
        for path in environment.folder.rglob("*.yaml")
        for line in path.read_text().splitlines()
        if "image: " in line
    ]
    assert len(images) >= 6
    assert all(re.search(r":v?\d[\w.-]*@", image) for image in images)
