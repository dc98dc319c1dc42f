#!/usr/bin/env bash
# Checks the committed OpenAPI document against the rules of redocly.yaml.
# shellcheck source=../lib.sh
. "$(dirname -- "$0")/../lib.sh"

here=$root/tests/api
node_modules "$here"
# No telemetry, no look for updates, no advice; `npm ci` brought the pinned version.
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true REDOCLY_SUPPRESS_NOTIFICATIONS=true
"$here/node_modules/.bin/redocly" lint --config "$here/redocly.yaml" "$root/docs/openapi.json"
