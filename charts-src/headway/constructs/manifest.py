"""The one door between typed objects and cdk8s: nothing else in Headway knows how an object is written.

Built-in kinds are the plain structs of `cdk8s_plus_28.k8s` (`KubeDeploymentProps(metadata=…, spec=…)`), custom resources
are `headway.kinds`. Both become plain dictionaries in Python, and each dictionary becomes one `ApiObject` whose body is
set by one JSON patch: three jsii crossings an object, whatever its size. Handing cdk8s the structs themselves costs twice
as much. Measured by `make bench`, reasons in docs/decisions/0003-typed-objects-few-crossings.md.
"""

import functools
import json
import re
from collections import defaultdict
from typing import Any, ClassVar

import cdk8s
from cdk8s_plus_28 import k8s
from constructs import Construct

from headway.kinds import Resource

Manifest = dict[str, Any]

API_VERSIONS = {
    "ConfigMap": "v1",
    "Deployment": "apps/v1",
    "HorizontalPodAutoscalerV2": "autoscaling/v2",
    "Ingress": "networking.k8s.io/v1",
    "IngressClass": "networking.k8s.io/v1",
    "Job": "batch/v1",
    "LimitRange": "v1",
    "Namespace": "v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "PersistentVolumeClaim": "v1",
    "PodDisruptionBudget": "policy/v1",
    "PriorityClass": "scheduling.k8s.io/v1",
    "ResourceQuota": "v1",
    "Role": "rbac.authorization.k8s.io/v1",
    "RoleBinding": "rbac.authorization.k8s.io/v1",
    "Service": "v1",
    "ServiceAccount": "v1",
    "StorageClass": "storage.k8s.io/v1",
}
"""API version of each built-in kind in use, by the name of its struct."""

CLUSTER_SCOPED = frozenset({"IngressClass", "Namespace", "PriorityClass", "StorageClass"})
"""Those of them that have no namespace."""

_STRUCT = re.compile(r"Kube(\w+)Props")
_SCHEMA = re.compile(r":schema: \S+#(\S+)")


def manifest(thing: Any) -> Manifest:
    """The plain object for a `k8s.Kube…Props` struct or a custom resource. Unset fields are left out."""
    if isinstance(thing, Resource):
        return thing.manifest()
    named = _STRUCT.fullmatch(type(thing).__name__)
    if named is None or named[1] not in API_VERSIONS:
        raise TypeError(f"{type(thing).__name__} is no Kubernetes object that Headway writes; add it to API_VERSIONS")
    return {"apiVersion": API_VERSIONS[named[1]], "kind": named[1].removesuffix("V2"), **plain(thing)}


def write(scope: Construct, written: Manifest) -> None:
    """Makes an object a child of `scope`, by kind and name; cdk8s writes it when its app is synthesized."""
    metadata, kind = written["metadata"], written["kind"]
    made = cdk8s.ApiObject(
        scope, f"{kind}-{metadata['name']}", api_version=written["apiVersion"], kind=kind, metadata=metadata
    )
    body = (key for key in written if key not in ("apiVersion", "kind", "metadata"))
    made.add_json_patch(*(cdk8s.JsonPatch.add(f"/{key}", written[key]) for key in sorted(body)))


def sorted_keys(written: Manifest) -> Manifest:
    """The same object with every mapping in the order of its keys; cdk8s sorts only what is not patched in."""
    return dict(json.loads(json.dumps(written, sort_keys=True)))


def plain(value: Any) -> Any:
    """A struct, with everything inside it, as JSON values under the API's own field names."""
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [plain(child) for child in value]
    fields = getattr(value, "_values", None)
    if fields is not None:
        names = _field_names(value.__class__)
        return {names[key]: plain(child) for key, child in fields.items() if child is not None}
    if isinstance(value, k8s.Quantity | k8s.IntOrString):
        return vars(value)["literal"]
    return value


def quantity(text: str) -> k8s.Quantity:
    """A quantity such as `4Gi`, made without asking Node for one."""
    return _literal(k8s.Quantity, text)  # type: ignore[no-any-return]


def int_or_string(value: int | str) -> k8s.IntOrString:
    """A port number or name, a count or a percentage, made without asking Node for one."""
    return _literal(k8s.IntOrString, value)  # type: ignore[no-any-return]


def resources(requests: dict[str, str], limits: dict[str, str]) -> k8s.ResourceRequirements:
    """Requests and limits from plain texts."""
    return k8s.ResourceRequirements(
        requests={name: quantity(text) for name, text in requests.items()},
        limits={name: quantity(text) for name, text in limits.items()},
    )


def check_structs_at_run_time(enabled: bool) -> None:
    """Whether structs check the type of each argument as they are made.

    jsii resolves a struct's type hints anew for every instance, which costs more than all the rest of rendering. mypy
    proves the same types before the code runs and kubeconform proves the output, so checks are off; tests turn them on.
    """
    scope = k8s.ObjectMeta.__init__.__globals__
    scope.setdefault("_headway_checks", (scope["check_type"], scope["typing"]))
    check_type, typing_module = scope["_headway_checks"]
    scope["check_type"] = check_type if enabled else _no_check
    scope["typing"] = typing_module if enabled else _NoHints(typing_module)


def _literal(kind: type[Any], value: int | str) -> Any:
    bare = object.__new__(kind)
    vars(bare)["literal"] = value
    return bare


@functools.cache
def _field_names(struct: Any) -> dict[str, str]:
    """Python name → API name of each field. The API's spelling (`clusterIP`, `hostIPC`) is in the field's `:schema:`."""
    names: dict[str, str] = {}
    for python_name, jsii_name in vars(struct)["__jsii_name_mapping__"].items():
        documented = _SCHEMA.search(getattr(struct, python_name).fget.__doc__ or "")
        names[python_name] = documented[1] if documented else jsii_name
    return names


def _no_check(argname: str, value: object, expected_type: object) -> None:
    """Stands in for jsii's `check_type`."""


class _NoHints:
    """`typing` without the hints that only `check_type` would read: every argument's hint is `None`."""

    _hints: ClassVar[dict[str, None]] = defaultdict(lambda: None)

    def __init__(self, typing_module: Any) -> None:
        self._typing = typing_module

    def __getattr__(self, name: str) -> Any:
        return getattr(self._typing, name)

    @classmethod
    def get_type_hints(cls, _: Any) -> dict[str, None]:
        return cls._hints


check_structs_at_run_time(enabled=False)
