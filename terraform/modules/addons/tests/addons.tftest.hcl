mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/mock" }
  }
}

variables {
  cluster_name = "trains"
  addons = {
    kube-proxy = { version = "v1.35.3-eksbuild.17" }
    vpc-cni = {
      version       = "v1.22.3-eksbuild.1"
      configuration = "{\"enableNetworkPolicy\": \"true\"}"
      identity      = { service_account = "aws-node", policy = "AmazonEKS_CNI_Policy" }
    }
  }
}

run "every_addon_is_pinned" {
  assert {
    condition     = aws_eks_addon.this["kube-proxy"].addon_version == "v1.35.3-eksbuild.17"
    error_message = "kube-proxy is not at the version that was asked for"
  }
  assert {
    condition     = jsondecode(aws_eks_addon.this["vpc-cni"].configuration_values).enableNetworkPolicy == "true"
    error_message = "the network policy agent is off"
  }
}

run "only_an_addon_with_an_identity_gets_a_role" {
  assert {
    condition     = join(" ", keys(output.identities)) == "vpc-cni"
    error_message = "identities: ${join(" ", keys(output.identities))}"
  }
  assert {
    condition     = output.identities["vpc-cni"].managed_policy_arns[0] == "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"
    error_message = "wrong policy"
  }
  assert {
    condition     = output.identities["vpc-cni"].service_account == "aws-node"
    error_message = "wrong service account"
  }
}

run "a_floating_version_is_refused" {
  command = plan
  variables {
    addons = { kube-proxy = { version = "latest" } }
  }
  expect_failures = [var.addons]
}

run "a_configuration_that_is_not_json_is_refused" {
  command = plan
  variables {
    addons = { kube-proxy = { version = "v1.35.3-eksbuild.17", configuration = "mode: ipvs" } }
  }
  expect_failures = [var.addons]
}

run "an_unstated_cluster_name_is_refused" {
  command = plan
  variables {
    cluster_name = "headway-unresolved--cluster-name"
  }
  expect_failures = [var.cluster_name]
}
