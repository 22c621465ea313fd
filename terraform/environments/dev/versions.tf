terraform {
  required_version = ">= 1.9"

  # Filled by `terraform init -backend-config=backend.hcl`; the bucket is yours.
  backend "s3" {}

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}
