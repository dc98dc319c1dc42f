#!/usr/bin/env bash
# Fetches the libraries of the page anew from npm, byte for byte as they were published: `vendor.sh`, after a version
# below was changed. What came in is for the reviewer to look at.
set -euo pipefail
cd "$(dirname "$0")/web/vendor"

# NAME VERSION FILE...
libraries='preact 11.2.0 dist/preact.mjs hooks/dist/hooks.mjs
htm 3.1.1 dist/htm.mjs
uplot 1.6.32 dist/uPlot.iife.min.js dist/uPlot.min.css'

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
find . -mindepth 1 -delete
{
    echo "Libraries of the page, as npm published them. Made by \`make vendor-dashboard\`."
    while read -r name version files; do
        read -r tarball _ < <(cd "$scratch" && npm pack --silent "$name@$version")
        tar --extract --gzip --file "$scratch/$tarball" --directory "$scratch"
        mkdir "$name"
        for file in LICENSE $files; do
            cp "$scratch/package/$file" "$name/"
        done
        licence=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).license' "$scratch/package/package.json")
        digest=$(sha256sum "$scratch/$tarball" | cut -d ' ' -f 1)
        rm -rf -- "$scratch/package"
        printf '%s %s, %s, https://registry.npmjs.org/%s/-/%s\n  sha256 of the archive: %s\n' \
            "$name" "$version" "$licence" "$name" "$tarball" "$digest"
    done <<<"$libraries"
} >VERSIONS
