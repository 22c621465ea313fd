"""Who a pod is: service accounts, the roles they get, and bindings that reach them."""

from collections.abc import Iterator

from headway.policies.index import Index
from headway.policies.manifest import Manifest
from headway.policies.model_server import ModelServer, model_servers
from headway.policies.rule import Hit, rule
from headway.policies.terraform_facts import Identity

ROLE_ARN = "eks.amazonaws.com/role-arn"


@rule(
    "identity-for-nobody",
    traps=("G1",),
    severity="warning",
    proves="Every service account that has a role is named by a pod.",
    needs="Service accounts with a role in the set, or Terraform (--terraform), and the pods beside them.",
    remedy="serviceAccountName in the pod equal to the account that has the role",
)
def identity_for_nobody(index: Index) -> Iterator[Hit]:
    """A role that no pod takes gives nothing: the pod runs as `default`, and S3 works only as long as the node's own role
    allows it. IRSA modules, trust documents, Pod Identity resources and the annotation on the account are all read.
    Accounts of charts that are installed otherwise (another namespace than any object of the set) are not judged."""
    used = {(pod.namespace, pod.spec.text("serviceAccountName") or "default") for pod in index.pods}
    names = {name for _, name in used}
    for account in index.of_kind("ServiceAccount"):
        role = account.at("metadata", "annotations", ROLE_ARN)
        if role and account.name not in names and index.stands_beside(account):
            yield Hit(role, f"has a role, and no pod of the set names service account {account.name}")
    for association in index.of_kind("PodIdentityAssociation"):
        name = association.at("spec", "serviceAccount")
        if name.text() and name.text() not in names and index.stands_beside(association):
            yield Hit(name, f"gives {name.text()} a role, and no pod of the set names it")
    namespaces = {manifest.namespace for manifest in index.manifests if manifest.namespace}
    for identity in index.terraform.identities if index.terraform else ():
        known = identity.namespace in namespaces and identity.service_account and "*" not in identity.service_account
        if known and (identity.namespace, identity.service_account) not in used:
            yield from _unused(index, identity)


def _unused(index: Index, identity: Identity) -> Iterator[Hit]:
    """A finding on the first pod of the namespace, which is the one that lacks the name; Terraform is named in the text."""
    pods = [pod for pod in index.pods if pod.namespace == identity.namespace]
    if pods:
        runs = pods[0].spec.text("serviceAccountName") or "default"
        where = f"{identity.file}:{identity.line}"
        place = pods[0].spec.at("serviceAccountName")
        message = f"{where} ({identity.spelling}) gives {identity.service_account} a role, this pod runs as {runs}"
        yield Hit(place if place else pods[0].spec, message, f"serviceAccountName: {identity.service_account}")


@rule(
    "bucket-without-identity",
    traps=("G1",),
    severity="error",
    proves="Every model server that reads a bucket runs as an account that has a role.",
    needs="A model on s3://, and Terraform (--terraform) or the account itself in the set.",
    remedy="a Pod Identity association for the pod's service account",
)
def bucket_without_identity(index: Index) -> Iterator[Hit]:
    """Credentials come from the account's role. Without one the pod falls back to the node's role, which should not reach
    the bucket, and with a hop limit of 1 cannot be asked at all. Static keys in the environment keep the rule silent, and
    so does Terraform whose accounts come from variables."""
    for server in index.derive(model_servers):
        if not (server.model or "").startswith("s3://") or _has_keys(server):
            continue
        account = server.pod.spec.text("serviceAccountName")
        named = index.named("ServiceAccount", account, server.pod.owner) if account else None
        if _has_role(index, server, account, named):
            continue
        place = server.pod.spec.at("serviceAccountName")
        if index.terraform is not None and index.terraform.identities:
            yield Hit(
                place if place else server.pod.spec,
                f"reads {server.model} as {account or 'default'}, which has no role",
            )
        elif account is None:
            yield Hit(
                server.pod.spec, f"reads {server.model} as default, which should have no role", severity="warning"
            )


def _has_keys(server: ModelServer) -> bool:
    environment = server.container.environment
    stated = any(name in environment for name in ("AWS_ACCESS_KEY_ID", "RUNAI_STREAMER_S3_UNSIGNED"))
    return stated or bool(server.container.each("envFrom"))


def _has_role(index: Index, server: ModelServer, account: str | None, named: Manifest | None) -> bool:
    if named is not None and named.at("metadata", "annotations", ROLE_ARN):
        return True
    if any(m.text("spec", "serviceAccount") == account for m in index.of_kind("PodIdentityAssociation")):
        return True
    identities = index.terraform.identities if index.terraform else ()
    spaces = (None, server.pod.namespace) if server.pod.namespace else None
    return any(
        identity.service_account in (None, account, "*") and (spaces is None or identity.namespace in spaces)
        for identity in identities
    )


@rule(
    "binding-subject-elsewhere",
    traps=("N15",),
    severity="error",
    proves="Every binding names the namespace its account is in.",
    needs="The binding and the account.",
    remedy="name the account's own namespace",
)
def binding_subject_elsewhere(index: Index) -> Iterator[Hit]:
    """Kustomize's `namespace:` moves objects, and a name in a string stays behind: the account that the binding names does
    not exist, the pod gets 403, and metrics stop. Judged where the set has an account of that name, in other namespaces
    only."""
    for binding in index.of_kind("RoleBinding", "ClusterRoleBinding"):
        for subject in binding.each("subjects"):
            namespace, name = subject.at("namespace"), subject.text("name")
            if subject.text("kind") != "ServiceAccount" or not namespace.text() or "$" in (namespace.text() or ""):
                continue
            same = [account for account in index.of_kind("ServiceAccount") if account.name == name]
            spaces = sorted({account.namespace for account in same if account.namespace})
            if spaces and len(spaces) == len(same) and namespace.text() not in spaces:
                message = f"binds {name} of namespace {namespace.text()}, the account is in {', '.join(spaces)}"
                yield Hit(namespace, message, f"namespace: {spaces[0]}")


@rule(
    "rbac-wildcard",
    severity="warning",
    proves="No role gives everything.",
    needs="The Role or ClusterRole.",
    remedy="name the verbs and resources that are used",
)
def rbac_wildcard(index: Index) -> Iterator[Hit]:
    """A `*` in verbs or resources also covers what is added later: secrets, impersonation, escalation. Roles that
    Kubernetes aggregates and those for nonResourceURLs alone are not judged."""
    for role in index.of_kind("Role", "ClusterRole"):
        for entry in role.each("rules"):
            for key in ("verbs", "resources"):
                if any(value.text() == "*" for value in entry.each(key)) and entry.each("resources"):
                    yield Hit(entry.at(key), f"allows every one of its {key}")
