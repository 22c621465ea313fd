#!/usr/bin/env bash
# Builds the real HPA controller as a program that replays histories under a virtual clock. Minutes from an empty Go cache.
set -euo pipefail
out=$PWD/build/bin/hpa-virtual-time
go=$(tools/find-go.sh 1.25)
mkdir -p build/bin
echo 'building the real HPA controller; about two minutes the first time' >&2
cd tools/hpa-virtual-time
GOFLAGS=-mod=readonly "$go" test -c -trimpath -ldflags '-s -w' -o "$out" .
