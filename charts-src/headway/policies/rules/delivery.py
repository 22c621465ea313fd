"""Argo CD, images and APIs: what is applied, and whether it is what was reviewed."""

import re
from collections.abc import Callable, Iterator

from headway.policies.finding import Severity
from headway.policies.index import Index
from headway.policies.manifest import Field
from headway.policies.model_server import OTHER_NUMBERS, model_servers
from headway.policies.rule import Hit, rule

WAVE = "argocd.argoproj.io/sync-wave"
_PLACEHOLDER = re.compile(
    r"<[A-Za-z][\w .-]*>|\b(?:YOUR|REPLACE|CHANGE)[-_ ]?(?:ME|THIS|[A-Z])[\w-]*|\byour[-_]\w+|\$\{?[A-Z][A-Z0-9_]+\}?",
    re.A,
)
_WHOLE = re.compile(
    r"<[A-Za-z][\w .-]*>|[\w./:-]*\b(?:YOUR|REPLACE|CHANGE)[-_](?:ME|THIS|[A-Z])[\w./-]*|your[-_][a-z][\w.-]*", re.A
)
"""A value that is nothing but a placeholder, or a path to one: texts that programs read may hold the signs otherwise."""
_CONTROLLERS = ("alb.ingress.kubernetes.io/", "service.beta.kubernetes.io/", "eks.amazonaws.com/", "external-dns.alpha")
_REMOVED = {
    ("policy/v1beta1", "PodDisruptionBudget"): ("1.25", "policy/v1"),
    ("policy/v1beta1", "PodSecurityPolicy"): ("1.25", "pod-security.kubernetes.io labels"),
    ("batch/v1beta1", "CronJob"): ("1.25", "batch/v1"),
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler"): ("1.25", "autoscaling/v2"),
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler"): ("1.26", "autoscaling/v2"),
    ("extensions/v1beta1", "Ingress"): ("1.22", "networking.k8s.io/v1"),
    ("networking.k8s.io/v1beta1", "Ingress"): ("1.22", "networking.k8s.io/v1"),
    ("extensions/v1beta1", "Deployment"): ("1.16", "apps/v1"),
    ("apps/v1beta1", "Deployment"): ("1.16", "apps/v1"),
    ("apps/v1beta2", "Deployment"): ("1.16", "apps/v1"),
    ("rbac.authorization.k8s.io/v1beta1", "ClusterRoleBinding"): ("1.22", "rbac.authorization.k8s.io/v1"),
    ("rbac.authorization.k8s.io/v1beta1", "ClusterRole"): ("1.22", "rbac.authorization.k8s.io/v1"),
    ("karpenter.sh/v1alpha5", "Provisioner"): ("Karpenter 1.0", "karpenter.sh/v1 NodePool"),
    ("karpenter.sh/v1beta1", "NodePool"): ("Karpenter 1.1", "karpenter.sh/v1"),
    ("karpenter.k8s.aws/v1beta1", "EC2NodeClass"): ("Karpenter 1.1", "karpenter.k8s.aws/v1"),
    ("karpenter.k8s.aws/v1alpha1", "AWSNodeTemplate"): ("Karpenter 1.0", "karpenter.k8s.aws/v1 EC2NodeClass"),
}
"""API version and kind → first release without it, and what took its place."""
FLOORS: tuple[tuple[str, tuple[int, int, int], str], ...] = (
    ("vllm-openai", (0, 9, 0), "CVE-2025-32444 and CVE-2025-47277, remote code execution by unsafe deserialisation"),
    ("vllm-openai", (0, 22, 0), "CVE-2026-48746, the API key is bypassed by the Host header"),
    ("vllm-openai", (0, 33, 0), "GHSA-5r3c-5x4v-8gjh"),
    ("litellm", (1, 84, 0), "CVE-2026-49468, bypass by the Host header"),
)
"""Image name, first version without the advisory, advisory; state of 2026-11-20."""
_ENGINE_INSIDE = ("model-server-vllm", "vllm-openai")
"""Headway's own image carries vLLM under vLLM's version."""


@rule(
    "image-not-pinned",
    traps=("G4",),
    severity="warning",
    proves="Every image names a version.",
    needs="The container.",
    remedy="name the version, better its digest",
)
def image_not_pinned(index: Index) -> Iterator[Hit]:
    """`latest`, or no tag at all, is a different program on every node and after every restart: what was tested is not what
    runs, and a rollback brings nothing back. A tag of a version is taken as pinned here; a digest is better. Names that
    kustomize's `images` sets are not judged."""
    set_elsewhere = {i.text("name") for k in index.kustomizations for i in k.each("images")}
    for pod in index.pods:
        for container in pod.all_containers:
            image = container.at("image")
            text = image.text() or ""
            name, tag = _tag(text)
            if not text or "@" in text or name in set_elsewhere or "$" in text or "<" in text:
                continue
            if tag in ("", "latest", "nightly", "main", "master", "dev"):
                yield Hit(image, f"image {text} {'has no tag' if not tag else 'moves'}: it is another program tomorrow")


def _tag(image: str) -> tuple[str, str]:
    name, _, last = image.rpartition("/")
    repository, _, tag = last.partition(":")
    return f"{name}/{repository}" if name else repository, tag


@rule(
    "placeholder-left",
    traps=("G4",),
    severity="warning",
    proves="No image, role, address, claim, credential or variable is still a placeholder.",
    needs="The object.",
    remedy="render the value before the manifest is committed",
)
def placeholder_left(index: Index) -> Iterator[Hit]:
    """`<ACCOUNT_ID>` or `${REGION}` in an image or a role is what a script was meant to fill in: applied as it is, the pull
    or the call fails. So it is in annotations that controllers of AWS read, in hosts, claims and Secrets; a variable is
    judged where nothing but the placeholder is its value. Kubernetes' own `$(NAME)` is no placeholder. Values that a shell
    fills in from live calls are not in any review."""
    for pod in index.pods:
        for container in pod.all_containers:
            yield from _placeholder(container.at("image"), "image")
            for name, value in container.environment.items():
                yield from _placeholder(value, f"variable {name}", _WHOLE.fullmatch)
        for volume in pod.spec.each("volumes"):
            yield from _placeholder(volume.at("persistentVolumeClaim", "claimName"), "claim")
    for m in index.of_kind("ServiceAccount", "Service", "Ingress"):
        for key, value in m.annotations():
            if key.startswith(_CONTROLLERS):
                yield from _placeholder(value, "role" if key.endswith("/role-arn") else f"annotation {key}")
    for ingress in index.of_kind("Ingress"):
        for rule_ in ingress.each("spec", "rules"):
            yield from _placeholder(rule_.at("host"), "host")
    for secret in index.of_kind("Secret"):
        for key, value in secret.entries("stringData"):
            yield from _placeholder(value, f"credential {key}", _WHOLE.fullmatch)


def _placeholder(
    place: Field, what: str, find: Callable[[str], re.Match[str] | None] = _PLACEHOLDER.search
) -> Iterator[Hit]:
    if place.text() and (found := find(place.text() or "")):
        yield Hit(place, f"{what} {place.text()} holds the placeholder {found.group()}")


@rule(
    "ami-not-pinned",
    traps=("N2",),
    severity="warning",
    proves="Every node class names the version of its image.",
    needs="The EC2NodeClass.",
    remedy="alias: bottlerocket@v1.68.0",
)
def ami_not_pinned(index: Index) -> Iterator[Hit]:
    """With `@latest` every release of the image drifts all nodes at a time nobody chose, and a new node is another machine
    than its neighbour, driver included. Karpenter's own documentation advises against it."""
    for node_class in index.of_kind("EC2NodeClass"):
        for term in node_class.each("spec", "amiSelectorTerms"):
            alias = term.at("alias")
            if (alias.text() or "").endswith("@latest"):
                yield Hit(alias, f"alias {alias.text()}: every new node is a different machine")


@rule(
    "api-removed",
    traps=("N18",),
    severity="error",
    proves="No object uses an API version that was removed.",
    needs="The object.",
    remedy="use the version that took its place",
)
def api_removed(index: Index) -> Iterator[Hit]:
    """The API server answers "no matches for kind", and with Argo CD the whole application fails to
    sync. Versions that are still served but deprecated are not judged."""
    for manifest in index.manifests:
        if found := _REMOVED.get((manifest.api_version, manifest.kind)):
            since, now = found
            message = f"{manifest.api_version} {manifest.kind} is gone since {since}"
            yield Hit(manifest.at("apiVersion"), message, f"use {now}")


@rule(
    "sync-option-does-nothing",
    traps=("N18",),
    severity="warning",
    proves="Every sync option is one that Argo CD knows.",
    needs="The Application.",
    remedy="set it where it acts: annotation argocd.argoproj.io/compare-options: ServerSideDiff=true",
)
def sync_option_does_nothing(index: Index) -> Iterator[Hit]:
    """`ServerSideDiff=true` is a compare option; among the sync options it is taken and ignored, and the diff that it was
    meant to calm goes on."""
    for application in _applications(index):
        for option in application.each("syncPolicy", "syncOptions"):
            if (option.text() or "").startswith("ServerSideDiff="):
                yield Hit(option, f"{option.text()} is no sync option; Argo CD ignores it")


@rule(
    "sync-retries-old-revision",
    traps=("G11",),
    severity="note",
    proves="A corrected push gets through while an automated sync is being retried.",
    needs="The Application, its retry and automated policies.",
    remedy="syncPolicy.retry.refresh: true",
)
def sync_retries_old_revision(index: Index) -> Iterator[Hit]:
    """While it retries, Argo CD keeps applying the revision that failed: a manifest that a webhook refuses held a corrected
    push back for minutes, with `refresh: true` it was through in seconds. The field needs Argo CD 3.2 or newer, so this
    is a note."""
    for application in _applications(index):
        retry = application.at("syncPolicy", "retry")
        if application.at("syncPolicy", "automated") and retry and retry.at("refresh").value is not True:
            yield Hit(retry, "retries the revision that failed, while a corrected one waits")


@rule(
    "waves-do-not-wait",
    traps=("G9",),
    severity="warning",
    proves="Where Applications are ordered by waves, Argo CD waits for each.",
    needs="Applications with sync waves; Argo CD's own settings where they are in the set.",
    remedy="restore the health check of argoproj.io/Application in argocd-cm",
)
def waves_do_not_wait(index: Index) -> Iterator[Hit]:
    """Argo CD has no health check for Applications any more: a parent's wave is through as soon as the child object exists,
    not when its workloads run. A ConfigMap in the set that restores the check, or an ApplicationSet with a rolling
    strategy, keeps the rule silent."""
    restored = any("argoproj.io_Application" in str(m.value) for m in index.of_kind("ConfigMap"))
    restored |= any(
        m.at("spec", "strategy") or "argoproj.io/Application" in str(m.value)
        for m in index.of_kind("ApplicationSet", "ArgoCD")
    )
    applications = list(index.of_kind("Application"))
    waves = {m.scalar("metadata", "annotations", WAVE) for m in applications}
    if (
        restored
        or len(waves - {None}) < 1
        or len(waves) < 2
        or "argoproj" not in " ".join(m.group for m in applications)
    ):
        return
    first = next(m for m in applications if m.at("metadata", "annotations", WAVE))
    shown = ", ".join(sorted(wave for wave in waves if wave is not None))
    yield Hit(
        first.at("metadata", "annotations", WAVE),
        f"orders Applications by waves ({shown}), which do not wait for health",
    )


@rule(
    "image-below-floor",
    traps=("N17",),
    severity="warning",
    proves="No image is older than the fixes of its known advisories.",
    needs="A version in the image's tag.",
    remedy="move to the floor or above",
)
def image_below_floor(index: Index) -> Iterator[Hit]:
    """Floors are of 2026-11-20 and are kept with their advisories; scanners miss some of them. Remote code execution and a
    bypass of authentication are errors, the rest are warnings."""
    for pod in index.pods:
        for container in pod.all_containers:
            name, tag = _tag(container.image.partition("@")[0])
            version = _version(tag)
            program = name.rpartition("/")[2].replace(*_ENGINE_INSIDE)
            for image, floor, advisory in FLOORS if version and not name.startswith(OTHER_NUMBERS) else ():
                if program.startswith(image) and version and version < floor:
                    severity: Severity | None = "error" if floor < (0, 33, 0) or image != "vllm-openai" else None
                    fixed = ".".join(map(str, floor))
                    message = f"{container.image.partition('@')[0]} lacks the fix of {advisory}, in {fixed}"
                    yield Hit(container.at("image"), message, severity=severity)
                    break


def _version(tag: str) -> tuple[int, int, int] | None:
    match = re.match(r"(?:main-)?v?(\d+)\.(\d+)\.(\d+)", tag)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def _applications(index: Index) -> Iterator[Field]:
    """Specs of Applications and of ApplicationSets' templates."""
    for application in index.of_kind("Application"):
        yield application.at("spec")
    for made in index.of_kind("ApplicationSet"):
        yield made.at("spec", "template", "spec")


@rule(
    "compile-cache-shared",
    traps=("C5",),
    severity="warning",
    proves="No compile cache is writable by more than one pod.",
    needs="The server, its mounts and the claim.",
    remedy="readOnly: true in the servers, one Job that writes, a folder per image digest and GPU",
)
def compile_cache_shared(index: Index) -> Iterator[Hit]:
    """The cache is executable code: a pod that may write it decides what the others run, and several writers corrupt it. Its
    key holds version, GPU, flags and model path, so different GPUs never share an entry anyway."""
    for server in index.derive(model_servers):
        root = server.container.variable("VLLM_CACHE_ROOT")
        claims = {v.text("name"): v.at("persistentVolumeClaim") for v in server.pod.spec.each("volumes")}
        for mount in server.container.each("volumeMounts"):
            path = (mount.text("mountPath") or "").rstrip("/")
            cache = path.endswith((".cache/vllm", "torch_compile_cache")) or (
                root is not None and path == root.rstrip("/")
            )
            claim = claims.get(mount.text("name"))
            if not cache or not claim or mount.at("readOnly").value is True or claim.at("readOnly").value is True:
                continue
            shared = index.named("PersistentVolumeClaim", claim.text("claimName"), server.pod.owner)
            modes = {mode.text() for mode in shared.each("spec", "accessModes")} if shared else set()
            if "ReadWriteMany" in modes:
                yield Hit(mount, f"mounts the shared compile cache {path} writable in every replica")
