#!/usr/bin/env bash
# make infra-apply: plans, shows, asks, and applies just that plan.
source "$(dirname "$0")/terraform-env.sh"

terraform plan -lock-timeout=60s "${var_args[@]}" -out="$TF_DATA_DIR/plan"
confirm "infra-apply: the plan above is applied to $PROJECT-$ENV"
terraform apply -lock-timeout=60s -parallelism=20 "$TF_DATA_DIR/plan"
