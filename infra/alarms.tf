resource "aws_sns_topic" "alarms" {
  #checkov:skip=CKV_AWS_26:CloudWatch alarms cannot publish to a topic under the AWS-managed key, and alarm texts hold no secret.
  name = "${local.name}-alarms"
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AlarmsAndBudgets"
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.alarms.arn
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.alarm_emails)

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_cloudwatch_log_metric_filter" "errors" {
  name           = "${local.name}-errors"
  log_group_name = aws_cloudwatch_log_group.service.name
  pattern        = "{ $.level = \"ERROR\" }"

  metric_transformation {
    name          = "ErrorLines"
    namespace     = local.name
    value         = "1"
    default_value = "0"
  }
}

locals {
  on_alb      = { LoadBalancer = aws_lb.main.arn_suffix }
  on_target   = merge(local.on_alb, { TargetGroup = aws_lb_target_group.main.arn_suffix })
  on_service  = { ClusterName = local.name, ServiceName = local.name }
  on_database = local.aurora ? { DBClusterIdentifier = local.name } : { DBInstanceIdentifier = local.name }

  # No data means no requests, or an environment asleep: neither is an alarm, hence notBreaching everywhere.
  alarms = merge(
    {
      errors_5xx         = { what = "The service answers 5xx", namespace = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", on = local.on_target, stat = "Sum", over = 5, minutes = 3 }
      errors_5xx_alb     = { what = "The load balancer answers 5xx by itself: no healthy task, or a connection broke", namespace = "AWS/ApplicationELB", metric = "HTTPCode_ELB_5XX_Count", on = local.on_alb, stat = "Sum", over = 5, minutes = 3 }
      latency_p99        = { what = "Slow: p99 of the response time", namespace = "AWS/ApplicationELB", metric = "TargetResponseTime", on = local.on_target, stat = "p99", over = var.latency_p99_seconds, minutes = 5 }
      unhealthy_hosts    = { what = "A task fails its health check", namespace = "AWS/ApplicationELB", metric = "UnHealthyHostCount", on = local.on_target, stat = "Maximum", over = 0, minutes = 3 }
      service_cpu        = { what = "Tasks are out of CPU though autoscaling works", namespace = "AWS/ECS", metric = "CPUUtilization", on = local.on_service, stat = "Average", over = 90, minutes = 10 }
      service_memory     = { what = "Tasks are about to be killed for memory", namespace = "AWS/ECS", metric = "MemoryUtilization", on = local.on_service, stat = "Maximum", over = 90, minutes = 5 }
      database_cpu       = { what = "The database is out of CPU", namespace = "AWS/RDS", metric = "CPUUtilization", on = local.on_database, stat = "Average", over = 85, minutes = 10 }
      database_conns     = { what = "Connections near max_connections", namespace = "AWS/RDS", metric = "DatabaseConnections", on = local.on_database, stat = "Maximum", over = floor(var.database_max_connections * 0.8), minutes = 5 }
      service_error_logs = { what = "The service logs errors", namespace = local.name, metric = "ErrorLines", on = {}, stat = "Sum", over = 5, minutes = 5 }
    },
    local.aurora ? {} : {
      database_storage = { what = "Less than 2 GB of storage left", namespace = "AWS/RDS", metric = "FreeStorageSpace", on = local.on_database, stat = "Minimum", under = 2147483648, minutes = 5 }
    },
    # Only burstable classes have credits; without them a t4g runs at a fraction of its CPU.
    !local.aurora && startswith(var.database_class, "db.t") ? {
      database_credits = { what = "The database runs out of CPU credits", namespace = "AWS/RDS", metric = "CPUCreditBalance", on = local.on_database, stat = "Minimum", under = 20, minutes = 10 }
    } : {},
  )

  # A rollout that raises one of these is rolled back.
  deployment_alarms = ["errors_5xx", "latency_p99", "unhealthy_hosts"]
}

resource "aws_cloudwatch_metric_alarm" "main" {
  for_each = local.alarms

  alarm_name          = "${local.name}-${replace(each.key, "_", "-")}"
  alarm_description   = "${each.value.what}. What to do: infra/README.md, troubleshooting."
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.on
  statistic           = startswith(each.value.stat, "p") ? null : each.value.stat
  extended_statistic  = startswith(each.value.stat, "p") ? each.value.stat : null
  comparison_operator = can(each.value.under) ? "LessThanThreshold" : "GreaterThanThreshold"
  threshold           = try(each.value.under, each.value.over)
  period              = 60
  evaluation_periods  = each.value.minutes
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_dashboard" "main" {
  dashboard_name = local.name
  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type       = "alarm", x = 0, y = 0, width = 24, height = 3
        properties = { title = "Alarms", alarms = [for alarm in aws_cloudwatch_metric_alarm.main : alarm.arn] }
      }],
      [for index, graph in [
        { title = "Requests and errors", stat = "Sum", metrics = [["AWS/ApplicationELB", "RequestCount", "LoadBalancer", aws_lb.main.arn_suffix], [".", "HTTPCode_Target_4XX_Count", ".", "."], [".", "HTTPCode_Target_5XX_Count", ".", "."], [".", "HTTPCode_ELB_5XX_Count", ".", "."]] },
        { title = "Response time p99", stat = "p99", metrics = [["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", aws_lb.main.arn_suffix]] },
        { title = "Tasks: CPU and memory", stat = "Average", metrics = [["AWS/ECS", "CPUUtilization", "ClusterName", local.name, "ServiceName", local.name], [".", "MemoryUtilization", ".", ".", ".", "."]] },
        { title = "Healthy and unhealthy tasks", stat = "Maximum", metrics = [["AWS/ApplicationELB", "HealthyHostCount", "LoadBalancer", aws_lb.main.arn_suffix, "TargetGroup", aws_lb_target_group.main.arn_suffix], [".", "UnHealthyHostCount", ".", ".", ".", "."]] },
        { title = "Database: CPU and connections", stat = "Maximum", metrics = [["AWS/RDS", "CPUUtilization", keys(local.on_database)[0], local.name], [".", "DatabaseConnections", ".", "."]] },
        { title = "Error log lines", stat = "Sum", metrics = [[local.name, "ErrorLines"]] },
        ] : {
        type = "metric", x = (index % 2) * 12, y = 3 + floor(index / 2) * 6, width = 12, height = 6
        properties = {
          title = graph.title, region = var.region, stat = graph.stat, period = 60, view = "timeSeries", metrics = graph.metrics
        }
      }],
    )
  })
}
