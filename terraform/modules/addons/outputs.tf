output "versions" {
  description = "Version of each add-on."
  value       = { for name, addon in aws_eks_addon.this : name => addon.addon_version }
}

output "identities" {
  description = "Service account and AWS-managed policies of each add-on that acts in AWS."
  value       = local.identities
}
