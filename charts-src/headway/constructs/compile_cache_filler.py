"""The one writer of a compile cache: a claim, and a Job that runs the engine once and publishes what it compiled."""

from typing import ClassVar

from cdk8s_plus_28 import k8s

from headway.constructs.compile_cache import CacheFolder
from headway.constructs.engine_pod import (
    EnginePodProps,
    cache_folder,
    chosen_machine,
    engine_mounts,
    engine_pod,
    engine_resources,
    engine_volumes,
)
from headway.constructs.image import image_reference
from headway.constructs.manifest import quantity
from headway.constructs.namespace import CONFIRM
from headway.constructs.part import ManifestChart, Part
from headway.constructs.priority_classes import BACKGROUND
from headway.constructs.scanner_skips import no_cpu_limit, skipping
from headway.constructs.security import restricted_container, restricted_pod
from headway.domain.names import resource_name

STORAGE_CLASS = "efs-compile-cache"
DEADLINE_SECONDS = 3600
_NO_CPU_LIMIT = no_cpu_limit(
    "a limit makes compiling last longer on a GPU that is paid for; the CPU it needs is requested"
)
_NOT_ITS_FAULT = k8s.PodFailurePolicy(
    rules=[
        k8s.PodFailurePolicyRule(
            action="Ignore",
            on_pod_conditions=[k8s.PodFailurePolicyOnPodConditionsPattern(type="DisruptionTarget", status="True")],
            on_exit_codes=None,
        )
    ]
)
"""A pod that its machine was taken from does not count as a failure."""


class CompileCacheFiller(Part):
    """PersistentVolumeClaim and Job of one deployment's cache. The Job's name changes with what it compiles."""

    component: ClassVar[str] = "compile-cache"

    def __init__(
        self,
        scope: Part | ManifestChart,
        id: str,
        namespace: str,
        folder: CacheFolder,
        props: EnginePodProps,
    ) -> None:
        super().__init__(scope, id, instance=resource_name(props.recipe.deployment))
        self.add(
            k8s.KubePersistentVolumeClaimProps(
                metadata=k8s.ObjectMeta(
                    name=folder.claim,
                    namespace=namespace,
                    annotations=CONFIRM,
                ),
                spec=k8s.PersistentVolumeClaimSpec(
                    access_modes=["ReadWriteMany"],
                    storage_class_name=STORAGE_CLASS,
                    resources=k8s.ResourceRequirements(requests={"storage": quantity("20Gi")}),
                ),
            )
        )
        self.add(
            k8s.KubeJobProps(
                metadata=k8s.ObjectMeta(
                    name=f"{folder.claim}-{folder.fingerprint}",
                    namespace=namespace,
                    annotations=skipping(_NO_CPU_LIMIT),
                ),
                spec=k8s.JobSpec(
                    backoff_limit=2,
                    pod_failure_policy=_NOT_ITS_FAULT,
                    active_deadline_seconds=DEADLINE_SECONDS,
                    template=self._pod(folder, props),
                ),
            )
        )

    def _pod(self, folder: CacheFolder, props: EnginePodProps) -> k8s.PodTemplateSpec:
        server = engine_pod(props, self.labels).spec
        if server is None:
            raise TypeError("an engine pod has a spec")
        return k8s.PodTemplateSpec(
            metadata=k8s.ObjectMeta(labels=self.labels),
            spec=k8s.PodSpec(
                restart_policy="Never",
                service_account_name=props.service_account,
                automount_service_account_token=False,
                enable_service_links=False,
                priority_class_name=BACKGROUND.name,
                security_context=restricted_pod(),
                node_selector=chosen_machine(props),
                tolerations=server.tolerations,
                containers=[
                    k8s.Container(
                        name="fill",
                        image=image_reference(props.recipe.image, props.cluster),
                        image_pull_policy="IfNotPresent",
                        command=["sh", "-c", folder.fill_script(cache_folder(props.recipe.arguments.engine)), "fill"],
                        args=list(props.recipe.arguments.compile_command()),
                        env=server.containers[0].env,
                        resources=engine_resources(props),
                        security_context=restricted_container(),
                        volume_mounts=[*engine_mounts(), folder.mount(read_only=False)],
                    )
                ],
                volumes=[*engine_volumes(props), folder.volume(read_only=False)],
            ),
        )
