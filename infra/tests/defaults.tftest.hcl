# Plan-level: what is there when nothing but the environment is named. One plan for all of it, because each takes seconds.

variables {
  environment = "dev"
}

run "defaults_are_safe" {
  command = plan

  assert {
    condition     = length(aws_nat_gateway.main) == 1 && length(aws_route.nat) == 2
    error_message = "one NAT gateway serves both zones"
  }
  assert {
    condition     = one(aws_ecs_service.main.network_configuration).assign_public_ip == false
    error_message = "tasks have no public address"
  }
  assert {
    condition     = length(aws_vpc_endpoint.interface) == 0 && length(aws_vpc_security_group_egress_rule.tasks_to_https) == 1
    error_message = "without interface endpoints tasks leave by HTTPS"
  }
  assert {
    condition     = aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway"
    error_message = "image layers come by the S3 gateway endpoint"
  }
  assert {
    condition     = aws_flow_log.main.traffic_type == "ALL" && aws_vpc.main.cidr_block == "10.20.0.0/16"
    error_message = "defaults of flow log and range"
  }
  assert {
    condition     = keys(aws_vpc_security_group_ingress_rule.http) == ["0.0.0.0/0"] && length(aws_vpc_security_group_ingress_rule.https) == 0
    error_message = "HTTP from everywhere, no HTTPS without a certificate"
  }
  assert {
    condition     = aws_ecs_task_definition.main.cpu == "256" && aws_ecs_task_definition.main.memory == "512"
    error_message = "a task of 0.25 vCPU and 0.5 GB"
  }
  assert {
    condition     = aws_ecs_service.main.enable_execute_command == false && length(aws_iam_role_policy.execute_command) == 0
    error_message = "ECS Exec is off"
  }
  assert {
    condition     = one(aws_ecs_service.main.deployment_circuit_breaker).rollback && one(aws_ecs_service.main.alarms).rollback
    error_message = "circuit breaker and alarms roll back"
  }
  assert {
    condition     = [for one in aws_ecs_service.main.capacity_provider_strategy : one.capacity_provider] == ["FARGATE"]
    error_message = "regular Fargate"
  }
  assert {
    condition     = length(aws_scheduler_schedule.office) == 0 && length(aws_appautoscaling_scheduled_action.night) == 0
    error_message = "no schedule unless asked for"
  }
  assert {
    condition     = aws_cloudwatch_log_group.service.retention_in_days == 14 && length(aws_cloudwatch_log_group.insights) == 0
    error_message = "logs are kept for 14 days"
  }
  assert {
    condition     = local.environment["JWT_ALGORITHM"] == "HS256" && local.environment["LOG_FORMAT"] == "json" && local.environment["PORT"] == "8000"
    error_message = "environment of the service"
  }
  assert {
    condition     = aws_db_instance.main[0].storage_encrypted && aws_db_instance.main[0].publicly_accessible == false && aws_db_instance.main[0].storage_type == "gp3"
    error_message = "private, encrypted, gp3"
  }
  assert {
    condition     = contains([for one in aws_db_parameter_group.main[0].parameter : "${one.name}=${one.value}"], "rds.force_ssl=1")
    error_message = "TLS is forced"
  }
  assert {
    condition     = aws_db_instance.main[0].deletion_protection && aws_db_instance.main[0].skip_final_snapshot == false && aws_lb.main.enable_deletion_protection && aws_ecr_repository.main.force_delete == false
    error_message = "protected by default"
  }
  assert {
    condition     = aws_db_instance.main[0].backup_retention_period == 7 && aws_db_instance.main[0].multi_az == false && aws_db_instance.main[0].performance_insights_enabled
    error_message = "backups, standby, insights"
  }
  assert {
    condition     = aws_secretsmanager_secret.database_url.recovery_window_in_days == 7
    error_message = "a deleted secret can be recovered"
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.main) == 11 && alltrue([for alarm in aws_cloudwatch_metric_alarm.main : alarm.treat_missing_data == "notBreaching"])
    error_message = "eleven alarms, quiet without data"
  }
  assert {
    condition     = length(aws_wafv2_web_acl.main) == 1 && length(aws_wafv2_web_acl.main[0].rule) == 6
    error_message = "the WAF is on"
  }
  assert {
    condition     = length(aws_iam_role.deploy) == 0 && length(aws_iam_openid_connect_provider.github) == 0 && length(output.github_roles) == 0
    error_message = "no role for GitHub unless a repository is named"
  }
  assert {
    condition     = length(aws_sns_topic_subscription.email) == 0
    error_message = "nobody is mailed unless named"
  }
}
