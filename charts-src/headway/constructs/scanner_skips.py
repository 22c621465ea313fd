"""Policies of checkov that an object does not follow on purpose, each with its reason, as annotations checkov reads.

`make check-agrees` runs checkov over `dist/` and lists them; what is skipped nowhere must pass.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Skip:
    """One policy that one object leaves out."""

    policy: str
    """Id of the policy (`CKV_K8S_11`)."""
    reason: str
    """Why it would do harm here; one line."""


def skipping(*skips: Skip) -> dict[str, str]:
    """Annotations that make checkov count the policies as skipped."""
    return {f"checkov.io/skip{place}": f"{skip.policy}={skip.reason}" for place, skip in enumerate(skips, 1)}


def no_cpu_limit(reason: str) -> Skip:
    """No CPU limit: the kernel would throttle at the limit while the node idles; the request is what is reserved."""
    return Skip("CKV_K8S_11", reason)


def asks_api_server(purpose: str) -> Skip:
    """A token for the Kubernetes API in the pod, for what it asks there."""
    return Skip("CKV_K8S_38", f"holds a token because it asks the API server: {purpose}")
