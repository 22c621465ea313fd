mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  name           = "acme-responses"
  folders        = ["surveys", "questions"]
  retention_days = 30
}

run "everything_written_is_deleted_in_time" {
  command = plan
  assert {
    condition     = { for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.filter[0].prefix => rule.expiration[0].days } == { "questions/" = 30, "surveys/" = 30 }
    error_message = "some folder is kept for ever, or for another time"
  }
}

run "nothing_is_overwritten" {
  command = plan
  assert {
    condition = [for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement if statement.Sid == "WriteOnce"][0] == {
      Sid       = "WriteOnce"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = ["arn:aws:s3:::acme-responses/questions/*", "arn:aws:s3:::acme-responses/surveys/*"]
      Condition = { Null = { "s3:if-none-match" = "true" } }
    }
    error_message = "an unconditional write is possible"
  }
}

run "nobody_else_reads_it" {
  command = plan
  assert {
    condition     = aws_s3_bucket_public_access_block.this.block_public_policy && aws_s3_bucket_public_access_block.this.restrict_public_buckets
    error_message = "the bucket may become public"
  }
  assert {
    condition     = [for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement if statement.Sid == "TlsOnly"][0].Condition == { Bool = { "aws:SecureTransport" = "false" } }
    error_message = "plain HTTP is possible"
  }
}

run "an_unstated_fact_is_refused" {
  command = plan
  variables {
    name = "headway-unresolved--cluster-responses-bucket"
  }
  expect_failures = [var.name]
}

run "half_a_day_is_refused" {
  command = plan
  variables {
    retention_days = 0.5
  }
  expect_failures = [var.retention_days]
}

run "a_bucket_without_folders_is_refused" {
  command = plan
  variables {
    folders = []
  }
  expect_failures = [var.folders]
}
