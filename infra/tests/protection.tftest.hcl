variables {
  environment = "dev"
}

run "watch_protect_pay_by_variables" {
  command = plan

  variables {
    alarm_emails         = ["a@example.com", "b@example.com"]
    latency_p99_seconds  = 0.25
    waf_rate_limit       = 500
    waf_auth_rate_limit  = 20
    monthly_budget_usd   = 123
    github_repository    = "example/finance"
    github_oidc_provider = false
    state_bucket         = "states"
  }

  assert {
    condition     = length(aws_sns_topic_subscription.email) == 2 && alltrue([for note in aws_budgets_budget.monthly.notification : length(note.subscriber_email_addresses) == 2])
    error_message = "alarms and budget mail both"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.main["latency_p99"].threshold == 0.25
    error_message = "latency_p99_seconds"
  }
  assert {
    condition     = { for rule in aws_wafv2_web_acl.main[0].rule : rule.name => one(one(rule.statement).rate_based_statement).limit if length(one(rule.statement).rate_based_statement) > 0 } == { rate = 500, rate-auth = 20 }
    error_message = "waf_rate_limit, waf_auth_rate_limit"
  }
  assert {
    condition     = aws_budgets_budget.monthly.limit_amount == "123.0"
    error_message = "monthly_budget_usd"
  }
  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0 && jsondecode(aws_iam_role.deploy[0].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == "repo:example/finance:environment:dev"
    error_message = "the role is bound to repository and environment, the provider may be another's"
  }
  assert {
    condition     = strcontains(aws_iam_role_policy.plan[0].policy, "states/finance-tracker-dev.tfstate.tflock")
    error_message = "the plan role may lock the state in state_bucket"
  }
}

run "without_waf" {
  command = plan

  variables {
    waf               = false
    github_repository = "example/finance"
    region            = "us-east-1"
  }

  assert {
    condition     = length(aws_wafv2_web_acl.main) == 0 && length(aws_wafv2_web_acl_association.main) == 0 && length(aws_cloudwatch_log_group.waf) == 0
    error_message = "waf = false leaves nothing of it"
  }
  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 1
    error_message = "the OIDC provider is made unless it exists"
  }
  assert {
    condition     = aws_vpc_endpoint.s3.service_name == "com.amazonaws.us-east-1.s3"
    error_message = "region"
  }
}

# ---- What the variables refuse ----

run "refuses_values_without_meaning" {
  command = plan

  variables {
    project             = "A name"
    vpc_cidr            = "10.0.0.0/24"
    zone_count          = 1
    task_subnets        = "moon"
    nat_gateways        = "two"
    flow_log_traffic    = "SOME"
    task_cpu            = 100
    architecture        = "MIPS"
    min_tasks           = 5
    max_tasks           = 4
    fargate_weight      = 0
    fargate_spot_weight = 0
    jwt_algorithm       = "none"
    extra_environment   = { DATABASE_URL = "postgres://finance:secret@host/finance" }
    office_hours        = { start = 20, stop = 7 }
    database_engine     = "mysql"
    github_repository   = "example/*"
  }

  expect_failures = [
    var.project, var.vpc_cidr, var.zone_count, var.task_subnets, var.nat_gateways, var.flow_log_traffic, var.task_cpu, var.architecture,
    var.max_tasks, var.fargate_spot_weight, var.jwt_algorithm, var.extra_environment, var.office_hours, var.database_engine, var.github_repository,
  ]
}

run "refuses_tasks_without_a_way_to_their_image" {
  command = plan

  variables {
    nat_gateways = "none"
  }

  expect_failures = [var.interface_endpoints]
}

run "refuses_prod_without_https" {
  command = plan

  variables {
    environment    = "prod"
    hosted_zone_id = "Z0000000EXAMPLE"
  }

  expect_failures = [var.certificate_arn, var.hosted_zone_id]
}

run "refuses_an_environment_that_is_no_name" {
  command = plan

  variables {
    environment = "Production!"
  }

  expect_failures = [var.environment]
}
