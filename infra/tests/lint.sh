#!/usr/bin/env bash
# make infra-lint: every linter over every file of its kind; all of them run, then the result is the exit code.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
bin=$PWD/${VENV:-.venv-lint}/bin
passed=0 failed=0

check() { # title, command...
  local title=$1 output
  shift
  if output=$("$@" 2>&1); then
    passed=$((passed + 1))
    echo "ok      $title"
  else
    failed=$((failed + 1))
    printf 'FAILED  %s\n%s\n' "$title" "$output"
  fi
}

need() { # file: its absence is a failure, not a reason to leave the check out
  [[ -f $1 ]] || { echo "$1 is missing"; return 1; }
}

command -v terraform >/dev/null || { echo "infra-lint: terraform is missing: install release 1.11 or later and put it on PATH" >&2; exit 1; }

# A skip without a reason would be a hole without a sign.
reasons() {
  ! grep -rnE 'checkov:skip=[A-Z0-9_]+(:\s*)?$' infra --include='*.tf'
}

scan() {
  # Whoever runs this may have credentials and a proxy; neither is checkov's business.
  "$bin/checkov" --directory infra --framework terraform --skip-download --compact --quiet --skip-path 'infra/tests' --skip-path '\.terraform'
}

# Actions by hash, with the release in a comment, and permissions that begin at none.
workflow_rules() {
  local file line bad=0
  for file in .github/workflows/*.yml; do
    while read -r line; do
      [[ $line =~ uses:\ [^@]+@[0-9a-f]{40}\ \#\ v[0-9.]+$ ]] || { echo "$file: not pinned by hash: $line"; bad=1; }
    done < <(grep 'uses:' "$file")
    grep -q '^permissions: {}$' "$file" || { echo "$file: top-level permissions are not {}"; bad=1; }
  done
  return "$bad"
}

no_docker_frontend() {
  ! grep -n '^# *syntax=' Dockerfile
}

# The README explains every variable, and its figures are what `make cost` prints; dev stays under 40 USD.
readme_variables() {
  local name bad=0
  while read -r name; do
    grep -q "^| \`$name\` |" infra/README.md || { echo "infra/README.md does not explain $name"; bad=1; }
  done < <(sed -nE 's/^variable "(.*)" \{$/\1/p' infra/variables.tf)
  return "$bad"
}

readme_costs() {
  local environment line total bad=0
  for environment in dev prod; do
    while IFS= read -r line; do
      grep -qxF -- "$line" infra/README.md || { echo "infra/README.md lacks: $line"; bad=1; }
      if [[ $line =~ ^\ \ total.*\ ([0-9]+)\.[0-9]+$ ]]; then total=${BASH_REMATCH[1]}; fi
    done < <(TF_ARGS='' ENV=$environment RPS=1 python3 deploy/cost.py || echo "make cost failed")
    [[ $environment != dev || ${total:-40} -lt 40 ]] || { echo "dev costs $total USD a month"; bad=1; }
  done
  return "$bad"
}

mapfile -t scripts < <(git ls-files --cached --others --exclude-standard '*.sh')
mapfile -t yaml < <(git ls-files --cached --others --exclude-standard '*.yml' '*.yaml')
mapfile -t python < <(git ls-files --cached --others --exclude-standard 'deploy/*.py' 'infra/tests/*.py')

check "terraform fmt" terraform fmt -check -recursive -diff infra
check "checkov: every skip has its reason" reasons
check "checkov" scan
check "Dockerfile is there" need Dockerfile
check "hadolint" "$bin/hadolint" Dockerfile
check "Dockerfile needs no frontend from the internet" no_docker_frontend
check "compose.yaml is there" need compose.yaml
check "compose schema" "$bin/check-jsonschema" --builtin-schema vendor.compose-spec compose.yaml
check "workflow schema" "$bin/check-jsonschema" --builtin-schema vendor.github-workflows .github/workflows/*.yml
check "dependabot schema" "$bin/check-jsonschema" --builtin-schema vendor.dependabot .github/dependabot.yml
check "workflows pin actions and begin without permissions" workflow_rules
check "actionlint" "$bin/actionlint" -shellcheck "$bin/shellcheck" -pyflakes ''
check "zizmor" "$bin/zizmor" --offline --no-progress --quiet .github
check "shellcheck" "$bin/shellcheck" --external-sources --source-path=SCRIPTDIR "${scripts[@]}"
check "yamllint" "$bin/yamllint" --strict --config-file infra/tests/yamllint.yaml "${yaml[@]}"
check "infra/README.md explains every variable" readme_variables
check "infra/README.md has the costs that make cost prints, dev under 40 USD" readme_costs
check "python compiles" python3 -m py_compile "${python[@]}"

echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
