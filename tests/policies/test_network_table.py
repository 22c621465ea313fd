"""The rule about reachability allows exactly what the table of docs/concepts/reachability.md does."""

import copy
import re
from pathlib import Path

from headway.catalog import load_catalog
from headway.policies import Facts, Index, read_paths
from headway.policies.rules.network import TO_ADMIN, TO_SERVERS, reachable_beyond_table

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `([^`]+)` \| `([^`]+)` \| (\S+) \|", re.MULTILINE)
SERVERS, GATEWAY = "headway-inference/model-server", "headway-gateway/gateway"


def _rows() -> list[tuple[str, str, str]]:
    return ROW.findall((ROOT / "docs" / "concepts" / "reachability.md").read_text(encoding="utf-8"))


def test_components_and_namespaces_are_those_of_the_table() -> None:
    to_servers = {source for source, target, _ in _rows() if target == SERVERS and source != SERVERS}
    to_admin = {source for source, target, port in _rows() if target == GATEWAY and port == "9000"}
    assert {source.rpartition("/")[2] for source in to_servers} == TO_SERVERS
    assert {source.removesuffix("/*") for source in to_admin} == TO_ADMIN


def _found(index: Index) -> set[str]:
    return {hit.message for hit in reachable_beyond_table.judge(index)}


def test_each_wider_peer_in_prod_is_found() -> None:
    harvest = read_paths([str(ROOT / "dist" / "prod")])
    facts = Facts(load_catalog(), environment="prod")
    assert _found(Index(harvest.manifests, facts)) == set()
    policies = [m for m in harvest.manifests if m.kind == "NetworkPolicy" and m.name in ("model-server", "gateway")]
    for policy in policies:
        for place, rule in enumerate(policy.each("spec", "ingress")):
            kept = copy.deepcopy(policy.value)
            policy.value["spec"]["ingress"][place]["from"] = [{"namespaceSelector": {}}]
            found = _found(Index(harvest.manifests, facts))
            policy.value = kept
            admits_admin = any(port.integer("port") == 9000 for port in rule.each("ports"))
            if policy.name == "model-server" or admits_admin:
                assert found, f"{policy.name}: rule {place}"
                assert all("every pod of every namespace" in message for message in found)
            else:
                assert not found
