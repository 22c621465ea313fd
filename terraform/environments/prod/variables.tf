# Values come from headway.auto.tfvars.json, which `make synth` writes; nothing is typed by hand here.

variable "cluster_name" {
  description = "Name of the EKS cluster."
  type        = string
}

variable "region" {
  description = "AWS region of the cluster."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is not an AWS region such as us-east-1; set cluster.region in environments/<env>.yaml and run make synth."
  }
}

variable "addons" {
  description = "EKS add-ons by name; see modules/addons."
  type = map(object({
    version       = string
    configuration = optional(string)
    identity = optional(object({
      service_account = string
      policy          = string
    }))
  }))
}

variable "pod_identities" {
  description = "What each service account may do in AWS; see modules/pod_identity."
  type = map(object({
    namespace           = string
    service_account     = string
    actions             = optional(list(string), [])
    resources           = optional(list(string), [])
    managed_policy_arns = optional(list(string), [])
  }))
}

variable "responses_bucket" {
  description = "Where the gateway keeps answers; see modules/responses_bucket."
  type = object({
    name           = string
    folders        = list(string)
    retention_days = number
  })
}
