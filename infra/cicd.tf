# GitHub's workflows sign in by OIDC: no stored key. Two roles, each bound to one repository and one GitHub
# environment: `<environment>` deploys (its approval rule is the gate), `<environment>-plan` only reads.

locals {
  cicd     = var.github_repository != null
  oidc_url = "token.actions.githubusercontent.com"
  oidc_arn = "arn:${local.partition}:iam::${local.account_id}:oidc-provider/${local.oidc_url}"
  arn      = "${var.region}:${local.account_id}"

  trust_github = { for role, github_environment in { deploy = var.environment, plan = "${var.environment}-plan" } : role => jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = local.oidc_arn }
      Condition = {
        StringEquals = {
          "${local.oidc_url}:aud" = "sts.amazonaws.com"
          "${local.oidc_url}:sub" = "repo:${coalesce(var.github_repository, "none/none")}:environment:${github_environment}"
        }
      }
    }]
  }) }
}

resource "aws_iam_openid_connect_provider" "github" {
  count = local.cicd && var.github_oidc_provider ? 1 : 0

  url            = "https://${local.oidc_url}"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "deploy" {
  count = local.cicd ? 1 : 0

  name               = "${local.name}-github-deploy"
  assume_role_policy = local.trust_github["deploy"]

  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_role_policy" "deploy" {
  #checkov:skip=CKV_AWS_290:Only the actions that know no resource are granted on all.
  #checkov:skip=CKV_AWS_355:Only the actions that know no resource are granted on all.
  count = local.cicd ? 1 : 0

  name = "deploy"
  role = aws_iam_role.deploy[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ActionsWithoutResource"
        Effect = "Allow"
        Action = [
          "ecr:GetAuthorizationToken",
          "ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions", "ecs:RegisterTaskDefinition",
          "application-autoscaling:DescribeScalableTargets",
          "cloudwatch:DescribeAlarms",
          "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
        ]
        Resource = "*"
      },
      {
        Sid    = "PushImage"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages", "ecr:DescribeRepositories",
          "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
        ]
        Resource = aws_ecr_repository.main.arn
      },
      {
        Sid      = "Rollout"
        Effect   = "Allow"
        Action   = ["ecs:DescribeServices", "ecs:UpdateService"]
        Resource = aws_ecs_service.main.id
      },
      {
        Sid      = "Migrate"
        Effect   = "Allow"
        Action   = "ecs:RunTask"
        Resource = "arn:${local.partition}:ecs:${local.arn}:task-definition/${local.name}:*"
        Condition = {
          ArnEquals = { "ecs:cluster" = aws_ecs_cluster.main.arn }
        }
      },
      {
        Sid      = "WatchTasks"
        Effect   = "Allow"
        Action   = ["ecs:DescribeTasks", "ecs:ListTasks"]
        Resource = "*"
        Condition = {
          ArnEquals = { "ecs:cluster" = aws_ecs_cluster.main.arn }
        }
      },
      {
        # A deployment marks the revisions that it registers and those that came through.
        Sid      = "MarkRevisions"
        Effect   = "Allow"
        Action   = ["ecs:TagResource", "ecs:ListTagsForResource"]
        Resource = "arn:${local.partition}:ecs:${local.arn}:task-definition/${local.name}:*"
      },
      {
        Sid      = "HandRolesToTasks"
        Effect   = "Allow"
        Action   = "iam:PassRole"
        Resource = [aws_iam_role.execution.arn, aws_iam_role.task.arn]
        Condition = {
          StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" }
        }
      },
      {
        Sid      = "ReadLog"
        Effect   = "Allow"
        Action   = "logs:FilterLogEvents"
        Resource = "${aws_cloudwatch_log_group.service.arn}:*"
      },
      {
        Sid      = "IsTheDatabaseAwake"
        Effect   = "Allow"
        Action   = ["rds:DescribeDBInstances", "rds:DescribeDBClusters"]
        Resource = ["arn:${local.partition}:rds:${local.arn}:db:${local.name}*", "arn:${local.partition}:rds:${local.arn}:cluster:${local.name}"]
      },
    ]
  })
}

resource "aws_iam_role" "plan" {
  count = local.cicd ? 1 : 0

  name               = "${local.name}-github-plan"
  assume_role_policy = local.trust_github["plan"]

  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_role_policy_attachment" "plan" {
  count = local.cicd ? 1 : 0

  role       = aws_iam_role.plan[0].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_role_policy" "plan" {
  #checkov:skip=CKV_AWS_355:A denial on everything is what is meant; what is allowed names its resource.
  count = local.cicd ? 1 : 0

  name = "plan"
  role = aws_iam_role.plan[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          # The plan makes a throw-away password, and reads no real one; nor does it read anyone's data or logs.
          Sid      = "NoData"
          Effect   = "Deny"
          Action   = ["secretsmanager:GetSecretValue", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery", "ssm:GetParameter*", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]
          Resource = "*"
        },
        {
          Sid      = "ThrowAwayPassword"
          Effect   = "Allow"
          Action   = "secretsmanager:GetRandomPassword"
          Resource = "*"
        },
      ],
      # The lock file that a plan takes on the state.
      var.state_bucket == null ? [] : [{
        Sid      = "StateLock"
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:DeleteObject"]
        Resource = "arn:${local.partition}:s3:::${var.state_bucket}/${local.name}.tfstate.tflock"
      }],
    )
  })
}
