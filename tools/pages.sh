#!/usr/bin/env bash
# Builds services/frontend/out where it is missing or older than its sources.
set -euo pipefail
cd services/frontend 2>/dev/null || { echo 'note: services/frontend is not here; headway up shows a plain page' >&2; exit 0; }
[ -f package.json ] || exit 0
if [ -f out/index.html ] && [ -z "$(find . -path ./node_modules -prune -o -path ./out -prune -o -path ./.next -prune -o -type f -newer out/index.html -print -quit)" ]; then
  exit 0
fi
bin=$(cd ../../.venv/bin && pwd)
PATH=$bin:$PATH
[ -d node_modules ] && [ node_modules -nt package-lock.json ] || npm ci --no-audit --no-fund --silent
NEXT_TELEMETRY_DISABLED=1 npm run build --silent
