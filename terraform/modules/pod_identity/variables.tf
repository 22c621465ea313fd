variable "cluster_name" {
  description = "Name of the EKS cluster."
  type        = string

  validation {
    condition     = !startswith(var.cluster_name, "headway-unresolved--")
    error_message = "cluster_name is not stated: set cluster.name in environments/<env>.yaml and run make synth (headway doctor lists what else is missing)."
  }
}

variable "pod_identities" {
  description = "What each service account may do in AWS, by any unique key, as written by `headway synth`: the same objects that name the accounts in dist/."
  type = map(object({
    namespace           = string
    service_account     = string
    actions             = optional(list(string), [])
    resources           = optional(list(string), [])
    managed_policy_arns = optional(list(string), [])
  }))

  validation {
    condition     = length(distinct([for identity in values(var.pod_identities) : "${identity.namespace}/${identity.service_account}"])) == length(var.pod_identities)
    error_message = "A service account takes one association: merge the actions and resources of entries that name the same namespace and service_account."
  }

  validation {
    condition     = alltrue([for identity in values(var.pod_identities) : (length(identity.actions) == 0) == (length(identity.resources) == 0)])
    error_message = "actions and resources go together: name the resources that the actions are limited to."
  }

  validation {
    condition     = alltrue(flatten([for identity in values(var.pod_identities) : [for action in identity.actions : can(regex("^[a-z0-9-]+:[A-Za-z0-9]+$", action))]]))
    error_message = "An action is written out, service:Action, without wildcards: replace s3:Get* by the actions that are needed (s3:GetObject)."
  }

  validation {
    condition     = alltrue(flatten([for identity in values(var.pod_identities) : [for resource in identity.resources : startswith(resource, "arn:")]]))
    error_message = "A resource is an ARN: replace * by the ARNs that the pod needs (arn:aws:s3:::BUCKET/PREFIX/*)."
  }

  validation {
    condition     = !strcontains(jsonencode(var.pod_identities), "headway-unresolved--")
    error_message = "Some resource holds a fact that nobody has stated: run headway doctor, fill it in environments/<env>.yaml, run make synth."
  }
}

variable "tags" {
  description = "Tags of everything that is made here."
  type        = map(string)
  default     = {}
}
