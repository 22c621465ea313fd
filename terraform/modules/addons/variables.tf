variable "cluster_name" {
  description = "Name of the EKS cluster."
  type        = string

  validation {
    condition     = !startswith(var.cluster_name, "headway-unresolved--")
    error_message = "cluster_name is not stated: set cluster.name in environments/<env>.yaml and run make synth (headway doctor lists what else is missing)."
  }
}

variable "addons" {
  description = "EKS add-ons by name, as written by `headway synth`: exact version, configuration as JSON text, and the identity it acts under."
  type = map(object({
    version       = string
    configuration = optional(string)
    identity = optional(object({
      service_account = string
      policy          = string
    }))
  }))

  validation {
    condition     = alltrue([for addon in values(var.addons) : can(regex("^v[0-9]+\\.[0-9]+\\.[0-9]+-eksbuild\\.[0-9]+$", addon.version))])
    error_message = "Each add-on needs an exact build such as v1.35.3-eksbuild.17; find one with: aws eks describe-addon-versions --addon-name NAME --kubernetes-version MINOR."
  }

  validation {
    condition     = alltrue([for addon in values(var.addons) : addon.configuration == null || can(jsondecode(addon.configuration))])
    error_message = "configuration is JSON text; run make synth, which writes it from the typed values in charts-src/headway/charts/controllers."
  }
}

variable "tags" {
  description = "Tags of everything that is made here."
  type        = map(string)
  default     = {}
}
