"""Security contexts that Pod Security `restricted` accepts, stated in full."""

from cdk8s_plus_28 import k8s

USER = 10_001
"""User and group of every container; images run as root unless told otherwise."""


def restricted_pod() -> k8s.PodSecurityContext:
    """Of the pod: no root, one group for volumes, the runtime's seccomp profile."""
    return k8s.PodSecurityContext(
        run_as_non_root=True,
        run_as_user=USER,
        run_as_group=USER,
        fs_group=USER,
        fs_group_change_policy="OnRootMismatch",
        seccomp_profile=k8s.SeccompProfile(type="RuntimeDefault"),
    )


def restricted_container() -> k8s.SecurityContext:
    """Of each container: no escalation, no capabilities, a read-only root."""
    return k8s.SecurityContext(
        allow_privilege_escalation=False,
        privileged=False,
        read_only_root_filesystem=True,
        run_as_non_root=True,
        capabilities=k8s.Capabilities(drop=["ALL"]),
    )
