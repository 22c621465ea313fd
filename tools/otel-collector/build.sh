#!/usr/bin/env bash
# Builds OpenTelemetry's collector with the components of the rendered configuration, at the rendered image's version.
# Minutes from an empty Go cache.
set -euo pipefail
out=$PWD/build/bin/otel-collector
go=$(tools/find-go.sh 1.26)
mkdir -p build/bin
echo 'building the OpenTelemetry collector; minutes the first time' >&2
cd tools/otel-collector
GOFLAGS=-mod=readonly "$go" build -trimpath -ldflags '-s -w' -o "$out" .
