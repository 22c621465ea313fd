mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/mock" }
  }
}

variables {
  cluster_name = "trains"
  pod_identities = {
    inference-mistral = {
      namespace       = "inference"
      service_account = "mistral"
      actions         = ["s3:ListBucket", "s3:GetObject"]
      resources       = ["arn:aws:s3:::models", "arn:aws:s3:::models/mistral/*"]
    }
  }
}

run "pods_and_nobody_else_assume_the_role" {
  assert {
    condition     = jsondecode(aws_iam_role.this["inference-mistral"].assume_role_policy).Statement[0].Principal == { Service = "pods.eks.amazonaws.com" }
    error_message = "wrong principal"
  }
  assert {
    condition     = jsondecode(aws_iam_role.this["inference-mistral"].assume_role_policy).Statement[0].Action == ["sts:AssumeRole", "sts:TagSession"]
    error_message = "Pod Identity needs both actions"
  }
  assert {
    condition = jsondecode(aws_iam_role.this["inference-mistral"].assume_role_policy).Statement[0].Condition.StringEquals == {
      "aws:SourceAccount"                         = "111122223333"
      "aws:RequestTag/eks-cluster-name"           = "trains"
      "aws:RequestTag/kubernetes-namespace"       = "inference"
      "aws:RequestTag/kubernetes-service-account" = "mistral"
    }
    error_message = "the role is open to other accounts, clusters or service accounts"
  }
}

run "the_policy_is_what_was_asked_for" {
  assert {
    condition     = jsondecode(aws_iam_role_policy.this["inference-mistral"].policy).Statement[0].Action == ["s3:GetObject", "s3:ListBucket"]
    error_message = "wrong actions"
  }
  assert {
    condition     = aws_eks_pod_identity_association.this["inference-mistral"].service_account == "mistral"
    error_message = "associated with another service account"
  }
}

run "a_long_name_fits_iam" {
  variables {
    cluster_name = "a-cluster-with-a-rather-long-name-in-a-company-that-likes-names"
  }
  assert {
    condition     = alltrue([for name in values(output.role_names) : length(name) <= 64])
    error_message = "IAM takes 64 characters"
  }
}

run "a_wildcard_action_is_refused" {
  command = plan
  variables {
    pod_identities = {
      a = { namespace = "n", service_account = "s", actions = ["s3:*"], resources = ["arn:aws:s3:::models"] }
    }
  }
  expect_failures = [var.pod_identities]
}

run "a_wildcard_resource_is_refused" {
  command = plan
  variables {
    pod_identities = {
      a = { namespace = "n", service_account = "s", actions = ["s3:GetObject"], resources = ["*"] }
    }
  }
  expect_failures = [var.pod_identities]
}

run "one_account_twice_is_refused" {
  command = plan
  variables {
    pod_identities = {
      a = { namespace = "n", service_account = "s", actions = ["s3:GetObject"], resources = ["arn:aws:s3:::a/*"] }
      b = { namespace = "n", service_account = "s", actions = ["s3:GetObject"], resources = ["arn:aws:s3:::b/*"] }
    }
  }
  expect_failures = [var.pod_identities]
}

run "an_unstated_fact_is_refused" {
  command = plan
  variables {
    pod_identities = {
      a = { namespace = "n", service_account = "s", actions = ["s3:GetObject"], resources = ["arn:aws:s3:::headway-unresolved--cluster-models-bucket/*"] }
    }
  }
  expect_failures = [var.pod_identities]
}
