#!/usr/bin/env bash
# Tries what the real binary shows in Chromium: Swagger UI at /docs, and the dashboard on SQLite and PostgreSQL:
# `run.sh [docs|sqlite|postgres]...`, all without arguments. SCREENSHOT names a file to keep a picture in: of /docs, or of
# where the dashboard failed.

# shellcheck source=../lib.sh
. "$(dirname -- "$0")/../lib.sh"

here=$root/tests/browser
chromium=$(find_chromium)
node_modules "$here"
# A home of its own, for what Chromium writes beside its profile.
export HOME=$scratch

# dashboard DATABASE_URL
dashboard() {
    fill_with_demo "$1"
    start_server "$1"
    node "$here/dashboard.mjs" "$base_url" "$chromium" "$demo_password"
    stop_server
}

if [ $# = 0 ]; then
    (cd "$root" && "$here/node_modules/.bin/eslint" --config "$here/eslint.config.mjs" crates/dashboard/web tests/browser tests/lighthouse)
    node "$here/units.mjs"
    set -- docs sqlite postgres
fi
for part in "$@"; do
    case $part in
    docs)
        start_server "sqlite:///$scratch/finance.db"
        node "$here/docs.mjs" "$base_url" "$chromium" "${SCREENSHOT:-$scratch/docs.png}"
        stop_server
        ;;
    sqlite) dashboard "sqlite:///$scratch/dashboard.db" ;;
    postgres)
        start_postgres
        dashboard "$postgres_url"
        stop_postgres
        ;;
    *) fail "knows docs, sqlite and postgres, not $part" ;;
    esac
    [ "$part" = docs ] || printf 'dashboard: all of it on %s\n' "$part"
done
