#!/usr/bin/env bash
# Measures the dashboard of the real binary with Lighthouse, on the demo's data. Needs no internet.

# shellcheck source=../lib.sh
. "$(dirname -- "$0")/../lib.sh"

here=$root/tests/lighthouse
chromium=$(find_chromium)
node_modules "$here"
fill_with_demo "sqlite:///$scratch/finance.db"
start_server "sqlite:///$scratch/finance.db"
HOME=$scratch node "$here/measure.mjs" "$base_url" "$chromium" "$demo_password"
