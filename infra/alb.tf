locals {
  https = var.certificate_arn != null

  # The service answers 503 on /health/ready for the grace, then finishes what it has for at most the drain.
  grace_seconds = 5
  drain_seconds = 15
}

resource "aws_lb" "main" {
  #checkov:skip=CKV_AWS_150:Deletion protection is a variable, on by default and in prod.
  #checkov:skip=CKV_AWS_91:Access logs are a variable, on by default; 0 days turns them off.
  #checkov:skip=CKV2_AWS_28:The WAF is a variable, on by default and in prod.
  #checkov:skip=CKV2_AWS_20:Plain HTTP is served only without a certificate, which prod refuses; with one, port 80 redirects.
  name                       = local.name
  load_balancer_type         = "application"
  subnets                    = aws_subnet.public[*].id
  security_groups            = [aws_security_group.alb.id]
  drop_invalid_header_fields = true
  enable_deletion_protection = var.deletion_protection
  idle_timeout               = 60 # below the service's own keep-alive, or the service closes connections under requests: 502

  dynamic "access_logs" {
    for_each = var.access_log_days > 0 ? [1] : []
    content {
      bucket  = aws_s3_bucket.access_logs[0].id
      enabled = true
    }
  }

  depends_on = [aws_s3_bucket_policy.access_logs]
}

resource "aws_lb_target_group" "main" {
  #checkov:skip=CKV_AWS_378:TLS ends at the load balancer; from there to the task the traffic stays inside the VPC, between two security groups.
  name        = local.name
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
  port        = local.port
  protocol    = "HTTP"

  # A task that leaves keeps its open requests for as long as the service itself may need for them.
  deregistration_delay = local.grace_seconds + local.drain_seconds

  health_check {
    path                = "/health/ready"
    matcher             = "200"
    interval            = 5
    timeout             = 4
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener" "http" {
  #checkov:skip=CKV_AWS_2:Plain HTTP is served only without a certificate, which prod refuses; with one, this listener redirects.
  #checkov:skip=CKV_AWS_103:This listener has no TLS; the HTTPS listener sets TLS 1.2 or better.
  load_balancer_arn = aws_lb.main.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = local.https ? "redirect" : "forward"
    target_group_arn = local.https ? null : aws_lb_target_group.main.arn

    dynamic "redirect" {
      for_each = local.https ? [1] : []
      content {
        protocol    = "HTTPS"
        port        = "443"
        status_code = "HTTP_301"
      }
    }
  }
}

resource "aws_lb_listener" "https" {
  count = local.https ? 1 : 0

  load_balancer_arn = aws_lb.main.arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = var.certificate_arn
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.main.arn
  }
}

resource "aws_route53_record" "main" {
  count = var.hosted_zone_id == null ? 0 : 1

  zone_id = var.hosted_zone_id
  name    = var.domain_name
  type    = "A"

  alias {
    name                   = aws_lb.main.dns_name
    zone_id                = aws_lb.main.zone_id
    evaluate_target_health = true
  }
}

# ---- Access logs ----

resource "aws_s3_bucket" "access_logs" {
  #checkov:skip=CKV_AWS_18:This is the log bucket; a log of the log would have no end.
  #checkov:skip=CKV_AWS_21:Log files are written once and expire; versions would only cost.
  #checkov:skip=CKV_AWS_144:Access logs are not worth a copy in another region.
  #checkov:skip=CKV_AWS_145:The load balancer can write to SSE-S3 buckets only.
  #checkov:skip=CKV2_AWS_62:Nobody waits for a log file.
  count = var.access_log_days > 0 ? 1 : 0

  bucket        = "${local.name}-access-logs-${local.account_id}"
  force_destroy = !var.deletion_protection
}

resource "aws_s3_bucket_public_access_block" "access_logs" {
  count = var.access_log_days > 0 ? 1 : 0

  bucket                  = aws_s3_bucket.access_logs[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "access_logs" {
  count = var.access_log_days > 0 ? 1 : 0

  bucket = aws_s3_bucket.access_logs[0].id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "access_logs" {
  count = var.access_log_days > 0 ? 1 : 0

  bucket = aws_s3_bucket.access_logs[0].id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.access_log_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

resource "aws_s3_bucket_policy" "access_logs" {
  count = var.access_log_days > 0 ? 1 : 0

  bucket = aws_s3_bucket.access_logs[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "LoadBalancerWrites"
        Effect    = "Allow"
        Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.access_logs[0].arn}/AWSLogs/${local.account_id}/*" # the path binds it to this account
      },
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.access_logs[0].arn, "${aws_s3_bucket.access_logs[0].arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}
