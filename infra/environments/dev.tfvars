# Cheapest that is safe: tasks in public subnets behind their security group, Spot, the smallest database
# without standby or backups, no WAF, asleep outside of office hours. `make cost ENV=dev` says what it costs.
environment = "dev"

task_subnets     = "public"
nat_gateways     = "none"
flow_log_traffic = "REJECT"

architecture        = "X86_64"
min_tasks           = 1
max_tasks           = 2
fargate_weight      = 0
fargate_spot_weight = 1
office_hours        = { start = 7, stop = 20 }

database_class          = "db.t4g.micro"
database_max_storage_gb = 30
database_backup_days    = 0
deletion_protection     = false
final_snapshot          = false

access_log_days    = 7
waf                = false
monthly_budget_usd = 40
