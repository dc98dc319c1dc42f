output "url" {
  description = "Where the API answers."
  value       = "${local.https ? "https" : "http"}://${coalesce(var.domain_name, aws_lb.main.dns_name)}"
}

output "name" {
  description = "Name of cluster, service, task family, repository and database."
  value       = local.name
}

output "repository_url" {
  description = "Where `make push` sends images."
  value       = aws_ecr_repository.main.repository_url
}

output "database_host" {
  description = "Host name of the database; only tasks reach it."
  value       = local.database_host
}

output "alarm_topic_arn" {
  description = "SNS topic of the alarms, for further subscriptions."
  value       = aws_sns_topic.alarms.arn
}

output "github_roles" {
  description = "Roles for the workflows: set as AWS_ROLE_ARN of the GitHub environments."
  value       = local.cicd ? { (var.environment) = aws_iam_role.deploy[0].arn, "${var.environment}-plan" = aws_iam_role.plan[0].arn } : {}
}
