data "aws_partition" "current" {}

locals {
  policies = "arn:${data.aws_partition.current.partition}:iam::aws:policy"

  identities = {
    for name, addon in var.addons : name => {
      namespace           = "kube-system"
      service_account     = addon.identity.service_account
      managed_policy_arns = ["${local.policies}/${addon.identity.policy}"]
    } if addon.identity != null
  }
}

module "pod_identity" {
  source = "../pod_identity"

  cluster_name   = var.cluster_name
  pod_identities = local.identities
  tags           = var.tags
}

resource "aws_eks_addon" "this" {
  for_each = var.addons

  cluster_name                = var.cluster_name
  addon_name                  = each.key
  addon_version               = each.value.version
  configuration_values        = each.value.configuration
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"
  tags                        = var.tags

  # A driver that starts before its association would run without credentials until it is restarted.
  depends_on = [module.pod_identity]
}
