variable "name" {
  description = "Name of the bucket that the gateway writes to."
  type        = string

  validation {
    condition     = !startswith(var.name, "headway-unresolved--")
    error_message = "The bucket is not stated: set cluster.responses_bucket in environments/<env>.yaml and run make synth (headway doctor lists what else is missing)."
  }
}

variable "folders" {
  description = "Folders that the gateway writes, without slashes; nothing in them is ever overwritten."
  type        = list(string)

  validation {
    condition     = length(var.folders) > 0 && alltrue([for folder in var.folders : can(regex("^[a-z]+$", folder))])
    error_message = "A folder is one lower-case word, such as surveys; at least one is needed."
  }
}

variable "retention_days" {
  description = "Days after which an object is deleted, as `gateway.survey_retention_days` says."
  type        = number

  validation {
    condition     = var.retention_days >= 1 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days is a whole number of days, 1 at least."
  }
}

variable "tags" {
  description = "Tags of everything that is made here."
  type        = map(string)
  default     = {}
}
