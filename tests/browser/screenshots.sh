#!/usr/bin/env bash
# Makes the pictures of the README from the demo's data: `screenshots.sh DIRECTORY`.

# shellcheck source=../lib.sh
. "$(dirname -- "$0")/../lib.sh"

here=$root/tests/browser
mkdir -p "$1"
pictures=$(cd "$1" && pwd)
chromium=$(find_chromium)
node_modules "$here"
fill_with_demo "sqlite:///$scratch/finance.db"
start_server "sqlite:///$scratch/finance.db"
HOME=$scratch node "$here/screenshots.mjs" "$base_url" "$chromium" "$demo_password" "$pictures"
du -ch "$pictures"/*.webp
