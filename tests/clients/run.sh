#!/usr/bin/env bash
# Makes a TypeScript and a Python client from the OpenAPI document, checks their types and travels with each through the
# API of the real binary. What is generated lands in a temporary folder.

# shellcheck source=../lib.sh
. "$(dirname -- "$0")/../lib.sh"

here=$root/tests/clients
document=$root/docs/openapi.json

typescript() {
    node_modules "$here/typescript"
    local work=$scratch/typescript programs=$here/typescript/node_modules/.bin
    mkdir "$work"
    cp "$here/typescript/"{package.json,tsconfig.json,journey.ts} "$work"
    ln -s "$here/typescript/node_modules" "$work/node_modules"
    "$programs/openapi-typescript" "$document" --output "$work/generated/api.ts" >"$scratch/typescript.log" 2>&1 ||
        fail "openapi-typescript failed: $(cat "$scratch/typescript.log")"
    "$programs/tsc" --project "$work" || fail "the TypeScript client or its journey does not compile (see above)"
    node "$work/build/journey.js" "$base_url" || fail "the TypeScript journey failed (see above)"
}

python_client() {
    python_environment "$here/python/requirements.txt"
    local work=$scratch/python
    mkdir "$work"
    "$python" -m openapi_python_client generate --path "$document" --config "$here/python/generator.yaml" \
        --meta none --output-path "$work/finance_client" --fail-on-warning >"$scratch/python.log" 2>&1 ||
        fail "openapi-python-client failed: $(cat "$scratch/python.log")"
    cp "$here/python/journey.py" "$work"
    (cd "$work" && "$python" -m mypy --no-error-summary --cache-dir "$scratch/mypy" journey.py finance_client) ||
        fail "the Python client or its journey is not typed (see above)"
    "$python" "$work/journey.py" "$base_url" || fail "the Python journey failed (see above)"
}

start_server "sqlite:///$scratch/finance.db"
typescript
python_client
