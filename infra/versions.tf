terraform {
  # 1.11 is the first release with write-only arguments, which keep the passwords out of the state.
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }

  # `make infra-init` names the file; with STATE_BUCKET set it puts an S3 backend in this one's place.
  backend "local" {}
}
