"""Fields that the API has, for the objects in which a misplaced one does the most harm.

Kubernetes 1.35, KEDA 2.20, Karpenter 1.14. kubeconform checks every field against the whole schemas; this list knows
where a field that is out of place belongs, and works on a machine without schemas.
"""

from collections.abc import Iterator

from headway.policies.manifest import Field, Manifest

_POD = frozenset(
    "activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy enableServiceLinks"
    " ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride imagePullSecrets"
    " initContainers nodeName nodeSelector os overhead preemptionPolicy priority priorityClassName readinessGates"
    " resourceClaims resources restartPolicy runtimeClassName schedulerName schedulingGates securityContext serviceAccount"
    " serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain terminationGracePeriodSeconds tolerations"
    " topologySpreadConstraints volumes workloadRef".split()
)  # fmt: skip
_CONTAINER = frozenset(
    "args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports readinessProbe resizePolicy resources"
    " restartPolicy restartPolicyRules securityContext startupProbe stdin stdinOnce terminationMessagePath"
    " terminationMessagePolicy tty volumeDevices volumeMounts workingDir".split()
)  # fmt: skip
_DEPLOYMENT = frozenset(
    "minReadySeconds paused progressDeadlineSeconds replicas revisionHistoryLimit selector strategy template".split()
)  # fmt: skip
_STATEFUL_SET = frozenset(
    "minReadySeconds ordinals persistentVolumeClaimRetentionPolicy podManagementPolicy replicas revisionHistoryLimit selector"
    " serviceName template updateStrategy volumeClaimTemplates".split()
)  # fmt: skip
_JOB = frozenset(
    "activeDeadlineSeconds backoffLimit backoffLimitPerIndex completionMode completions managedBy manualSelector"
    " maxFailedIndexes parallelism podFailurePolicy podReplacementPolicy selector successPolicy suspend template"
    " ttlSecondsAfterFinished".split()
)  # fmt: skip
_SERVICE = frozenset(
    "allocateLoadBalancerNodePorts clusterIP clusterIPs externalIPs externalName externalTrafficPolicy healthCheckNodePort"
    " internalTrafficPolicy ipFamilies ipFamilyPolicy loadBalancerClass loadBalancerIP loadBalancerSourceRanges ports"
    " publishNotReadyAddresses selector sessionAffinity sessionAffinityConfig trafficDistribution type".split()
)  # fmt: skip
_SCALED_OBJECT = frozenset(
    "advanced cooldownPeriod fallback idleReplicaCount initialCooldownPeriod maxReplicaCount minReplicaCount pollingInterval"
    " scaleTargetRef triggers".split()
)  # fmt: skip
_TRIGGER = frozenset("authenticationRef metadata metricType name type useCachedMetrics".split())  # fmt: skip
_NODE_POOL = frozenset("disruption limits replicas template weight".split())  # fmt: skip
_NODE_TEMPLATE = frozenset(
    "expireAfter nodeClassRef requirements startupTaints taints terminationGracePeriod".split()
)  # fmt: skip
_TAINT = frozenset("effect key timeAdded value".split())  # fmt: skip
_DISRUPTION = frozenset("budgets consolidateAfter consolidationPolicy".split())  # fmt: skip
_HPA = frozenset("behavior maxReplicas metrics minReplicas scaleTargetRef".split())  # fmt: skip
_PDB = frozenset("maxUnavailable minAvailable selector unhealthyPodEvictionPolicy".split())  # fmt: skip

_TEMPLATED = (("the pod's spec", _POD), ("a container", _CONTAINER))
KNOWN: dict[str, tuple[tuple[str, frozenset[str]], ...]] = {
    "Deployment": (("spec", _DEPLOYMENT), *_TEMPLATED),
    "StatefulSet": (("spec", _STATEFUL_SET), *_TEMPLATED),
    "Job": (("spec", _JOB), *_TEMPLATED),
    "Pod": (("spec", _POD), ("a container", _CONTAINER)),
    "Service": (("spec", _SERVICE),),
    "ScaledObject": (("spec", _SCALED_OBJECT), ("a trigger", _TRIGGER)),
    "NodePool": (
        ("spec", _NODE_POOL),
        ("spec.template.spec", _NODE_TEMPLATE),
        ("spec.disruption", _DISRUPTION),
        ("a taint", _TAINT),
    ),
    "HorizontalPodAutoscaler": (("spec", _HPA),),
    "PodDisruptionBudget": (("spec", _PDB),),
}
"""Kind → where fields stand and which the API has there."""
_GROUPS = {
    "Deployment": "apps/v1", "StatefulSet": "apps/v1", "Job": "batch/v1", "Pod": "v1", "Service": "v1",
    "ScaledObject": "keda.sh/v1alpha1", "NodePool": "karpenter.sh/v1", "HorizontalPodAutoscaler": "autoscaling/v2",
    "PodDisruptionBudget": "policy/v1",
}  # fmt: skip


def known_places(manifest: Manifest) -> Iterator[tuple[Field, frozenset[str], str]]:
    """Mappings of an object whose fields are known: the mapping, its fields, its name for a message."""
    kind = manifest.kind
    if manifest.api_version != _GROUPS[kind]:
        return
    fields = dict(KNOWN[kind])
    yield manifest.at("spec"), fields["spec"], "spec"
    if "a container" in fields:
        pod = manifest.at("spec") if kind == "Pod" else manifest.at("spec", "template", "spec")
        if kind != "Pod":
            yield pod, _POD, "the pod's spec"
        for container in (*pod.each("initContainers"), *pod.each("containers")):
            yield container, _CONTAINER, f"container {container.text('name') or ''}".rstrip()
    for trigger in manifest.each("spec", "triggers") if kind == "ScaledObject" else ():
        yield trigger, _TRIGGER, "a trigger"
    if kind == "NodePool":
        yield manifest.at("spec", "template", "spec"), _NODE_TEMPLATE, "spec.template.spec"
        yield manifest.at("spec", "disruption"), _DISRUPTION, "spec.disruption"
        for taint in manifest.each("spec", "template", "spec", "taints"):
            yield taint, _TAINT, "a taint"
