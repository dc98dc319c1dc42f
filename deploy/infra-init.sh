#!/usr/bin/env bash
# make infra-init: provider and state. STATE_BUCKET=name (or the bucket that infra-bootstrap made here) keeps
# the state in S3, with a lock file; without either it is a local file.
# TFVARS=text writes terraform.tfvars, which is not committed: workflows keep it in a variable.
source "$(dirname "$0")/terraform-env.sh"

STATE_BUCKET=${STATE_BUCKET:-$(cat state/bucket 2>/dev/null || true)}
if [[ -n $STATE_BUCKET ]]; then
  echo "infra-init: $ENV, state in bucket $STATE_BUCKET"
  # An override file takes the place of the local backend in versions.tf.
  printf 'terraform {\n  backend "s3" {}\n}\n' >backend_override.tf
  backend=(
    "-backend-config=bucket=$STATE_BUCKET"
    "-backend-config=key=$PROJECT-$ENV.tfstate"
    "-backend-config=region=${AWS_REGION:-us-east-1}"
    "-backend-config=encrypt=true"
    "-backend-config=use_lockfile=true"
  )
else
  echo "infra-init: $ENV, state in infra/state/$ENV.tfstate"
  rm -f backend_override.tf
  mkdir -p state
  backend=("-backend-config=path=$INFRA_DIR/state/$ENV.tfstate")
fi
if [[ -n ${TFVARS:-} ]]; then printf '%s\n' "$TFVARS" >terraform.tfvars; fi
lock=()
if [[ -n ${CI:-} ]]; then lock=(-lockfile=readonly); fi
terraform init -reconfigure "${lock[@]}" "${backend[@]}"
