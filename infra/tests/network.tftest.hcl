# Plan-level: what each variable changes. Runs against an emulator, which answers the few questions of a plan.

variables {
  environment = "dev"
}

run "zones_nat_per_zone_https_and_domain" {
  command = plan

  variables {
    zone_count       = 3
    nat_gateways     = "per_zone"
    vpc_cidr         = "10.99.0.0/16"
    flow_log_traffic = "REJECT"
    allowed_cidrs    = ["192.0.2.0/24", "198.51.100.0/24"]
    certificate_arn  = "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000"
    domain_name      = "api.example.com"
    hosted_zone_id   = "Z0000000EXAMPLE"
    access_log_days  = 0
  }

  assert {
    condition     = alltrue([for tier in [aws_subnet.public, aws_subnet.private, aws_subnet.database] : length(tier) == 3])
    error_message = "three subnets in each tier"
  }
  assert {
    condition     = length(distinct(aws_subnet.private[*].availability_zone)) == 3
    error_message = "each in a zone of its own"
  }
  assert {
    condition     = length(aws_nat_gateway.main) == 3 && length(aws_eip.nat) == 3 && length(aws_route_table.private) == 3
    error_message = "a NAT gateway with an address and a route table per zone"
  }
  assert {
    condition     = aws_subnet.private[0].cidr_block == "10.99.16.0/24" && aws_subnet.database[2].cidr_block == "10.99.34.0/24"
    error_message = "subnets are cut from vpc_cidr"
  }
  assert {
    condition     = aws_flow_log.main.traffic_type == "REJECT"
    error_message = "flow_log_traffic"
  }
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.http) == 2
    error_message = "one rule per allowed range"
  }
  assert {
    condition     = one(aws_lb_listener.http.default_action).type == "redirect" && one(one(aws_lb_listener.http.default_action).redirect).status_code == "HTTP_301"
    error_message = "HTTP redirects"
  }
  assert {
    condition     = aws_lb_listener.https[0].ssl_policy == "ELBSecurityPolicy-TLS13-1-2-2021-06" && length(aws_vpc_security_group_ingress_rule.https) == 2
    error_message = "HTTPS is served, to the allowed ranges"
  }
  assert {
    condition     = aws_route53_record.main[0].name == "api.example.com" && output.url == "https://api.example.com"
    error_message = "the domain points at the load balancer"
  }
  assert {
    condition     = length(aws_s3_bucket.access_logs) == 0 && length(aws_lb.main.access_logs) == 0
    error_message = "access_log_days = 0 turns access logs off"
  }
}

run "isolated_by_interface_endpoints" {
  command = plan

  variables {
    nat_gateways        = "none"
    interface_endpoints = true
  }

  assert {
    condition     = length(aws_nat_gateway.main) == 0 && length(aws_route.nat) == 0 && length(aws_eip.nat) == 0
    error_message = "no way to the internet"
  }
  assert {
    condition     = toset(keys(aws_vpc_endpoint.interface)) == toset(["ecr.api", "ecr.dkr", "logs", "secretsmanager"])
    error_message = "what tasks need of AWS has an endpoint"
  }
  assert {
    condition     = length(aws_vpc_security_group_egress_rule.tasks_to_https) == 0 && length(aws_vpc_security_group_egress_rule.tasks_to_endpoints) == 1
    error_message = "tasks reach the endpoints instead of everything"
  }
}

run "cheapest_mode_public_tasks_plain_http" {
  command = plan

  variables {
    task_subnets    = "public"
    nat_gateways    = "none"
    access_log_days = 7
    project         = "ledger"
    tags            = { Team = "payments" }
  }

  assert {
    condition     = one(aws_ecs_service.main.network_configuration).assign_public_ip == true && length(aws_nat_gateway.main) == 0
    error_message = "tasks have a public address and need no NAT gateway"
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.tasks_from_alb.from_port == 8000 && aws_vpc_security_group_ingress_rule.tasks_from_alb.cidr_ipv4 == null
    error_message = "and still admit the load balancer alone"
  }
  assert {
    condition     = one(aws_lb_listener.http.default_action).type == "forward" && length(aws_lb_listener.https) == 0 && length(aws_route53_record.main) == 0
    error_message = "HTTP forwards"
  }
  assert {
    condition     = one(one(aws_s3_bucket_lifecycle_configuration.access_logs[0].rule).expiration).days == 7
    error_message = "access logs expire"
  }
  assert {
    condition     = aws_lb.main.name == "ledger-dev" && aws_ecs_cluster.main.name == "ledger-dev"
    error_message = "project names everything"
  }
  assert {
    condition     = aws_vpc.main.tags_all["Team"] == "payments" && aws_vpc.main.tags_all["Project"] == "ledger" && aws_vpc.main.tags_all["Environment"] == "dev"
    error_message = "tags reach every resource"
  }
  assert {
    condition     = aws_lb.main.idle_timeout == 60 && tonumber(aws_lb_target_group.main.deregistration_delay) == 20 && aws_lb.main.drop_invalid_header_fields
    error_message = "time-outs fit the service's drain"
  }
}
