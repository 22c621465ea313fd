#!/usr/bin/env bash
# Runs the rendered dev environment on this machine and opens its control room, unless HEADLESS=1.
set -euo pipefail
bin=.venv/bin
arguments=(--env "${ENVIRONMENT:-dev}" --speed "${SPEED:-10}")
[ -z "${BEGAN:-}" ] || arguments+=(--began "$BEGAN")
[ -z "${LAN:-}" ] || arguments+=(--lan)
[ -z "${AUDIENCE_URL:-}" ] || arguments+=(--audience-url "$AUDIENCE_URL")
[ -z "${PORT_BASE:-}" ] || arguments+=(--port-base "$PORT_BASE")
[ -z "${ENGINE:-}" ] || arguments+=(--engine "$ENGINE")
[ -z "${DURATION:-}" ] || arguments+=(--duration "$DURATION")
if [ -n "${HEADLESS:-}" ]; then
  arguments+=(--headless --load "${LOAD:-spike}" --summary "${SUMMARY:-build/demo-summary.json}")
  exec "$bin/headway" up "${arguments[@]}"
fi
[ -z "${LOAD:-}" ] || arguments+=(--load "$LOAD")
exec "$bin/headway" up --open "${arguments[@]}"
