variables {
  environment = "dev"
}

run "size_capacity_configuration_schedules" {
  command = plan

  variables {
    task_cpu                    = 512
    task_memory                 = 1024
    architecture                = "ARM64"
    min_tasks                   = 3
    max_tasks                   = 9
    fargate_base                = 1
    fargate_weight              = 1
    fargate_spot_weight         = 3
    container_insights          = true
    execute_command             = true
    log_retention_days          = 30
    cpu_target                  = 50
    memory_target               = 70
    requests_target             = 1200
    image_tag                   = "1.2.3"
    log_level                   = "debug"
    jwt_algorithm               = "HS512"
    access_token_expire_minutes = 5
    bcrypt_cost                 = 13
    database_pool_size          = 4
    extra_environment           = { CORS_ORIGINS = "https://example.com" }
    office_hours                = { start = 8, stop = 18, time_zone = "Europe/Berlin" }
    night_floor                 = { tasks = 4, from = 22, to = 6 }
  }

  assert {
    condition     = aws_ecs_task_definition.main.cpu == "512" && aws_ecs_task_definition.main.memory == "1024" && one(aws_ecs_task_definition.main.runtime_platform).cpu_architecture == "ARM64"
    error_message = "task_cpu, task_memory, architecture"
  }
  assert {
    condition     = { for one in aws_ecs_service.main.capacity_provider_strategy : one.capacity_provider => "${one.base}/${one.weight}" } == { FARGATE = "1/1", FARGATE_SPOT = "0/3" }
    error_message = "fargate_base and the weights"
  }
  assert {
    condition     = aws_appautoscaling_target.main.min_capacity == 3 && aws_appautoscaling_target.main.max_capacity == 9
    error_message = "min_tasks, max_tasks"
  }
  assert {
    condition     = { for key, policy in aws_appautoscaling_policy.main : key => one(policy.target_tracking_scaling_policy_configuration).target_value } == { cpu = 50, memory = 70, requests = 1200 }
    error_message = "scaling targets"
  }
  assert {
    condition     = aws_ecs_service.main.enable_execute_command && length(aws_iam_role_policy.execute_command) == 1
    error_message = "execute_command brings its permission along"
  }
  assert {
    condition     = one(aws_ecs_cluster.main.setting).value == "enabled" && aws_cloudwatch_log_group.insights[0].retention_in_days == 30 && aws_cloudwatch_log_group.service.retention_in_days == 30
    error_message = "container_insights, log_retention_days"
  }
  assert {
    condition = alltrue([for name, value in {
      LOG_LEVEL = "debug", JWT_ALGORITHM = "HS512", ACCESS_TOKEN_EXPIRE_MINUTES = "5", BCRYPT_COST = "13", DATABASE_POOL_SIZE = "4", CORS_ORIGINS = "https://example.com"
    } : local.environment[name] == value])
    error_message = "variables reach the environment"
  }
  assert {
    condition     = { for key, one in aws_scheduler_schedule.office : key => one.schedule_expression } == { database-start = "cron(30 7 ? * MON-FRI *)", tasks-start = "cron(0 8 ? * MON-FRI *)", tasks-stop = "cron(0 18 ? * MON-FRI *)", database-stop = "cron(5 18 ? * MON-FRI *)" }
    error_message = "office_hours"
  }
  assert {
    condition     = alltrue([for one in aws_scheduler_schedule.office : one.schedule_expression_timezone == "Europe/Berlin"])
    error_message = "in the zone given"
  }
  assert {
    condition     = jsondecode(one(aws_scheduler_schedule.office["tasks-start"].target).input).DesiredCount == 3 && jsondecode(one(aws_scheduler_schedule.office["tasks-stop"].target).input).DesiredCount == 0
    error_message = "the fewest tasks by day, none by night"
  }
  assert {
    condition     = { for key, one in aws_appautoscaling_scheduled_action.night : key => "${one.schedule} ${one(one.scalable_target_action).min_capacity}" } == { evening = "cron(0 22 * * ? *) 4", morning = "cron(0 6 * * ? *) 3" }
    error_message = "night_floor protects against scale-in"
  }
}
