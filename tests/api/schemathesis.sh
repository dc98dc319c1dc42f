#!/usr/bin/env bash
# Sends the real binary what its OpenAPI document allows and forbids, and holds each answer against the document:
# `schemathesis.sh [sqlite|postgres]...`, both without arguments. The report is in target/schemathesis.

# shellcheck source=../lib.sh
. "$(dirname -- "$0")/../lib.sh"

here=$root/tests/api
python_environment "$here/requirements.txt"

fuzz() {
    local engine=$1 started=$SECONDS
    case $engine in
    sqlite) start_server "sqlite:///$scratch/finance.db" ;;
    postgres)
        start_postgres
        start_server "$postgres_url"
        ;;
    *) fail "knows sqlite and postgres, not $engine" ;;
    esac
    "$python" "$here/register_users.py" "$base_url" >"$scratch/users.json"
    mkdir -p "$root/target/schemathesis"
    # In the scratch folder, where it may leave what it likes.
    (
        cd "$scratch"
        FINANCE_API_USERS=$scratch/users.json PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 \
            "$(dirname "$python")/schemathesis" --config-file "$here/schemathesis.toml" run "$base_url/openapi.json" \
            --report-junit-path "$root/target/schemathesis/$engine.xml"
    ) || fail "schemathesis has findings on $engine (see above)"
    stop_server
    stop_postgres
    printf 'schemathesis: no findings on %s, %d s\n' "$engine" "$((SECONDS - started))"
}

if [ $# = 0 ]; then
    set -- sqlite postgres
fi
for engine in "$@"; do
    fuzz "$engine"
done
