# The only entry point people need; CI runs the same targets. `make` prints what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
STAMP := build/setup.stamp
SOURCES := requirements/dev.txt requirements/bootstrap.txt requirements/go.txt pyproject.toml services/gateway/pyproject.toml services/model-server/pyproject.toml tools/setup.sh tools/go.mod tools/go.sum $(wildcard tools/expr-eval/*)

HPA := build/bin/hpa-virtual-time
COLLECTOR := build/bin/otel-collector
PAGES := services/frontend
PAGES_MODULES := build/frontend-modules.stamp
PAGES_SOURCES := $(shell git ls-files $(PAGES) 2>/dev/null | grep -vE '/(tests|e2e)/')
NPM = cd $(PAGES) && export PATH="$(CURDIR)/$(BIN):$$PATH" NEXT_TELEMETRY_DISABLED=1 NO_COLOR=1 &&
HISTORIES ?= 1000
RUNS ?= 10000
SEED ?= 1
FUZZ_CASES ?= 2000
SOAK ?= 600

.PHONY: help setup synth validate check test test-hpa test-python-313 frontend frontend-types test-frontend test-frontend-units test-frontend-browser show e2e e2e-vllm vllm-cpu control-plane gateway-api-fuzz gateway-faults lint format types layers bench bench-gateway side-by-side check-agrees docs lock clean

help: ## print this help
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  \1\t\2/' | expand -t 20

setup: $(STAMP) ## everything the repository needs: virtual environment, Node, Go, kubeconform, KEDA's formula language

$(STAMP): $(SOURCES)
	@PYTHON=$(PYTHON) tools/setup.sh

synth: setup ## render every environment to dist/, apps/ and argocd/, then validate it
	@$(BIN)/headway synth
	@tools/validate.sh

validate: setup ## kubeconform -strict over everything rendered
	@tools/validate.sh

check: synth lint types layers ## what a pull request must pass: synth leaves no diff, proofs, lint, types, layers
	@git diff --exit-code --stat -- dist apps argocd terraform docs || { echo 'error: what is rendered differs from what is committed'; echo; echo 'hint: make synth docs, then commit the result with its cause'; exit 1; }
	@untracked=$$(git ls-files --others --exclude-standard -- dist apps argocd terraform); [ -z "$$untracked" ] || { echo "error: rendered and not committed: $$untracked"; exit 1; }

test: setup ## all fast tests
	@$(BIN)/python tools/schemas.py
	@$(MAKE) -s load-tools || echo 'note: k6 could not be installed; tests that make load were skipped' >&2
	@$(BIN)/pytest
	@if $(MAKE) -s $(PAGES_MODULES); then $(MAKE) -s test-frontend-units; else echo 'note: npm could not install what the pages are made of; their tests were skipped' >&2; fi

test-hpa: setup $(HPA) ## the HPA function beside the real controller, on HISTORIES histories of each kind from SEED
	@$(BIN)/python tools/quantity_differential.py $(HPA) --seed $(SEED)
	@$(BIN)/python tools/hpa_differential.py $(HPA) --histories $(HISTORIES) --seed $(SEED)

$(HPA): $(wildcard tools/hpa-virtual-time/*.go) tools/hpa-virtual-time/go.mod tools/hpa-virtual-time/go.sum tools/hpa.sh
	@tools/hpa.sh

test-python-313: setup ## render with Python 3.13 as well, in a second environment, and compare the bytes
	@HEADWAY_PYTHON_313=1 $(BIN)/pytest -k python_3_13 -rs

e2e: control-plane metrics-pipeline e2e-vllm gateway-api-fuzz gateway-faults test-frontend-browser show local-faults ## long suites against real parts: the control plane, the metrics' collector and Prometheus, vLLM on the CPU, the gateway's documented answers and its faults, the pages in a browser, a show, a local run under faults

vllm-cpu: setup ## builds vLLM for this machine's CPU and a tiny model in .cache (5.9 GB), for make demo ENGINE=vllm and make e2e-vllm
	@tools/vllm-cpu/build.sh

e2e-vllm: vllm-cpu ## real vLLM on this machine's CPU under the launcher; needs 3 GB of memory
	@$(BIN)/pytest -s -m long services/model-server/tests/real_vllm services/gateway/tests/real

gateway-api-fuzz: setup ## the gateway's answers beside its OpenAPI document, FUZZ_CASES of each operation; prints the counts
	@HEADWAY_FUZZ_CASES=$(FUZZ_CASES) $(BIN)/pytest -s services/gateway/tests/api/test_openapi.py

$(PAGES_MODULES): $(PAGES)/package-lock.json $(STAMP)
	@$(NPM) npm ci --loglevel=error --no-fund --no-audit --ignore-scripts >/dev/null
	@touch $@

frontend: services/frontend/out/csp.json ## the pages as a static export, services/frontend/out/

$(PAGES)/out/csp.json: $(PAGES_MODULES) $(PAGES_SOURCES)
	@mkdir -p build && ( $(NPM) npm run -s build ) >build/frontend.txt 2>&1 || { cat build/frontend.txt; exit 1; }

frontend-types: $(PAGES_MODULES) ## the pages' types from the gateway's OpenAPI document
	@$(BIN)/python $(PAGES)/scripts/openapi.py
	@$(NPM) npm run -s types:generate

test-frontend: test-frontend-units test-frontend-browser ## everything about the pages

test-frontend-units: $(PAGES_MODULES) ## the pages' types, rules and vitest
	@$(NPM) npm run -s lint && npm run -s types && npm test

test-frontend-browser: frontend ## every page and state in the system's Chromium (CHROMIUM=path); pictures in build/screenshots/
	@$(NPM) npm run -s e2e

show: frontend load-tools ## one show from the first question to the winner in a browser, on what dev renders; pictures in build/screenshots/
	@$(NPM) npm run -s show

control-plane: setup ## what is rendered against a real API server, scheduler and Karpenter; builds them the first time (minutes, 10 GiB)
	@tools/control-plane/build.sh
	@tools/control-plane/test.sh

metrics-pipeline: setup $(COLLECTOR) ## rendered metrics through a real OpenTelemetry collector (built the first time, minutes) and Prometheus (from PATH)
	@$(BIN)/pytest -rs -m long tests/metrics_pipeline

$(COLLECTOR): $(wildcard tools/otel-collector/*)
	@tools/otel-collector/build.sh

gateway-faults: setup .cache/fuzz/fuzz.stamp ## the gateway under RUNS faults from SEED, its surveys under as many answers, crowds and fuzzing; writes docs/reference/gateway-faults.md
	@PYTHONPATH=services/gateway/tests $(BIN)/python tools/gateway_faults.py --runs $(RUNS) --seed $(SEED) --fuzz-python .cache/fuzz/bin/python

.cache/fuzz/fuzz.stamp: requirements/fuzz.txt
	@$(PYTHON) -m venv .cache/fuzz
	@$(BIN)/uv pip install -q --python .cache/fuzz/bin/python --require-hashes -r requirements/fuzz.txt && touch $@

lint: setup ## ruff: rules and formatting; deptry: dependencies
	@$(BIN)/ruff check -q
	@$(BIN)/ruff format -q --check
	@$(BIN)/deptry charts-src 2>&1 | grep -v 'Success!\|Scanning' || true; exit $${PIPESTATUS[0]}

format: setup ## ruff: format and repair
	@$(BIN)/ruff check -q --fix
	@$(BIN)/ruff format -q

types: setup ## mypy --strict on headway
	@$(BIN)/mypy | grep -v Success || true; exit $${PIPESTATUS[0]}

layers: setup ## import-linter: who may import whom
	@$(BIN)/lint-imports --no-logo 2>/dev/null >build/layers.txt || $(BIN)/lint-imports >build/layers.txt || { cat build/layers.txt; exit 1; }

.PHONY: demo tube-demo load-tools local-faults metrics-pipeline
demo: synth load-tools $(if $(wildcard services/frontend/package.json),frontend) ## the whole system on this machine, in a browser (HEADLESS=1 DURATION=60 for scripts; ENGINE=vllm; SPEED=10; LAN=1; AUDIENCE_URL=http://laptop.local)
	@tools/demo.sh

demo: export BEGAN := $(shell date +%s)

tube-demo: setup load-tools ## the documents' show at ten times the speed (4 minutes); writes docs/reference/tube-demo.md
	@$(BIN)/python tools/tube_demo.py

local-faults: setup load-tools ## a local run under faults, a spike and a soak: nothing accepted is lost, nothing scales down without metrics
	@$(BIN)/pytest tests/local -m long

load-tools: .cache/load/load.stamp ## k6, which makes load

.cache/load/load.stamp: requirements/load.txt | $(STAMP)
	@$(PYTHON) -m venv .cache/load
	@$(BIN)/uv pip install -q --python .cache/load/bin/python --require-hashes -r requirements/load.txt && touch $@

bench: setup ## side by side with the peers, as ratios; its soak takes ten minutes (SOAK=30 for a glance, which is not judged)
	@$(BIN)/python tools/bench_ranking.py
	@$(BIN)/python tools/bench_synth.py
	@$(BIN)/python tools/bench_check.py
	@tools/gateway-bench/setup.sh
	@$(BIN)/python tools/bench_gateway.py --soak $(SOAK)

bench-gateway: setup ## the gateway beside nginx, routers from PyPI and LiteLLM, with a soak of SOAK seconds; writes docs/reference/gateway-figures.md
	@tools/gateway-bench/setup.sh
	@$(BIN)/python tools/bench_gateway.py --soak $(SOAK) --page

side-by-side: setup .cache/peers/peers.stamp ## predictions beside those of public tools; writes docs/reference/side-by-side.md
	@$(BIN)/python tools/side_by_side.py

.cache/peers/peers.stamp: requirements/peers.txt
	@$(PYTHON) -m venv .cache/peers
	@$(BIN)/uv pip install -q --python .cache/peers/bin/python --require-hashes -r requirements/peers.txt && touch $@

check-agrees: setup .cache/scanners/scanners.stamp ## checkov over dist/, offline: what it passes, and why what it skips is skipped; writes docs/reference/checkov.md
	@$(BIN)/python tools/check_agrees.py .cache/scanners/bin/checkov

.cache/scanners/scanners.stamp: requirements/scanners.txt
	@$(PYTHON) -m venv .cache/scanners
	@$(BIN)/uv pip install -q --python .cache/scanners/bin/python --require-hashes -r requirements/scanners.txt && touch $@

docs: setup ## reference pages and pictures, from the code
	@$(BIN)/python tools/reference.py
	@$(BIN)/python tools/validate_latency.py >/dev/null
	@$(BIN)/python tools/coverage_table.py
	@$(BIN)/headway plan prod --picture docs/plan-prod.svg >/dev/null
	@$(BIN)/headway law queue --picture docs/law-queue.svg >/dev/null
	@$(BIN)/headway law documented-commuters-waiting --picture docs/law-documented.svg >/dev/null

lock: setup ## hashed requirement files from pyproject.toml
	@tools/lock.sh

clean: ## remove what was built; dist/ stays
	@rm -rf build .venv .import_linter_cache .ruff_cache .hypothesis
