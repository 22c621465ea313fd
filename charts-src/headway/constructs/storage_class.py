"""The storage class of compile caches: EFS access points, so that many pods can read one folder."""

from typing import ClassVar

from cdk8s_plus_28 import k8s

from headway.constructs.compile_cache_filler import STORAGE_CLASS
from headway.constructs.part import ManifestChart, Part
from headway.constructs.security import USER


class CompileCacheStorage(Part):
    """One StorageClass on the cluster's EFS file system."""

    component: ClassVar[str] = "compile-cache"

    def __init__(self, scope: Part | ManifestChart, id: str, file_system: str) -> None:
        super().__init__(scope, id, instance=STORAGE_CLASS)
        self.add(
            k8s.KubeStorageClassProps(
                metadata=k8s.ObjectMeta(name=STORAGE_CLASS),
                provisioner="efs.csi.aws.com",
                parameters={
                    "provisioningMode": "efs-ap",
                    "fileSystemId": file_system,
                    "directoryPerms": "750",
                    "uid": str(USER),
                    "gid": str(USER),
                    "basePath": f"/headway/{self.chart.environment}",
                },
                mount_options=["tls"],
                reclaim_policy="Retain",
                volume_binding_mode="Immediate",
            )
        )
