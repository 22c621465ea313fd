"""The cluster-scoped kinds that charts write; the controllers' AppProject allows these and no others."""

from headway.kinds import ClusterResourceKind

CRD = ClusterResourceKind(group="apiextensions.k8s.io", kind="CustomResourceDefinition")
ROLES = (
    ClusterResourceKind(group="rbac.authorization.k8s.io", kind="ClusterRole"),
    ClusterResourceKind(group="rbac.authorization.k8s.io", kind="ClusterRoleBinding"),
)
MUTATING = ClusterResourceKind(group="admissionregistration.k8s.io", kind="MutatingWebhookConfiguration")
VALIDATING = ClusterResourceKind(group="admissionregistration.k8s.io", kind="ValidatingWebhookConfiguration")
API_SERVICE = ClusterResourceKind(group="apiregistration.k8s.io", kind="APIService")
