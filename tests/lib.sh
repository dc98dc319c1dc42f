# What the scripts in this folder share: `. lib.sh` first thing. Everything that is started here ends with the script.
# shellcheck shell=bash

set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
binary=${FINANCE_API_BINARY:-$root/target/debug/finance-api}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/finance-api-tests.XXXXXX")
server_process=
postgres_data=
postgres_programs=

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# need PROGRAM HOW_TO_GET_IT
need() {
    command -v "$1" >/dev/null || fail "needs $1; get it by: $2"
}

# Where Chromium is.
find_chromium() {
    command -v chromium || command -v chromium-browser || command -v google-chrome ||
        fail "needs chromium; get it by: apt-get install chromium"
}

clean_up() {
    local status=$?
    trap - EXIT INT TERM HUP
    set +e
    stop_server
    stop_postgres
    rm -rf -- "$scratch"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# fill_with_demo DATABASE_URL: three years of a demo user; sets `demo_password`.
fill_with_demo() {
    [ -x "$binary" ] || fail "needs $binary; get it by: cargo build -p finance-server"
    demo_password='demo of the tests'
    env -i PATH="$PATH" DATABASE_URL="$1" BCRYPT_COST=4 "$binary" demo --password "$demo_password" >"$scratch/demo.log" 2>&1 ||
        fail "the demo failed: $(tail -n 5 "$scratch/demo.log")"
}

# start_server DATABASE_URL: runs the binary; sets `base_url` once it is ready.
start_server() {
    [ -x "$binary" ] || fail "needs $binary; get it by: cargo build -p finance-server"
    local log=$scratch/server.log address='' deadline=$((SECONDS + 30))
    : >"$log"
    # An environment of its own: a developer's `.env` and variables must not change what is tested.
    (
        cd "$scratch"
        exec env -i PATH="$PATH" DATABASE_URL="$1" HOST=127.0.0.1 PORT=0 LOG_FORMAT=json BCRYPT_COST=4 \
            JWT_SECRET_KEY=only-for-tests-0123456789abcdef0123456789 ACCESS_TOKEN_EXPIRE_MINUTES=600 \
            SHUTDOWN_GRACE_SECONDS=0 "$binary" serve
    ) >"$log" 2>&1 &
    server_process=$!
    while :; do
        address=$(sed -n 's/.*"message":"listening on [^}]*"address":"\([^"]*\)".*/\1/p' "$log")
        if [ -n "$address" ] && is_ready "$address"; then
            break
        fi
        kill -0 "$server_process" 2>/dev/null || fail "the server ended: $(tail -n 5 "$log")"
        [ "$SECONDS" -lt "$deadline" ] || fail "the server is not ready after 30 s: $(tail -n 5 "$log")"
        sleep 0.1
    done
    # shellcheck disable=SC2034 # for the scripts
    base_url=http://$address
}

# is_ready HOST:PORT: whether /health/ready answers 200. By the shell alone, so that no other program is needed.
is_ready() {
    local status
    {
        exec 3<>"/dev/tcp/${1%:*}/${1##*:}" || return 1
        printf 'GET /health/ready HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$1" >&3
        IFS=' ' read -r -t 5 _ status _ <&3 || true
        exec 3>&-
    } 2>/dev/null
    [ "${status:-}" = 200 ]
}

stop_server() {
    [ -n "$server_process" ] || return 0
    kill -TERM "$server_process" 2>/dev/null || true
    wait "$server_process" 2>/dev/null || true
    server_process=
}

# A TCP port of this machine that nobody uses.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# start_postgres: a PostgreSQL of our own, empty; sets `postgres_url`.
start_postgres() {
    local port directory
    for directory in "$(dirname "$(command -v initdb || echo /)")" "$(pg_config --bindir 2>/dev/null || true)" \
        $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
        if [ -x "$directory/initdb" ] && [ -x "$directory/pg_ctl" ]; then
            postgres_programs=$directory
            break
        fi
    done
    [ -n "$postgres_programs" ] || fail "needs PostgreSQL; get it by: apt-get install postgresql"
    postgres_data=$(mktemp -d "${TMPDIR:-/tmp}/finance-api-postgres.XXXXXX")
    if [ "$(id -u)" = 0 ]; then
        chown postgres "$postgres_data"
    fi
    port=$(free_port)
    as_postgres "$postgres_programs/initdb" --auth=trust --username=finance --encoding=UTF8 --locale=C.UTF-8 --no-sync \
        "$postgres_data/data" >"$scratch/initdb.log" 2>&1 || fail "initdb failed: $(tail -n 5 "$scratch/initdb.log")"
    as_postgres "$postgres_programs/pg_ctl" start --wait --silent --pgdata="$postgres_data/data" --log="$postgres_data/log" \
        --options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c fsync=off" >/dev/null ||
        fail "PostgreSQL did not start: $(tail -n 5 "$postgres_data/log")"
    # shellcheck disable=SC2034 # for the scripts
    postgres_url=postgresql://finance@127.0.0.1:$port/postgres
}

stop_postgres() {
    [ -n "$postgres_data" ] || return 0
    if [ -f "$postgres_data/data/postmaster.pid" ]; then
        as_postgres "$postgres_programs/pg_ctl" stop --wait --silent --mode=immediate --pgdata="$postgres_data/data" >/dev/null || true
    fi
    rm -rf -- "$postgres_data"
    postgres_data=
}

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

# python_environment REQUIREMENTS: a virtual environment with exactly these packages; sets `python`.
python_environment() {
    need python3 'apt-get install python3 python3-venv'
    local name environment stamp
    name=$(basename "$(dirname "$1")")
    environment=$root/tests/.venv/$name
    stamp=$environment/.installed
    python=$environment/bin/python
    if ! { [ -x "$python" ] && cmp --silent "$1" "$stamp"; }; then
        rm -rf -- "$environment"
        python3 -m venv "$environment" 2>"$scratch/venv.log" ||
            fail "cannot make a virtual environment; get what it needs by: apt-get install python3-venv"
        "$python" -m pip install --quiet --disable-pip-version-check --no-input --requirement "$1" ||
            fail "pip cannot install $1 (see above)"
        cp "$1" "$stamp"
    fi
}

# node_modules DIRECTORY: exactly the packages of its package-lock.json.
node_modules() {
    need node 'apt-get install nodejs npm (20.19 or newer)'
    need npm 'apt-get install nodejs npm'
    node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' ||
        fail "needs Node.js 20.19 or newer, not $(node --version); get it by: apt-get install nodejs, on Debian 13 or newer"
    local stamp=$1/node_modules/.installed
    if ! cmp --silent "$1/package-lock.json" "$stamp"; then
        (cd "$1" && npm ci --silent --no-audit --no-fund --ignore-scripts) || fail "npm ci failed in $1 (see above)"
        cp "$1/package-lock.json" "$stamp"
    fi
}
