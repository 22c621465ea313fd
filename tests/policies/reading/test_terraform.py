"""Terraform gives facts in every spelling, and its heredocs give manifests with the lines of the file."""

from pathlib import Path

from headway.policies.terraform import read_terraform

SOURCE = """\
resource "aws_eks_pod_identity_association" "model" {
  namespace       = "inference"
  service_account = "model"
}
module "irsa" {
  oidc_providers = {
    main = { namespace_service_accounts = ["${var.namespace}:gateway", "keda:keda-operator"] }
  }
}
data "aws_iam_policy_document" "trust" {
  statement {
    condition {
      variable = "${local.oidc}:sub"
      values   = ["system:serviceaccount:logs:shipper"]
    }
  }
}
resource "helm_release" "keda" {
  chart = "keda"
}
resource "kubernetes_config_map_v1" "settings" {
  metadata {
    name = "settings"
  }
  lifecycle { ignore_changes = [data, spec[0].replicas] }
}
resource "kubectl_manifest" "pool" {
  yaml_body = <<-YAML
    apiVersion: karpenter.sh/v1
    kind: NodePool
    metadata:
      name: ${var.name}
    spec:
      limits: {}
  YAML
}
"""


def test_every_spelling_is_read(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(SOURCE)
    facts = read_terraform(str(tmp_path))
    assert {(i.namespace, i.service_account, i.line, i.spelling) for i in facts.identities} == {
        ("inference", "model", 3, "Pod Identity"),
        (None, "gateway", 7, "IRSA module"),
        ("keda", "keda-operator", 7, "IRSA module"),
        ("logs", "shipper", 14, "trust document"),
    }
    assert facts.helm_releases == {"keda"}
    assert facts.objects == {("ConfigMap", "settings")}
    assert facts.ignores_replicas


def test_a_heredoc_is_a_manifest_with_the_lines_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(SOURCE)
    [pool] = read_terraform(str(tmp_path)).manifests
    assert (pool.kind, pool.name, pool.at("spec", "limits").line) == ("NodePool", "${var.name}", 34)


def test_a_file_that_does_not_parse_gives_what_its_text_shows(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "x" {{{ "system:serviceaccount:a:b"')
    [identity] = read_terraform(str(tmp_path)).identities
    assert (identity.namespace, identity.service_account) == ("a", "b")
