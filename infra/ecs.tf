locals {
  port = 8000

  # Nothing here is secret: whoever may describe a task reads it.
  environment = merge(var.extra_environment, {
    HOST                        = "0.0.0.0"
    PORT                        = tostring(local.port)
    LOG_FORMAT                  = "json"
    LOG_LEVEL                   = var.log_level
    JWT_ALGORITHM               = var.jwt_algorithm
    ACCESS_TOKEN_EXPIRE_MINUTES = tostring(var.access_token_expire_minutes)
    BCRYPT_COST                 = tostring(var.bcrypt_cost)
    DATABASE_POOL_SIZE          = tostring(var.database_pool_size)
    SHUTDOWN_GRACE_SECONDS      = tostring(local.grace_seconds)
    SHUTDOWN_DRAIN_SECONDS      = tostring(local.drain_seconds)
  })

  capacity_providers = {
    FARGATE      = { weight = var.fargate_weight, base = var.fargate_base }
    FARGATE_SPOT = { weight = var.fargate_spot_weight, base = 0 }
  }
}

resource "aws_ecs_cluster" "main" {
  #checkov:skip=CKV_AWS_65:Container Insights is a variable: it costs more than the task in dev.
  name = local.name

  setting {
    name  = "containerInsights"
    value = var.container_insights ? "enabled" : "disabled"
  }
}

resource "aws_ecs_cluster_capacity_providers" "main" {
  cluster_name       = aws_ecs_cluster.main.name
  capacity_providers = keys(local.capacity_providers)
}

resource "aws_cloudwatch_log_group" "service" {
  #checkov:skip=CKV_AWS_158:Log groups are encrypted with the service's own key; a customer key costs 1 USD a month and guards against nobody here.
  #checkov:skip=CKV_AWS_338:14 days by specification; logs name users by id only and need not be kept.
  name              = "/ecs/${local.name}"
  retention_in_days = var.log_retention_days
}

# Container Insights would make this group itself, without an end to its retention and outside of the tear-down.
resource "aws_cloudwatch_log_group" "insights" {
  #checkov:skip=CKV_AWS_158:Metrics, encrypted with the service's own key.
  #checkov:skip=CKV_AWS_338:Metrics in log form; CloudWatch keeps the metrics themselves for 15 months.
  count = var.container_insights ? 1 : 0

  name              = "/aws/ecs/containerinsights/${local.name}/performance"
  retention_in_days = var.log_retention_days
}

# Terraform owns the shape of the task, `make deploy` owns which revision runs (docs/adr/0101): a deployment
# copies the newest revision of this family with another image, so both kinds of change meet in one family.
resource "aws_ecs_task_definition" "main" {
  family                   = local.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.task_cpu
  memory                   = var.task_memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture
  }

  container_definitions = jsonencode([{
    name                   = "api"
    image                  = "${aws_ecr_repository.main.repository_url}:${var.image_tag}"
    essential              = true
    user                   = "65532:65532"
    readonlyRootFilesystem = true
    linuxParameters        = { initProcessEnabled = var.execute_command, capabilities = { add = [], drop = ["ALL"] } }
    portMappings           = [{ containerPort = local.port, hostPort = local.port, protocol = "tcp" }]
    stopTimeout            = 30 # grace and drain end within 25 seconds
    environment            = [for name in sort(keys(local.environment)) : { name = name, value = local.environment[name] }]
    secrets = [
      { name = "DATABASE_URL", valueFrom = aws_secretsmanager_secret.database_url.arn },
      { name = "JWT_SECRET_KEY", valueFrom = aws_secretsmanager_secret.jwt_key.arn },
    ]
    healthCheck = {
      command     = ["CMD", "/usr/local/bin/finance-api", "healthcheck"]
      interval    = 10
      timeout     = 5
      retries     = 3
      startPeriod = 30
    }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.service.name
        awslogs-region        = var.region
        awslogs-stream-prefix = "api"
        mode                  = "non-blocking" # a slow log service must not stop requests
        max-buffer-size       = "4m"
      }
    }
    mountPoints    = []
    systemControls = []
    volumesFrom    = []
  }])
}

resource "aws_ecs_service" "main" {
  #checkov:skip=CKV_AWS_333:Only the cheapest mode gives tasks a public address; their security group admits the load balancer alone.
  name                              = local.name
  cluster                           = aws_ecs_cluster.main.id
  task_definition                   = aws_ecs_task_definition.main.arn
  desired_count                     = 0 # the repository is still empty: the first `make deploy` starts the tasks
  platform_version                  = "LATEST"
  enable_execute_command            = var.execute_command
  enable_ecs_managed_tags           = true
  propagate_tags                    = "SERVICE"
  availability_zone_rebalancing     = "ENABLED"
  health_check_grace_period_seconds = 60

  # The old task leaves only after a new one is healthy, also with a single task.
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  alarms {
    enable      = true
    rollback    = true
    alarm_names = [for key in local.deployment_alarms : aws_cloudwatch_metric_alarm.main[key].alarm_name]
  }

  dynamic "capacity_provider_strategy" {
    for_each = { for name, provider in local.capacity_providers : name => provider if provider.weight > 0 || provider.base > 0 }
    content {
      capacity_provider = capacity_provider_strategy.key
      weight            = capacity_provider_strategy.value.weight
      base              = capacity_provider_strategy.value.base
    }
  }

  network_configuration {
    subnets          = var.task_subnets == "public" ? aws_subnet.public[*].id : aws_subnet.private[*].id
    security_groups  = [aws_security_group.tasks.id]
    assign_public_ip = var.task_subnets == "public"
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.main.arn
    container_name   = "api"
    container_port   = local.port
  }

  lifecycle {
    # `make deploy`, autoscaling and office hours own these two (docs/adr/0101).
    ignore_changes = [task_definition, desired_count]
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.main,
    aws_lb_listener.http,
    aws_lb_listener.https,
    aws_iam_role_policy.execution,
    aws_secretsmanager_secret_version.database_url,
    aws_secretsmanager_secret_version.jwt_key,
  ]
}

# ---- Roles: the execution role starts the task, the task role is what the code itself may do: nothing ----

locals {
  # Only ECS, only for this account's tasks.
  trust_ecs_tasks = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ecs:${var.region}:${local.account_id}:*" }
      }
    }]
  })
}

resource "aws_iam_role" "execution" {
  name               = "${local.name}-execution"
  assume_role_policy = local.trust_ecs_tasks
}

resource "aws_iam_role_policy" "execution" {
  name = "start-task"
  role = aws_iam_role.execution.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # This one action knows no resource.
        Sid      = "RegistryLogin"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid      = "PullImage"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = aws_ecr_repository.main.arn
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.service.arn}:*"
      },
      {
        Sid      = "ReadSecrets"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = [aws_secretsmanager_secret.database_url.arn, aws_secretsmanager_secret.jwt_key.arn]
      },
    ]
  })
}

resource "aws_iam_role" "task" {
  name               = "${local.name}-task"
  assume_role_policy = local.trust_ecs_tasks
}

resource "aws_iam_role_policy" "execute_command" {
  #checkov:skip=CKV_AWS_290:The ssmmessages actions know no resource; the policy exists only while ECS Exec is on.
  #checkov:skip=CKV_AWS_355:The ssmmessages actions know no resource; the policy exists only while ECS Exec is on.
  count = var.execute_command ? 1 : 0

  name = "ecs-exec"
  role = aws_iam_role.task.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = [
        "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
      ]
      Resource = "*"
    }]
  })
}
