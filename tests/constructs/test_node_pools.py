"""NodePools and their classes: the wrong machine is never the cheapest one."""

from conftest import Manifest, RenderedSet


def requirements(pool: Manifest) -> dict[str, list[str]]:
    return {r["key"]: r["values"] for r in pool["spec"]["template"]["spec"]["requirements"]}


def gpu_pools(rendered: RenderedSet) -> list[Manifest]:
    return [pool for pool in rendered.of_kind("NodePool") if pool["metadata"]["name"] != "default"]


def test_gpu_pools_pin_architecture_name_and_count(environment: RenderedSet) -> None:
    assert len(gpu_pools(environment)) >= 3
    for pool in gpu_pools(environment):
        pinned = requirements(pool)
        assert pinned["kubernetes.io/arch"] == ["amd64"]
        assert len(pinned["karpenter.k8s.aws/instance-gpu-name"]) == 1
        assert len(pinned["karpenter.k8s.aws/instance-gpu-count"]) == 1


def test_gpu_pools_are_limited_in_gpus(environment: RenderedSet) -> None:
    for pool in gpu_pools(environment):
        assert int(pool["spec"]["limits"]["nvidia.com/gpu"]) >= 1


def test_every_admitted_machine_is_what_the_pool_says(environment: RenderedSet, catalog) -> None:
    for pool in gpu_pools(environment):
        pinned = requirements(pool)
        for name in pinned["node.kubernetes.io/instance-type"]:
            machine = catalog.instance_types[name]
            assert [machine.gpu_name] == pinned["karpenter.k8s.aws/instance-gpu-name"]
            assert [str(machine.gpu_count)] == pinned["karpenter.k8s.aws/instance-gpu-count"]
            assert machine.listed
            assert machine.architecture == "amd64"


def test_the_disk_holds_the_unpacked_engine_image(environment: RenderedSet, catalog) -> None:
    unpacked = catalog.images["vllm"].unpacked_gb
    for pool in gpu_pools(environment):
        node_class = environment.one("EC2NodeClass", pool["spec"]["template"]["spec"]["nodeClassRef"]["name"])["spec"]
        if node_class.get("instanceStorePolicy") == "RAID0":
            names = requirements(pool)["node.kubernetes.io/instance-type"]
            room = min(catalog.instance_types[name].local_nvme_gb for name in names)
        else:
            room = int(node_class["blockDeviceMappings"][1]["ebs"]["volumeSize"].removesuffix("Gi")) * 1.07
        assert room > 1.5 * unpacked


def test_node_images_are_pinned_and_imds_is_closed_to_pods(environment: RenderedSet) -> None:
    for node_class in environment.of_kind("EC2NodeClass"):
        spec = node_class["spec"]
        assert spec["amiSelectorTerms"] == [{"alias": "bottlerocket@v1.68.0"}]
        assert spec["metadataOptions"]["httpTokens"] == "required"
        assert spec["metadataOptions"]["httpPutResponseHopLimit"] == 1
        assert all(disk["ebs"]["encrypted"] for disk in spec["blockDeviceMappings"])


def test_images_are_pulled_in_parallel(environment: RenderedSet) -> None:
    import tomllib

    for node_class in environment.of_kind("EC2NodeClass"):
        settings = tomllib.loads(node_class["spec"]["userData"])["settings"]
        assert settings["container-runtime"]["snapshotter"] == "soci"
        assert settings["container-runtime-plugins"]["soci-snapshotter"]["pull-mode"] == "parallel-pull-unpack"


def test_prod_keeps_nodes_through_the_working_day(prod: RenderedSet) -> None:
    for pool in gpu_pools(prod):
        budgets = pool["spec"]["disruption"]["budgets"]
        assert {"nodes": "0", "schedule": "0 7 * * mon-fri", "duration": "12h"} in budgets
