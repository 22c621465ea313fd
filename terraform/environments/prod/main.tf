provider "aws" {
  region = var.region

  default_tags {
    tags = {
      headway     = var.cluster_name
      managed-by  = "terraform"
      environment = basename(abspath(path.root))
    }
  }
}

module "addons" {
  source = "../../modules/addons"

  cluster_name = var.cluster_name
  addons       = var.addons
}

module "pod_identity" {
  source = "../../modules/pod_identity"

  cluster_name   = var.cluster_name
  pod_identities = var.pod_identities

  # The agent is one of the add-ons; without it an association is a promise that nobody keeps.
  depends_on = [module.addons]
}

module "responses_bucket" {
  source = "../../modules/responses_bucket"

  name           = var.responses_bucket.name
  folders        = var.responses_bucket.folders
  retention_days = var.responses_bucket.retention_days
}
