#!/usr/bin/env bash
# make plan-comment: the text of a plan as a comment on PULL_REQUEST; a later plan takes the place of the earlier.
set -euo pipefail
: "${PULL_REQUEST:?set PULL_REQUEST to a number}" "${PLAN_TEXT:?set PLAN_TEXT to the file that infra-plan wrote}"
ENV=${ENV:-dev}
marker="<!-- plan of $ENV -->"
body=$(mktemp)
trap 'rm -f "$body"' EXIT

# A comment ends at 65,536 characters; the summary is at the end of a plan.
text=$(tail -c 60000 "$PLAN_TEXT")
# shellcheck disable=SC2016 # the backticks are Markdown
printf '%s\n### Plan of %s: %s\n\n<details><summary>all of it</summary>\n\n```\n%s\n```\n\n</details>\n' \
  "$marker" "$ENV" "$(grep -E '^(Plan:|No changes)' "$PLAN_TEXT" | tail -1)" "$text" >"$body"

echo "plan-comment: the plan of $ENV to pull request $PULL_REQUEST"
existing=$(gh api "repos/{owner}/{repo}/issues/$PULL_REQUEST/comments" --paginate \
  --jq ".[] | select(.body | startswith(\"$marker\")) | .id" | head -1)
if [[ -n $existing ]]; then
  gh api --method PATCH "repos/{owner}/{repo}/issues/comments/$existing" --field "body=@$body" --silent
else
  gh pr comment "$PULL_REQUEST" --body-file "$body"
fi
