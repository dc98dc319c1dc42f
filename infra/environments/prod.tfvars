# Survives the loss of a zone. Set certificate_arn (and domain_name, hosted_zone_id, alarm_emails,
# github_repository) in terraform.tfvars, which is not committed: prod refuses to serve plain HTTP.
environment = "prod"

task_subnets = "private"
nat_gateways = "per_zone"

architecture        = "X86_64"
min_tasks           = 2
max_tasks           = 8
fargate_base        = 2
fargate_weight      = 1
fargate_spot_weight = 1
container_insights  = true

database_class           = "db.t4g.small"
database_max_connections = 180
database_max_storage_gb  = 200
database_multi_az        = true
database_backup_days     = 14
deletion_protection      = true
final_snapshot           = true

access_log_days    = 90
waf                = true
monthly_budget_usd = 250
