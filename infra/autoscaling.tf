resource "aws_appautoscaling_target" "main" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.main.name}/${aws_ecs_service.main.name}"
  min_capacity       = var.min_tasks
  max_capacity       = var.max_tasks
}

resource "aws_appautoscaling_policy" "main" {
  for_each = {
    cpu      = { metric = "ECSServiceAverageCPUUtilization", target = var.cpu_target, label = null }
    memory   = { metric = "ECSServiceAverageMemoryUtilization", target = var.memory_target, label = null }
    requests = { metric = "ALBRequestCountPerTarget", target = var.requests_target, label = "${aws_lb.main.arn_suffix}/${aws_lb_target_group.main.arn_suffix}" }
  }

  name               = "${local.name}-${each.key}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.main.service_namespace
  scalable_dimension = aws_appautoscaling_target.main.scalable_dimension
  resource_id        = aws_appautoscaling_target.main.resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = each.value.target
    scale_out_cooldown = 30
    scale_in_cooldown  = 300 # in slowly: load comes back

    predefined_metric_specification {
      predefined_metric_type = each.value.metric
      resource_label         = each.value.label
    }
  }
}

# ---- Scale-in protection at night: the floor is raised in the evening and lowered in the morning ----

resource "aws_appautoscaling_scheduled_action" "night" {
  for_each = var.night_floor == null ? {} : {
    evening = { hour = var.night_floor.from, min = max(var.min_tasks, var.night_floor.tasks) }
    morning = { hour = var.night_floor.to, min = var.min_tasks }
  }

  name               = "${local.name}-${each.key}"
  service_namespace  = aws_appautoscaling_target.main.service_namespace
  scalable_dimension = aws_appautoscaling_target.main.scalable_dimension
  resource_id        = aws_appautoscaling_target.main.resource_id
  schedule           = "cron(0 ${each.value.hour} * * ? *)"
  timezone           = var.night_floor.time_zone

  scalable_target_action {
    min_capacity = each.value.min
    max_capacity = max(var.max_tasks, each.value.min)
  }
}

# ---- Office hours: outside of them tasks are at 0 and the database is stopped, as `make pause` does by hand ----

locals {
  database_id = local.aurora ? { DbClusterIdentifier = local.name } : { DbInstanceIdentifier = local.name }
  database_do = local.aurora ? "DBCluster" : "DBInstance"
  service_ref = { Cluster = local.name, Service = local.name }

  # Encoded here: a map of objects of one type would turn the number of tasks into a string.
  office_schedules = var.office_hours == null ? {} : {
    # The database needs some minutes to start, so it is up before the tasks.
    "database-start" = { cron = "30 ${var.office_hours.start - 1} ? * MON-FRI *", api = "rds:start${local.database_do}", input = jsonencode(local.database_id) }
    "tasks-start"    = { cron = "0 ${var.office_hours.start} ? * MON-FRI *", api = "ecs:updateService", input = jsonencode(merge(local.service_ref, { DesiredCount = var.min_tasks })) }
    "tasks-stop"     = { cron = "0 ${var.office_hours.stop} ? * MON-FRI *", api = "ecs:updateService", input = jsonencode(merge(local.service_ref, { DesiredCount = 0 })) }
    "database-stop"  = { cron = "5 ${var.office_hours.stop} ? * MON-FRI *", api = "rds:stop${local.database_do}", input = jsonencode(local.database_id) }
  }
}

resource "aws_scheduler_schedule_group" "office" {
  count = var.office_hours == null ? 0 : 1

  name = local.name
}

resource "aws_scheduler_schedule" "office" {
  #checkov:skip=CKV_AWS_297:The schedule holds no secret; the service's own key is enough.
  for_each = local.office_schedules

  name                         = "${local.name}-${each.key}"
  group_name                   = aws_scheduler_schedule_group.office[0].name
  schedule_expression          = "cron(${each.value.cron})"
  schedule_expression_timezone = var.office_hours.time_zone

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:${local.partition}:scheduler:::aws-sdk:${each.value.api}"
    role_arn = aws_iam_role.office[0].arn
    input    = each.value.input
  }
}

resource "aws_iam_role" "office" {
  count = var.office_hours == null ? 0 : 1

  name = "${local.name}-office-hours"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "office" {
  count = var.office_hours == null ? 0 : 1

  name = "sleep-and-wake"
  role = aws_iam_role.office[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "ecs:UpdateService"
        Resource = aws_ecs_service.main.id
      },
      {
        Effect   = "Allow"
        Action   = ["rds:Start${local.database_do}", "rds:Stop${local.database_do}"]
        Resource = local.aurora ? aws_rds_cluster.main[0].arn : aws_db_instance.main[0].arn
      },
    ]
  })
}
