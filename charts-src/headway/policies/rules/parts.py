"""Parts of one workload that must agree with each other."""

from collections.abc import Iterator

from headway.policies.index import Index
from headway.policies.manifest import Field
from headway.policies.model_server import servers_by_pod
from headway.policies.pods import Container, Pod, pods_of
from headway.policies.requests import GPU_RESOURCES, asked
from headway.policies.rule import Hit, rule


@rule(
    "selector-not-in-template",
    severity="error",
    proves="Every workload selects the pods that it makes.",
    needs="The workload.",
    remedy="give the template every label of the selector",
)
def selector_not_in_template(index: Index) -> Iterator[Hit]:
    """The API server refuses a Deployment, StatefulSet or DaemonSet whose selector its own template does not satisfy. It
    usually follows a renamed label. Selectors with expressions are judged by their exact labels alone."""
    for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"):
        for workload in index.of_kind(kind):
            labels = workload.labels("spec", "template", "metadata", "labels")
            for key, value in workload.entries("spec", "selector", "matchLabels"):
                if value.text() is not None and labels.get(key) != value.text():
                    has = f"has {key}={labels[key]}" if key in labels else f"has no label {key}"
                    yield Hit(value, f"selects {key}={value.text()}, its template {has}")


@rule(
    "mount-without-volume",
    traps=("C6",),
    severity="error",
    proves="Every mount names a volume of its pod.",
    needs="The pod; claims that a StatefulSet makes count.",
    remedy="declare the volume, or correct the name",
)
def mount_without_volume(index: Index) -> Iterator[Hit]:
    """The API server refuses the pod; for a Deployment it refuses the Deployment. The name of the claim is not the name of
    the volume, and a volume beside the template belongs to nobody."""
    for pod in index.pods:
        names = {volume.text("name") for volume in pod.spec.each("volumes")}
        names |= {claim.text("metadata", "name") for claim in pod.owner.each("spec", "volumeClaimTemplates")}
        for container in pod.all_containers:
            for mount in container.each("volumeMounts"):
                name = mount.at("name")
                if name.text() and name.text() not in names and "$" not in (name.text() or ""):
                    shown = ", ".join(sorted(n for n in names if n)) or "none"
                    yield Hit(name, f"mounts volume {name.text()}, the pod has {shown}")


@rule(
    "probe-port-unknown",
    traps=("V4",),
    severity="error",
    proves="Every probe and hook that names a port names one of its own container.",
    needs="The container.",
    remedy="name a port of the container, or its number",
)
def probe_port_unknown(index: Index) -> Iterator[Hit]:
    """The kubelet resolves the name in the container itself. A name it does not have fails every probe: the pod is never
    ready, or restarts for ever. Ports by number are not judged, as a container may listen on a port it does not state."""
    for pod in index.pods:
        for container in pod.all_containers:
            names = {port.text("name") for port in container.each("ports")}
            for place in _probed(container):
                if place.text() and not (place.text() or "").isdigit() and place.text() not in names:
                    shown = ", ".join(sorted(n for n in names if n)) or "none"
                    yield Hit(place, f"asks port {place.text()}, container {container.name} names {shown}")


def _probed(container: Container) -> Iterator[Field]:
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        for action in ("httpGet", "tcpSocket"):
            yield container.at(probe, action, "port")
    for hook in ("preStop", "postStart"):
        yield container.at("lifecycle", hook, "httpGet", "port")


@rule(
    "utilization-without-request",
    severity="error",
    proves="Every HorizontalPodAutoscaler on utilization has a request to divide by.",
    needs="The autoscaler and its workload; a LimitRange in the set may fill the request in.",
    remedy="state the request in every container",
)
def utilization_without_request(index: Index) -> Iterator[Hit]:
    """Utilization is use divided by request. A container without one makes the metric fail for the whole pod: the autoscaler
    says FailedGetResourceMetric and never scales."""
    if any(index.of_kind("LimitRange")):
        return
    for scaler in index.of_kind("HorizontalPodAutoscaler"):
        workload = index.scale_target(scaler)
        for metric in scaler.each("spec", "metrics") if workload else ():
            name = metric.at("resource", "name")
            if metric.text("resource", "target", "type") != "Utilization" or not name.text():
                continue
            for pod in pods_of(workload) if workload else ():
                lacking = [c.name for c in pod.containers if not asked(c, name.text() or "")]
                if lacking:
                    yield Hit(
                        name, f"scales on {name.text()} utilization, {', '.join(lacking)} requests no {name.text()}"
                    )


@rule(
    "gpu-server-scaled-on-cpu",
    traps=("S3",),
    severity="warning",
    proves="No model server on a GPU is scaled by its CPU or memory.",
    needs="The HorizontalPodAutoscaler or ScaledObject, and the server.",
    remedy="scale on running + waiting * 10 of the engine's own metrics",
)
def gpu_server_scaled_on_cpu(index: Index) -> Iterator[Hit]:
    """The engine's CPU says little about its GPU: one core is busy with one request or a hundred, and memory is taken at the
    start and never given back. Such a scaler stays at its minimum under a queue, or at its maximum for ever. A scaler
    that also watches the engine's queue is not judged."""
    servers = index.derive(servers_by_pod)
    for pod in index.pods:
        for scaler in index.scalers_of(pod.owner) if servers.get(id(pod)) and pod.requests.wants_gpu else ():
            if scaler.kind == "HorizontalPodAutoscaler":
                stated = scaler.each("spec", "metrics")
                plain = [
                    m.at("resource", "name") for m in stated if m.text("type") in ("Resource", "ContainerResource")
                ]
            else:
                stated = scaler.each("spec", "triggers")
                plain = [t.at("type") for t in stated if t.text("type") in ("cpu", "memory")]
            if plain and len(plain) == len(stated):
                yield Hit(
                    plain[0], f"scales {_server(pod)} on {plain[0].text()}, which does not follow the load of its GPU"
                )


def _server(pod: Pod) -> str:
    return f"the model server {pod.owner.name}"


@rule(
    "gpu-request-is-not-limit",
    traps=("N12",),
    severity="error",
    proves="Every container that asks for a GPU states it as a limit, and no other request.",
    needs="The container.",
    remedy="state the GPU under resources.limits alone",
)
def gpu_request_is_not_limit(index: Index) -> Iterator[Hit]:
    """Extended resources cannot be overcommitted: the API server refuses a request without a limit ("Limit must be set for
    non overcommitable resources"), and one that differs from it. A limit alone is the request too."""
    for pod in index.pods:
        for container in pod.all_containers:
            limits = {key: place.scalar() for key, place in container.entries("resources", "limits")}
            for key, place in container.entries("resources", "requests"):
                if key in GPU_RESOURCES and place.scalar() is not None and place.scalar() != limits.get(key):
                    has = f"limits it to {limits[key]}" if key in limits else "states no limit"
                    yield Hit(
                        place, f"requests {place.scalar()} {key} and {has}", f'limits: {{{key}: "{place.scalar()}"}}'
                    )
