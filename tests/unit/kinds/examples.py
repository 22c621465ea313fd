"""A lawful object of every kind with every field that may stand together; overrides replace spec fields."""

from typing import Any

from headway.kinds import (
    Advanced,
    AmiSelectorTerm,
    Application,
    ApplicationSet,
    ApplicationSetSpec,
    ApplicationSetSyncPolicy,
    ApplicationSource,
    ApplicationSpec,
    ApplicationTemplate,
    ApplicationTemplateMetadata,
    AppProject,
    AppProjectSpec,
    AuthenticationRef,
    AutomatedSync,
    AwsProvider,
    BackendRef,
    Backoff,
    BlockDevice,
    BlockDeviceMapping,
    Budget,
    ClusterResourceKind,
    Destination,
    Directory,
    Disruption,
    EC2NodeClass,
    EC2NodeClassSpec,
    EndpointPickerRef,
    ExternalSecret,
    ExternalSecretSpec,
    Fallback,
    Generator,
    GitGenerator,
    GitPath,
    GroupNetwork,
    GroupRollingUpdate,
    GroupRollout,
    HeaderMatch,
    Helm,
    HorizontalPodAutoscalerConfig,
    HTTPRoute,
    HTTPRouteSpec,
    IgnoreDifferences,
    InferencePool,
    InferencePoolSpec,
    Info,
    IngressClassParams,
    IngressClassParamsSpec,
    IngressGroup,
    Kubelet,
    LabelRequirement,
    LabelSelector,
    LeaderWorkerSet,
    LeaderWorkerSetSpec,
    LeaderWorkerTemplate,
    LoadBalancerAttribute,
    LoadBalancerTag,
    Metadata,
    MetadataOptions,
    NamespaceMetadata,
    NamespaceResourceKind,
    NamespaceSelector,
    NodeClassRef,
    NodeMetadata,
    NodePool,
    NodePoolSpec,
    NodeTemplate,
    NodeTemplateSpec,
    OrphanedResources,
    ParentRef,
    PathMatch,
    PodIdentity,
    PodMonitor,
    PodMonitorSpec,
    PoolPort,
    PoolSelector,
    ProjectDestination,
    ProjectRole,
    PrometheusRule,
    PrometheusRuleSpec,
    Relabeling,
    RemoteRef,
    Requirement,
    Resource,
    Retry,
    RollingSync,
    RolloutStep,
    RouteMatch,
    RouteRule,
    RouteTimeouts,
    Rule,
    RuleGroup,
    ScaledObject,
    ScaledObjectSpec,
    ScaleTargetRef,
    ScalingBehavior,
    ScalingModifiers,
    ScalingPolicy,
    ScalingRules,
    ScrapeEndpoint,
    SecretData,
    SecretOwner,
    SecretProvider,
    SecretStore,
    SecretStoreRef,
    SecretStoreSpec,
    SecretTarget,
    SecurityGroupSelectorTerm,
    ServiceMonitor,
    ServiceMonitorSpec,
    StepSelector,
    Strategy,
    Subnets,
    SubnetSelectorTerm,
    SyncPolicy,
    SyncWindow,
    Taint,
    Trigger,
    TriggerAuthentication,
    TriggerAuthenticationSpec,
)

REPO = "https://git.example.com/headway.git"
ACCOUNT_CERTIFICATE = "arn:aws:acm:eu-central-1:111122223333:certificate/abc"
POD_TEMPLATE: dict[str, Any] = {
    "metadata": {"labels": {"app": "llama"}},
    "spec": {"containers": [{"name": "engine", "image": "vllm/vllm-openai:v0.33.0"}]},
}


def named(name: str = "llama", namespace: str | None = "models") -> Metadata:
    return Metadata(name=name, namespace=namespace, labels={"app.kubernetes.io/name": name})


def a_trigger(**overrides: Any) -> Trigger:
    fields: dict[str, Any] = {
        "type": "prometheus",
        "name": "waiting",
        "metadata": {"serverAddress": "http://prometheus:9090", "query": "sum(x)", "threshold": "25"},
        "metric_type": "AverageValue",
        "use_cached_metrics": False,
        "authentication_ref": AuthenticationRef(name="prometheus"),
    }
    return Trigger(**fields | overrides)


def scaling_modifiers(**overrides: Any) -> ScalingModifiers:
    fields: dict[str, Any] = {
        "formula": "running + waiting * 10",
        "target": "25",
        "activation_target": "0",
        "metric_type": "AverageValue",
    }
    return ScalingModifiers(**fields | overrides)


def a_scaled_object(metadata: Metadata | None = None, **overrides: Any) -> ScaledObject:
    up = ScalingRules(
        stabilization_window_seconds=0,
        select_policy="Max",
        policies=[ScalingPolicy(type="Percent", value=100, period_seconds=15)],
    )
    behavior = ScalingBehavior(scale_up=up, scale_down=ScalingRules(stabilization_window_seconds=600))
    fields: dict[str, Any] = {
        "scale_target_ref": ScaleTargetRef(name="llama"),
        "polling_interval": 5,
        "cooldown_period": 900,
        "initial_cooldown_period": 900,
        "min_replica_count": 0,
        "max_replica_count": 4,
        "fallback": Fallback(failure_threshold=3, replicas=2, behavior="currentReplicasIfHigher"),
        "advanced": Advanced(
            restore_to_original_replica_count=False,
            horizontal_pod_autoscaler_config=HorizontalPodAutoscalerConfig(name="llama", behavior=behavior),
            scaling_modifiers=scaling_modifiers(),
        ),
        "triggers": [a_trigger(), a_trigger(name="running")],
    }
    return ScaledObject(metadata=metadata or named(), spec=ScaledObjectSpec(**fields | overrides))


def a_trigger_authentication(**overrides: Any) -> TriggerAuthentication:
    fields: dict[str, Any] = {
        "pod_identity": PodIdentity(provider="aws", identity_owner="keda"),
        "secret_target_ref": [SecretTarget(parameter="bearerToken", name="prometheus", key="token")],
    }
    return TriggerAuthentication(metadata=named(), spec=TriggerAuthenticationSpec(**fields | overrides))


def a_node_template(**overrides: Any) -> NodeTemplate:
    fields: dict[str, Any] = {
        "node_class_ref": NodeClassRef(name="gpu"),
        "requirements": [
            Requirement(key="karpenter.sh/capacity-type", operator="In", values=["spot", "on-demand"], min_values=1),
            Requirement(key="karpenter.k8s.aws/instance-gpu-count", operator="Lt", values=["2"]),
            Requirement(key="karpenter.k8s.aws/instance-gpu-name", operator="Exists"),
        ],
        "taints": [Taint(key="nvidia.com/gpu", value="present", effect="NoSchedule")],
        "startup_taints": [Taint(key="ebs.csi.aws.com/agent-not-ready", effect="NoExecute")],
        "expire_after": "336h",
        "termination_grace_period": "30m",
    }
    metadata = NodeMetadata(labels={"headway.dev/pool": "l4"}, annotations={"headway.dev/source": "prod.yaml"})
    return NodeTemplate(metadata=metadata, spec=NodeTemplateSpec(**fields | overrides))


def a_node_pool(metadata: Metadata | None = None, **overrides: Any) -> NodePool:
    budgets = [
        Budget(nodes="10%"),
        Budget(nodes="0", reasons=["Underutilized"], schedule="0 8 * * 1-5", duration="10h"),
    ]
    fields: dict[str, Any] = {
        "template": a_node_template(),
        "limits": {"nvidia.com/gpu": "8", "cpu": "64"},
        "weight": 10,
        "disruption": Disruption(
            consolidation_policy="WhenEmptyOrUnderutilized", consolidate_after="5m", budgets=budgets
        ),
    }
    return NodePool(metadata=metadata or named("l4", namespace=None), spec=NodePoolSpec(**fields | overrides))


def an_ec2_node_class(**overrides: Any) -> EC2NodeClass:
    data_volume = BlockDevice(
        volume_size="120Gi",
        volume_type="gp3",
        iops=6000,
        throughput=750,
        encrypted=True,
        kms_key_id="alias/headway",
        snapshot_id="snap-0a1b",
        delete_on_termination=True,
    )
    fields: dict[str, Any] = {
        "ami_family": "Bottlerocket",
        "ami_selector_terms": [AmiSelectorTerm(alias="bottlerocket@v1.68.0")],
        "role": "headway-node",
        "subnet_selector_terms": [SubnetSelectorTerm(tags={"karpenter.sh/discovery": "headway"})],
        "security_group_selector_terms": [SecurityGroupSelectorTerm(tags={"karpenter.sh/discovery": "headway"})],
        "block_device_mappings": [BlockDeviceMapping(device_name="/dev/xvdb", ebs=data_volume)],
        "instance_store_policy": "RAID0",
        "user_data": '[settings.kernel]\nlockdown = "integrity"\n',
        "metadata_options": MetadataOptions(
            http_endpoint="enabled",
            http_protocol_ipv6="disabled",
            http_put_response_hop_limit=1,
            http_tokens="required",
        ),
        "kubelet": Kubelet(max_pods=58),
        "tags": {"team": "inference"},
        "detailed_monitoring": True,
    }
    metadata = named("gpu", namespace=None)
    return EC2NodeClass(metadata=metadata, spec=EC2NodeClassSpec(**fields | overrides))


def an_application_spec(**overrides: Any) -> ApplicationSpec:
    sync_policy = SyncPolicy(
        automated=AutomatedSync(enabled=True, prune=True, self_heal=True, allow_empty=False),
        sync_options=["ServerSideApply=true", "CreateNamespace=true"],
        retry=Retry(limit=5, backoff=Backoff(duration="5s", factor=2, max_duration="3m0s"), refresh=True),
        managed_namespace_metadata=NamespaceMetadata(labels={"pod-security.kubernetes.io/enforce": "baseline"}),
    )
    fields: dict[str, Any] = {
        "project": "headway",
        "source": ApplicationSource(
            repo_url=REPO,
            target_revision="env/prod",
            path="dist/prod/models",
            directory=Directory(recurse=False, include="*.yaml", exclude="Test*"),
        ),
        "destination": Destination(namespace="models"),
        "sync_policy": sync_policy,
        "ignore_differences": [IgnoreDifferences(group="apps", kind="Deployment", json_pointers=["/spec/replicas"])],
        "revision_history_limit": 10,
        "info": [Info(name="runbook", value="docs/runbooks")],
    }
    return ApplicationSpec(**fields | overrides)


def an_application(**overrides: Any) -> Application:
    return Application(metadata=named("models", namespace="argocd"), spec=an_application_spec(**overrides))


def a_chart_source(**overrides: Any) -> ApplicationSource:
    fields: dict[str, Any] = {
        "repo_url": "https://kedacore.github.io/charts",
        "target_revision": "2.20.2",
        "chart": "keda",
        "helm": Helm(release_name="keda", values_object={"replicas": 2}, skip_crds=False),
    }
    return ApplicationSource(**fields | overrides)


def an_app_project(**overrides: Any) -> AppProject:
    fields: dict[str, Any] = {
        "description": "Models and what serves them",
        "source_repos": [REPO],
        "destinations": [ProjectDestination(server="https://kubernetes.default.svc", namespace="models")],
        "cluster_resource_whitelist": [ClusterResourceKind(group="karpenter.sh", kind="NodePool")],
        "namespace_resource_whitelist": [NamespaceResourceKind(group="apps", kind="Deployment")],
        "orphaned_resources": OrphanedResources(warn=True),
        "sync_windows": [
            SyncWindow(kind="deny", schedule="0 8 * * 1-5", duration="10h", applications=["*"], time_zone="UTC")
        ],
        "roles": [ProjectRole(name="reader", policies=["p, proj:models:reader, applications, get, *, allow"])],
        "permit_only_project_scoped_clusters": False,
    }
    return AppProject(metadata=named("models", namespace="argocd"), spec=AppProjectSpec(**fields | overrides))


def an_application_set(**overrides: Any) -> ApplicationSet:
    label = "{{ .path.basename }}"
    step = RolloutStep(
        match_expressions=[StepSelector(key="tier", operator="In", values=["platform"])], max_update="50%"
    )
    fields: dict[str, Any] = {
        "generators": [
            Generator(git=GitGenerator(repo_url=REPO, revision="env/prod", directories=[GitPath(path="dist/prod/*")]))
        ],
        "strategy": Strategy(rolling_sync=RollingSync(steps=[step]), deletion_order="Reverse"),
        "template": ApplicationTemplate(
            metadata=ApplicationTemplateMetadata(name=label, labels={"tier": "platform"}),
            spec=an_application_spec(),
        ),
        "sync_policy": ApplicationSetSyncPolicy(applications_sync="create-update", preserve_resources_on_deletion=True),
    }
    metadata = named("prod", namespace="argocd")
    return ApplicationSet(metadata=metadata, spec=ApplicationSetSpec(**fields | overrides))


def a_scrape_endpoint(**overrides: Any) -> ScrapeEndpoint:
    fields: dict[str, Any] = {
        "port": "http",
        "path": "/metrics",
        "scheme": "http",
        "interval": "5s",
        "scrape_timeout": "4s",
        "honor_labels": False,
        "relabelings": [Relabeling(source_labels=["__meta_kubernetes_pod_name"], regex="(.*)", target_label="replica")],
        "metric_relabelings": [Relabeling(action="drop", source_labels=["__name__"], regex="python_.*")],
    }
    return ScrapeEndpoint(**fields | overrides)


def a_service_monitor(**overrides: Any) -> ServiceMonitor:
    fields: dict[str, Any] = {
        "selector": LabelSelector(
            match_labels={"app": "llama"},
            match_expressions=[LabelRequirement(key="tier", operator="In", values=["serving"])],
        ),
        "namespace_selector": NamespaceSelector(match_names=["models"]),
        "endpoints": [a_scrape_endpoint()],
        "job_label": "app",
        "target_labels": ["app"],
        "pod_target_labels": ["headway.dev/recipe"],
        "sample_limit": 20_000,
    }
    return ServiceMonitor(metadata=named(), spec=ServiceMonitorSpec(**fields | overrides))


def a_pod_monitor(**overrides: Any) -> PodMonitor:
    fields: dict[str, Any] = {
        "selector": LabelSelector(match_labels={"app": "llama"}),
        "pod_metrics_endpoints": [a_scrape_endpoint()],
    }
    return PodMonitor(metadata=named(), spec=PodMonitorSpec(**fields | overrides))


def a_prometheus_rule(*rules: Rule) -> PrometheusRule:
    default = (
        Rule(record="model:ttft_seconds:p95", expr="histogram_quantile(0.95, x)"),
        Rule(
            alert="SlowFirstToken",
            expr="model:ttft_seconds:p95 > 2",
            for_="5m",
            keep_firing_for="10m",
            labels={"severity": "page"},
            annotations={"summary": "First tokens are slow"},
        ),
    )
    groups = [RuleGroup(name="latency", interval="30s", rules=rules or default)]
    return PrometheusRule(metadata=named(), spec=PrometheusRuleSpec(groups=groups))


def an_external_secret(**overrides: Any) -> ExternalSecret:
    fields: dict[str, Any] = {
        "refresh_interval": "1h0m0s",
        "secret_store_ref": SecretStoreRef(name="aws"),
        "target": SecretOwner(name="gateway-keys", creation_policy="Owner", deletion_policy="Retain"),
        "data": [
            SecretData(secret_key="keys", remote_ref=RemoteRef(key="prod/gateway", property="keys"))  # noqa: S106
        ],
    }
    return ExternalSecret(metadata=named(), spec=ExternalSecretSpec(**fields | overrides))


def a_secret_store(**overrides: Any) -> SecretStore:
    fields: dict[str, Any] = {"provider": SecretProvider(aws=AwsProvider(region="eu-central-1"))}
    return SecretStore(metadata=named("aws"), spec=SecretStoreSpec(**fields | overrides))


def a_leader_worker_set(**overrides: Any) -> LeaderWorkerSet:
    fields: dict[str, Any] = {
        "leader_worker_template": LeaderWorkerTemplate(
            size=2,
            restart_policy="RecreateGroupOnPodRestart",
            leader_template=POD_TEMPLATE,
            worker_template=POD_TEMPLATE,
        ),
        "rollout_strategy": GroupRollout(
            rolling_update_configuration=GroupRollingUpdate(max_unavailable="100%", max_surge=0)
        ),
        "startup_policy": "LeaderCreated",
        "network_config": GroupNetwork(subdomain_policy="Shared"),
    }
    return LeaderWorkerSet(metadata=named(), spec=LeaderWorkerSetSpec(**fields | overrides))


def an_inference_pool(**overrides: Any) -> InferencePool:
    fields: dict[str, Any] = {
        "selector": PoolSelector(match_labels={"app": "llama"}),
        "target_ports": [PoolPort(number=8000)],
        "endpoint_picker_ref": EndpointPickerRef(
            name="llama-picker", port=PoolPort(number=9002), failure_mode="FailOpen"
        ),
    }
    return InferencePool(metadata=named(), spec=InferencePoolSpec(**fields | overrides))


def an_http_route(**overrides: Any) -> HTTPRoute:
    match = RouteMatch(
        path=PathMatch(type="PathPrefix", value="/v1"),
        headers=[HeaderMatch(name="x-model", value="llama")],
        method="POST",
    )
    pool = BackendRef(group="inference.networking.k8s.io", kind="InferencePool", name="llama", weight=1)
    timeouts = RouteTimeouts(request="0s", backend_request="0s")
    fields: dict[str, Any] = {
        "parent_refs": [ParentRef(name="inference", namespace="gateways", section_name="https")],
        "hostnames": ["llm.example.com"],
        "rules": [RouteRule(matches=[match], backend_refs=[pool], timeouts=timeouts)],
    }
    return HTTPRoute(metadata=named(), spec=HTTPRouteSpec(**fields | overrides))


def an_ingress_class_params(**overrides: Any) -> IngressClassParams:
    fields: dict[str, Any] = {
        "namespace_selector": LabelSelector(match_labels={"headway.dev/edge": "true"}),
        "load_balancer_name": "headway-prod",
        "group": IngressGroup(name="headway"),
        "scheme": "internal",
        "ip_address_type": "ipv4",
        "target_type": "ip",
        "subnets": Subnets(tags={"kubernetes.io/role/internal-elb": ["1"]}),
        "inbound_cidrs": ["10.0.0.0/16"],
        "prefix_lists_ids": ["pl-0a1b2c3d"],
        "certificate_arn": [ACCOUNT_CERTIFICATE],
        "ssl_policy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "ssl_redirect_port": "443",
        "load_balancer_attributes": [LoadBalancerAttribute(key="idle_timeout.timeout_seconds", value="600")],
        "tags": [LoadBalancerTag(key="team", value="inference")],
        "wafv2_acl_arn": "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/headway/abc",
    }
    metadata = named("headway", namespace=None)
    return IngressClassParams(metadata=metadata, spec=IngressClassParamsSpec(**fields | overrides))


EXAMPLES: tuple[Resource, ...] = (
    a_scaled_object(),
    a_trigger_authentication(),
    a_node_pool(),
    an_ec2_node_class(),
    an_application(),
    an_application(source=None, sources=[a_chart_source()]),
    an_app_project(),
    an_application_set(),
    a_service_monitor(),
    a_pod_monitor(),
    a_prometheus_rule(),
    an_external_secret(),
    a_secret_store(),
    a_leader_worker_set(),
    an_inference_pool(),
    an_http_route(),
    an_ingress_class_params(),
)
