data "aws_caller_identity" "current" {}

locals {
  full_names = {
    for key, identity in var.pod_identities : key => "${var.cluster_name}-${identity.namespace}-${identity.service_account}"
  }

  # IAM takes 64 characters; a longer name keeps its head and gets a digest of the whole.
  role_names = {
    for key, name in local.full_names : key => length(name) <= 64 ? name : "${substr(name, 0, 55)}-${substr(sha1(name), 0, 8)}"
  }

  with_policy = { for key, identity in var.pod_identities : key => identity if length(identity.actions) > 0 }

  attachments = merge([
    for key, identity in var.pod_identities : {
      for arn in identity.managed_policy_arns : "${key} ${arn}" => { key = key, arn = arn }
    }
  ]...)
}

resource "aws_iam_role" "this" {
  for_each = var.pod_identities

  name = local.role_names[each.key]
  tags = var.tags

  # The tags are those that Pod Identity puts on each session: the role serves this account, cluster and service account only.
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "PodIdentity"
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = {
        StringEquals = {
          "aws:SourceAccount"                         = data.aws_caller_identity.current.account_id
          "aws:RequestTag/eks-cluster-name"           = var.cluster_name
          "aws:RequestTag/kubernetes-namespace"       = each.value.namespace
          "aws:RequestTag/kubernetes-service-account" = each.value.service_account
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = local.with_policy

  name = "headway"
  role = aws_iam_role.this[each.key].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Headway"
      Effect   = "Allow"
      Action   = sort(each.value.actions)
      Resource = sort(each.value.resources)
    }]
  })
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = local.attachments

  role       = aws_iam_role.this[each.value.key].name
  policy_arn = each.value.arn
}

resource "aws_eks_pod_identity_association" "this" {
  for_each = var.pod_identities

  cluster_name    = var.cluster_name
  namespace       = each.value.namespace
  service_account = each.value.service_account
  role_arn        = aws_iam_role.this[each.key].arn
  tags            = var.tags
}
