provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_availability_zones" "available" {
  #checkov:skip=CKV_AWS_394:zone_count takes zones from the front of a sorted list; a new zone comes at its end.
  state = "available"

  # Local zones and wavelength zones have neither Fargate nor RDS.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  # Cluster, service, task family, image repository, database and load balancer all bear this one name,
  # so that the deploy scripts find them without reading the Terraform state.
  name = "${var.project}-${var.environment}"

  tags = merge(var.tags, {
    Project     = var.project
    Environment = var.environment
    ManagedBy   = "terraform"
  })

  zones      = slice(data.aws_availability_zones.available.names, 0, var.zone_count)
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
}
