#!/usr/bin/env bash
# make infra-plan: what an apply would change. PLAN_TEXT=file also writes it there.
source "$(dirname "$0")/terraform-env.sh"

echo "infra-plan: $ENV; nothing is changed"
terraform plan -lock-timeout=60s "${var_args[@]}" -out="$TF_DATA_DIR/plan"
if [[ -n ${PLAN_TEXT:-} ]]; then
  terraform show -no-color "$TF_DATA_DIR/plan" >"$PLAN_TEXT"
fi
