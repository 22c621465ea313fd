#!/usr/bin/env bash
# Builds the model server and load generator of the gateway's benchmark and installs the peers from PyPI, each into an
# environment of its own. Idempotent. What cannot be had here is named and left out; the benchmark then says so.
set -euo pipefail
python=${PYTHON:-python3}
bin=$PWD/build/bin
go=$(command -v go || true)
go_floor=1.24
new_enough() { [ -n "$1" ] && [ "$(printf '%s\n' "$go_floor" "$("$1" env GOVERSION | sed 's/^go//')" | sort -V | head -n1)" = "$go_floor" ]; }
new_enough "$go" || go=$PWD/.venv/bin/go

mkdir -p "$bin"
(
  cd tools/gateway-bench
  export GOFLAGS=-mod=readonly
  tested=$("$go" test ./... 2>&1) || { echo "$tested" >&2; exit 1; } # the instruments first
  "$go" build -trimpath -o "$bin/gateway-bench-backend" ./backend
  "$go" build -trimpath -o "$bin/gateway-bench-load" ./load
  "$go" build -trimpath -o "$bin/gateway-bench-go-relay" ./prototypes/go-relay
)

for requirements in requirements/gateway-peers-*.txt; do
  name=$(basename "$requirements" .txt)
  name=${name#gateway-peers-}
  environment=.cache/gateway-peers/$name
  [ ! "$environment/installed" -nt "$requirements" ] || continue
  "$python" -m venv "$environment"
  if .venv/bin/uv pip install -q --python "$environment/bin/python" --require-hashes -r "$requirements"; then
    touch "$environment/installed"
  else
    echo "note: $name was not installed; the benchmark runs without it" >&2
  fi
done
