output "role_names" {
  description = "Name of the role of each identity."
  value       = local.role_names
}
