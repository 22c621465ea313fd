"""The rendered NetworkPolicies, evaluated as a matrix: what may be reached is the documented table and nothing else."""

from conftest import Manifest, RenderedSet

NAMESPACES = ("headway-frontend", "headway-gateway", "headway-inference", "headway-metrics")


def side(peer: Manifest) -> str:
    if "ipBlock" in peer:
        return str(peer["ipBlock"]["cidr"]).replace("headway-unresolved--cluster-", "")
    namespace = peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
    labels = peer.get("podSelector", {}).get("matchLabels", {})
    return f"{namespace}/{labels.get('app.kubernetes.io/component') or labels.get('k8s-app') or '*'}"


def cells(rendered: RenderedSet) -> set[tuple[str, str, tuple[int, ...]]]:
    found = set()
    for policy in rendered.of_kind("NetworkPolicy"):
        labels = policy["spec"]["podSelector"].get("matchLabels", {})
        own = f"{policy['metadata']['namespace']}/{labels.get('app.kubernetes.io/component', '*')}"
        for rule in policy["spec"].get("ingress", []):
            found |= {(side(peer), own, ports(rule)) for peer in rule["from"]}
        for rule in policy["spec"].get("egress", []):
            found |= {(own, side(peer), ports(rule)) for peer in rule["to"]}
    return found


def ports(rule: Manifest) -> tuple[int, ...]:
    return tuple(sorted({port["port"] for port in rule.get("ports", [])}))


def documented(repository) -> set[tuple[str, str, tuple[int, ...]]]:
    page = (repository / "docs" / "concepts" / "reachability.md").read_text()
    rows = [line.split("|")[1:-1] for line in page.splitlines() if line.startswith("| `")]
    strip = [[cell.strip().strip("`") for cell in row] for row in rows]
    return {(row[0], row[1], tuple(int(port) for port in row[2].split() if port.isdigit())) for row in strip}


def test_what_may_be_reached_is_exactly_the_documented_table(prod: RenderedSet, repository) -> None:
    assert cells(prod) == documented(repository)


def test_every_namespace_denies_everything_first(environment: RenderedSet) -> None:
    for namespace in NAMESPACES:
        policy = environment.one("NetworkPolicy", f"{namespace}-default-deny")
        assert policy["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_nobody_reaches_the_instance_metadata_service(environment: RenderedSet) -> None:
    assert not [cell for cell in cells(environment) if "169.254.169.254" in cell[1]]


def test_model_servers_of_one_machine_do_not_reach_each_other(dev: RenderedSet) -> None:
    assert not [cell for cell in cells(dev) if cell[0] == cell[1]]
