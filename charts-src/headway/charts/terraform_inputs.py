"""What Terraform must agree with: the identities that pods act under, and the add-ons that `dist/` relies on."""

from collections.abc import Sequence
from typing import Any

from headway.charts import controllers
from headway.constructs.references import Identity
from headway.domain.environment import EnvironmentSpec


def terraform_inputs(spec: EnvironmentSpec, identities: Sequence[Identity]) -> dict[str, Any]:
    """Values of `terraform/environments/<env>`; one source, so that a service account here is one there (trap G1)."""
    return {
        "addons": controllers.addons(spec),
        "cluster_name": spec.cluster.name,
        "pod_identities": {
            f"{identity.namespace}-{identity.service_account}": {
                "namespace": identity.namespace,
                "service_account": identity.service_account,
                "actions": list(identity.actions),
                "resources": list(identity.resources),
            }
            for identity in identities
        },
        "region": spec.cluster.region,
    }
