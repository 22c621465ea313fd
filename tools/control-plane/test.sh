#!/usr/bin/env bash
# The tests of the control plane in network and process namespaces of their own: fixed ports on a loopback that nobody else
# sees, and nothing is left running when the tests end, however they end. Arguments go to pytest.
set -euo pipefail
root=()
[ "$(id -u)" = 0 ] || root=(--map-root-user)
isolated=(unshare "${root[@]}" --net --pid --fork --mount-proc --kill-child --)
"${isolated[@]}" ip link set lo up || {
  echo 'error: unshare cannot make a network namespace here' >&2
  echo 'hint: run as root, or allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1)' >&2
  exit 2
}
options='-q -rs --strict-markers --import-mode=importlib'
# One control plane for each file: what the chain's tests leave behind would be an update to those of the server.
failed=0
for file in tests/control_plane/test_*.py; do
  HEADWAY_CONTROL_PLANE=1 timeout "${TIMEOUT:-1200}" "${isolated[@]}" sh -c 'ip link set lo up; exec "$@"' sh \
    .venv/bin/pytest -o addopts="$options" "$file" "$@" || failed=$?
done
exit "$failed"
