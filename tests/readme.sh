#!/usr/bin/env bash
# The README's tour, as it is printed, against the real binary.
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
start_server "sqlite:///${scratch}/finance.db"
"$root/tests/readme.py" "$base_url"
