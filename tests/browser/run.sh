#!/usr/bin/env bash
# Tries Swagger UI at /docs of the real binary in Chromium. SCREENSHOT names a file to keep the picture in.

# shellcheck source=../lib.sh
. "$(dirname -- "$0")/../lib.sh"

here=$root/tests/browser
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
    fail "needs chromium; get it by: apt-get install chromium"
node_modules "$here"
start_server "sqlite:///$scratch/finance.db"
# A home of its own, for what Chromium writes beside its profile.
HOME=$scratch node "$here/docs.mjs" "$base_url" "$chromium" "${SCREENSHOT:-$scratch/docs.png}"
