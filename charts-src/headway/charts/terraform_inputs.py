"""What Terraform must agree with: identities that pods act under, add-ons that `dist/` relies on, the gateway's bucket."""

from collections.abc import Sequence
from typing import Any

from headway.charts import controllers
from headway.constructs.gateway import folders_of
from headway.constructs.references import Identity
from headway.domain.environment import EnvironmentSpec


def terraform_inputs(spec: EnvironmentSpec, identities: Sequence[Identity]) -> dict[str, Any]:
    """Values of `terraform/environments/<env>`; one source, so that a service account here is one there (trap G1)."""
    return {
        "addons": controllers.addons(spec),
        "cluster_name": spec.cluster.name,
        "pod_identities": _by_account(identities),
        "region": spec.cluster.region,
        "responses_bucket": {
            "name": spec.cluster.responses_bucket,
            "folders": list(folders_of(spec.gateway)),
            "retention_days": spec.gateway.survey_retention_days,
        },
    }


def _by_account(identities: Sequence[Identity]) -> dict[str, Any]:
    """One role an account: an account that acts for several purposes may do what each of them needs."""
    merged: dict[str, Any] = {}
    for identity in identities:
        key = f"{identity.namespace}-{identity.service_account}"
        role = merged.setdefault(
            key,
            {
                "namespace": identity.namespace,
                "service_account": identity.service_account,
                "actions": [],
                "resources": [],
            },
        )
        role["actions"] = sorted({*role["actions"], *identity.actions})
        role["resources"] = sorted({*role["resources"], *identity.resources})
    return merged
