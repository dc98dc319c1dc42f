# shellcheck shell=bash
# Sourced by infra-*.sh: where Terraform runs, with which variables and which state.
set -euo pipefail

ENV=${ENV:-dev}
PROJECT=${PROJECT:-finance-tracker}
# Tests work on a copy.
INFRA_DIR=${INFRA_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../infra" && pwd)}
cd "$INFRA_DIR"

command -v terraform >/dev/null || { echo "terraform is missing: install release 1.11 or later and put it on PATH" >&2; exit 1; }
[[ -f environments/$ENV.tfvars ]] || { echo "there is no infra/environments/$ENV.tfvars" >&2; exit 1; }

# Each environment has its own working data, so that two can be worked on side by side.
export TF_DATA_DIR=$INFRA_DIR/.terraform/$ENV TF_INPUT=0 TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1
mkdir -p "$TF_DATA_DIR"

# Without a registry within reach, the provider comes from a directory.
if [[ -n ${TF_PLUGIN_MIRROR:-} ]]; then
  export TF_CLI_CONFIG_FILE=$TF_DATA_DIR/cli.tfrc
  printf 'disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$TF_PLUGIN_MIRROR" >"$TF_CLI_CONFIG_FILE"
fi

# The later wins: what is ready-made, what this account has, what this environment of it has.
var_args=("-var=project=$PROJECT" "-var-file=environments/$ENV.tfvars")
for file in terraform.tfvars "environments/$ENV.local.tfvars"; do
  [[ ! -f $file ]] || var_args+=("-var-file=$file")
done
if [[ -n ${TF_ARGS:-} ]]; then
  read -ra extra <<<"$TF_ARGS"
  var_args+=("${extra[@]}")
fi

confirm() {
  echo "$1"
  if [[ -n ${CI:-} || ${YES:-} == 1 ]]; then return; fi
  [[ -t 0 ]] || { echo "no terminal to ask on: set YES=1 to go on without a question" >&2; exit 1; }
  local answer
  read -rp "Go on? Type yes: " answer
  [[ $answer == yes ]] || { echo "nothing was done" >&2; exit 1; }
}
