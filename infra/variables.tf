# ---- Identity ------------------------------------------------------------------------------------

variable "project" {
  description = "First part of every resource's name, and the Project tag."
  type        = string
  default     = "finance-tracker"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.project))
    error_message = "project is 3 to 20 lower-case letters, digits and hyphens: load balancer names end at 32 characters."
  }
}

variable "environment" {
  description = "Second part of every resource's name, and the Environment tag."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,7}$", var.environment))
    error_message = "environment is 2 to 8 lower-case letters and digits."
  }
}

variable "region" {
  description = "AWS region of everything."
  type        = string
  default     = "us-east-1"
}

variable "tags" {
  description = "Further tags for every resource."
  type        = map(string)
  default     = {}
}

# ---- Network -------------------------------------------------------------------------------------

variable "vpc_cidr" {
  description = "Address range of the VPC; subnets of 8 more bits are cut from it."
  type        = string
  default     = "10.20.0.0/16"

  validation {
    condition     = can(cidrsubnet(var.vpc_cidr, 8, 35)) && tonumber(split("/", var.vpc_cidr)[1]) <= 20
    error_message = "vpc_cidr is an IPv4 range of /20 or larger."
  }
}

variable "zone_count" {
  description = "Availability zones in use; load balancer and database need two."
  type        = number
  default     = 2

  validation {
    condition     = var.zone_count >= 2 && var.zone_count <= 4
    error_message = "zone_count is 2, 3 or 4."
  }
}

variable "task_subnets" {
  description = "Where tasks run: private, or public (cheapest: a public address per task instead of a NAT gateway, locked by its security group)."
  type        = string
  default     = "private"

  validation {
    condition     = contains(["private", "public"], var.task_subnets)
    error_message = "task_subnets is private or public."
  }
}

variable "nat_gateways" {
  description = "NAT gateways for the private subnets: none, one, or per_zone."
  type        = string
  default     = "one"

  validation {
    condition     = contains(["none", "one", "per_zone"], var.nat_gateways)
    error_message = "nat_gateways is none, one or per_zone."
  }
}

variable "interface_endpoints" {
  description = "Private endpoints for ECR, logs and Secrets Manager; with them tasks need no way to the internet."
  type        = bool
  default     = false

  validation {
    condition     = var.interface_endpoints || var.task_subnets == "public" || var.nat_gateways != "none"
    error_message = "Tasks in private subnets without a NAT gateway need interface_endpoints = true, or they can pull neither image nor secrets."
  }
}

variable "allowed_cidrs" {
  description = "Address ranges that may reach the load balancer."
  type        = list(string)
  default     = ["0.0.0.0/0"]
}

variable "flow_log_traffic" {
  description = "What the VPC flow log records: ALL, or REJECT (cheaper)."
  type        = string
  default     = "ALL"

  validation {
    condition     = contains(["ALL", "REJECT"], var.flow_log_traffic)
    error_message = "flow_log_traffic is ALL or REJECT."
  }
}

# ---- Load balancer -------------------------------------------------------------------------------

variable "certificate_arn" {
  description = "ACM certificate for HTTPS; null serves plain HTTP, which only a development environment should."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn != null || var.environment != "prod"
    error_message = "environment prod needs a certificate_arn."
  }
}

variable "domain_name" {
  description = "Host name of the API; with hosted_zone_id an alias record is made for it."
  type        = string
  default     = null
}

variable "hosted_zone_id" {
  description = "Route 53 zone that holds domain_name; null leaves DNS to you."
  type        = string
  default     = null

  validation {
    condition     = var.hosted_zone_id == null || var.domain_name != null
    error_message = "hosted_zone_id needs a domain_name."
  }
}

variable "access_log_days" {
  description = "Days that the load balancer's access logs are kept; 0 turns them off."
  type        = number
  default     = 30
}

# ---- Service -------------------------------------------------------------------------------------

variable "image_tag" {
  description = "Image tag that Terraform writes into the task definition it registers; `make deploy` sets the running one."
  type        = string
  default     = "none"
}

variable "task_cpu" {
  description = "CPU units of a task (256 = 0.25 vCPU)."
  type        = number
  default     = 256

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096], var.task_cpu)
    error_message = "task_cpu is 256, 512, 1024, 2048 or 4096."
  }
}

variable "task_memory" {
  description = "Memory of a task in MiB."
  type        = number
  default     = 512
}

variable "architecture" {
  description = "ARM64 (about 20 % cheaper) or X86_64; the image must be built for it."
  type        = string
  default     = "X86_64"

  validation {
    condition     = contains(["ARM64", "X86_64"], var.architecture)
    error_message = "architecture is ARM64 or X86_64."
  }
}

variable "min_tasks" {
  description = "Fewest tasks; also how many the first deployment starts."
  type        = number
  default     = 1
}

variable "max_tasks" {
  description = "Most tasks."
  type        = number
  default     = 4

  validation {
    condition     = var.max_tasks >= var.min_tasks
    error_message = "max_tasks is at least min_tasks."
  }
}

variable "fargate_base" {
  description = "Tasks that always run on regular Fargate before the weights apply."
  type        = number
  default     = 0
}

variable "fargate_weight" {
  description = "Share of tasks on regular Fargate."
  type        = number
  default     = 1
}

variable "fargate_spot_weight" {
  description = "Share of tasks on Fargate Spot (up to 70 % cheaper, two minutes' notice)."
  type        = number
  default     = 0

  validation {
    condition     = var.fargate_spot_weight + var.fargate_weight > 0
    error_message = "One of fargate_weight and fargate_spot_weight is above 0."
  }
}

variable "execute_command" {
  description = "ECS Exec: a shell in a running task, for an investigation; off otherwise."
  type        = bool
  default     = false
}

variable "container_insights" {
  description = "ECS Container Insights: more metrics, at a price per metric."
  type        = bool
  default     = false
}

variable "log_level" {
  description = "LOG_LEVEL of the service."
  type        = string
  default     = "info"
}

variable "log_retention_days" {
  description = "Days that CloudWatch keeps log lines."
  type        = number
  default     = 14
}

variable "jwt_algorithm" {
  description = "JWT_ALGORITHM of the service; Terraform makes a random key, which fits the HMAC family."
  type        = string
  default     = "HS256"

  validation {
    condition     = contains(["HS256", "HS384", "HS512"], var.jwt_algorithm)
    error_message = "jwt_algorithm is HS256, HS384 or HS512."
  }
}

variable "access_token_expire_minutes" {
  description = "ACCESS_TOKEN_EXPIRE_MINUTES of the service."
  type        = number
  default     = 30
}

variable "bcrypt_cost" {
  description = "BCRYPT_COST of the service."
  type        = number
  default     = 12
}

variable "database_pool_size" {
  description = "DATABASE_POOL_SIZE of one task; times max_tasks it must fit the database's max_connections."
  type        = number
  default     = 8
}

variable "extra_environment" {
  description = "Further environment variables of the service; secrets do not belong here."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.extra_environment) : !can(regex("(?i)secret|password|token$|_key$|database_url", name))])
    error_message = "extra_environment is readable by everyone who may describe tasks: keep secrets in Secrets Manager."
  }
}

# ---- Scaling -------------------------------------------------------------------------------------

variable "cpu_target" {
  description = "Average CPU percentage that autoscaling aims at."
  type        = number
  default     = 60
}

variable "memory_target" {
  description = "Average memory percentage that autoscaling aims at."
  type        = number
  default     = 75
}

variable "requests_target" {
  description = "Requests per task and minute that autoscaling aims at (500 a second is 30000)."
  type        = number
  default     = 18000
}

variable "night_floor" {
  description = "Scale-in protection at night: from hour `from` to hour `to` no fewer than `tasks` tasks, however quiet it is; null for none."
  type = object({
    tasks     = number
    from      = number
    to        = number
    time_zone = optional(string, "UTC")
  })
  default = null
}

variable "office_hours" {
  description = "Run only Monday to Friday from hour `start` to hour `stop`; tasks and database sleep otherwise. null runs always."
  type = object({
    start     = number
    stop      = number
    time_zone = optional(string, "UTC")
  })
  default = null

  validation {
    condition     = var.office_hours == null ? true : var.office_hours.start >= 1 && var.office_hours.stop <= 23 && var.office_hours.start < var.office_hours.stop
    error_message = "office_hours: 1 <= start < stop <= 23; the database is started in the hour before."
  }
}

# ---- Database ------------------------------------------------------------------------------------

variable "database_engine" {
  description = "postgres (one RDS instance) or aurora (Aurora Serverless v2, for those who outgrow one instance)."
  type        = string
  default     = "postgres"

  validation {
    condition     = contains(["postgres", "aurora"], var.database_engine)
    error_message = "database_engine is postgres or aurora."
  }
}

variable "database_version" {
  description = "Major version of PostgreSQL; minor versions follow by themselves."
  type        = string
  default     = "17"
}

variable "database_class" {
  description = "Instance class of the RDS instance."
  type        = string
  default     = "db.t4g.micro"
}

variable "database_max_connections" {
  description = "What the class gives as max_connections (db.t4g.micro about 80); the connections alarm fires at 80 % of it."
  type        = number
  default     = 80
}

variable "database_storage_gb" {
  description = "gp3 storage at the start, in GB."
  type        = number
  default     = 20
}

variable "database_max_storage_gb" {
  description = "Storage grows by itself up to this many GB."
  type        = number
  default     = 100
}

variable "database_multi_az" {
  description = "A standby in another zone; on Aurora, a second instance."
  type        = bool
  default     = false
}

variable "database_backup_days" {
  description = "Days of automated backups and point-in-time recovery; 0 turns them off (RDS only; Aurora keeps at least 1)."
  type        = number
  default     = 7
}

variable "database_performance_insights" {
  description = "Performance Insights with the free 7 days."
  type        = bool
  default     = true
}

variable "aurora_min_acu" {
  description = "Aurora capacity at rest, in ACU."
  type        = number
  default     = 0.5
}

variable "aurora_max_acu" {
  description = "Aurora capacity at most, in ACU."
  type        = number
  default     = 4
}

variable "deletion_protection" {
  description = "Database and load balancer refuse to be deleted."
  type        = bool
  default     = true
}

variable "final_snapshot" {
  description = "Take a last snapshot when the database is destroyed; it costs storage until somebody deletes it."
  type        = bool
  default     = true
}

variable "database_password_version" {
  description = "Raise by one and apply to rotate the database password; deploy afterwards."
  type        = number
  default     = 1
}

variable "jwt_key_version" {
  description = "Raise by one and apply to rotate the JWT key; deploy afterwards (access tokens end)."
  type        = number
  default     = 1
}

# ---- Watch, protect, pay -------------------------------------------------------------------------

variable "alarm_emails" {
  description = "Addresses that alarms and budget alerts are sent to."
  type        = list(string)
  default     = []
}

variable "latency_p99_seconds" {
  description = "The latency alarm fires above this p99."
  type        = number
  default     = 1
}

variable "waf" {
  description = "WAFv2 before the load balancer."
  type        = bool
  default     = true
}

variable "waf_rate_limit" {
  description = "Requests of one address in five minutes before it is blocked."
  type        = number
  default     = 3000
}

variable "waf_auth_rate_limit" {
  description = "The same for paths under /auth/."
  type        = number
  default     = 100
}

variable "monthly_budget_usd" {
  description = "AWS Budgets alerts at 80 % forecast and 100 % spent of this."
  type        = number
  default     = 50
}

variable "github_repository" {
  description = "owner/name of the one repository whose workflows may deploy; null makes no role."
  type        = string
  default     = null

  validation {
    condition     = var.github_repository == null ? true : can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github_repository))
    error_message = "github_repository is owner/name, without a wildcard."
  }
}

variable "github_oidc_provider" {
  description = "Make GitHub's OIDC provider; false where another environment of the same account has made it."
  type        = bool
  default     = true
}

variable "state_bucket" {
  description = "Bucket of the Terraform state, which the workflows' plan role may read; null without an S3 backend."
  type        = string
  default     = null
}
