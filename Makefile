# Start with `make demo` and `make test`. Both need only Python 3.11 or newer with venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COMPILE := $(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options
# The SDK that the baseline of drift was reviewed with. It has an environment of its own, next to no other package's.
SDK := junction-api-sdk==2.0.0
SDK_VENV := .venv-sdk
PAGE := fixtures/valid/bare_order/page.json
# Where the environment forbids to keep bytecode, every process compiles everything again, which nearly doubles the time.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help demo test test-exhaustive prove drift lint types build build-check release-check release release-state bench docs wheel node requirements clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

$(VENV)/installed: requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "This needs Python 3.11 or newer, but $(PYTHON) is not. Choose another, for example: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "Python has no venv. Install it (on Debian and Ubuntu: apt install python3-venv)."; exit 1; }
	@echo "Setting up $(VENV). This takes about half a minute and happens only once."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(SDK_VENV)/installed: requirements-sdk.txt
	@$(PYTHON) -m venv --clear $(SDK_VENV)
	@$(SDK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-sdk.txt
	@touch $@

demo: $(VENV)/installed ## validate Junction's own payloads and all fixtures
	@echo
	@echo "1. The payloads on Junction's page, and an order recorded from its sandbox:"
	@$(BIN)/junction-webhooks validate $(PAGE) fixtures/valid/labtest.appointment.updated/page.json \
		fixtures/valid/bare_order/recorded.json
	@echo
	@echo "2. All fixtures, which cover every walk-in status of an order and of an appointment:"
	@$(BIN)/junction-webhooks validate fixtures/valid | tail -n 1
	@echo
	@echo "3. The page's order with a misspelled status. A tolerant handler copes, so it drifts:"
	@sed 's/walk_in_test.ordered/walk_in_test.orderd/' $(PAGE) | $(BIN)/junction-webhooks validate - || true
	@echo
	@echo "4. The page's order with its history under the wrong name. Handlers need it, so it is rejected:"
	@sed 's/"events": \[/"event": [/' $(PAGE) \
		| $(BIN)/junction-webhooks validate --event labtest.order.updated - || true

test: $(VENV)/installed ## run the tests
	@$(PYTEST)

test-exhaustive: $(VENV)/installed ## run the long searches that `make test` leaves out
	@$(PYTEST) -m exhaustive

prove: $(VENV)/installed ## remove each rule from the schemas, and check that a payload notices
	@$(BIN)/python -m junction_webhooks_dev.prove

drift: $(VENV)/installed $(SDK_VENV)/installed ## compare the contract with Junction's document and SDK, both pinned
	@$(BIN)/junction-webhooks drift tests/drift/openapi-*.json --sdk-python $(SDK_VENV)/bin/python --fail-on-stale

lint: $(VENV)/installed ## run ruff (rules and format) and import-linter (layers)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo --no-cache

types: $(VENV)/installed ## run mypy and pyright in strict mode; pyright needs `make node`
	@$(BIN)/mypy
	@test -x tests/node_modules/.bin/pyright && tests/node_modules/.bin/pyright -p tests/public/types \
		|| { echo "pyright failed or is not installed. To install it, you need Node 20 with npm; then run: make node"; exit 1; }

build: $(VENV)/installed ## derive generated/ from schemas/
	@$(BIN)/python -m junction_webhooks_dev.codegen

build-check: $(VENV)/installed ## check that generated/ is up to date
	@$(BIN)/python -m junction_webhooks_dev.codegen --check

release-check: $(VENV)/installed ## check version and changelog against the policy; BASE=revision sets the starting point
	@$(BIN)/python -m junction_webhooks_dev.release_check $(if $(BASE),--base $(BASE))

# What fails quickly comes first, and the digests and what is left come last. TAG reaches the module as a variable.
release: $(VENV)/installed $(if $(QUICK),,release-state lint types build-check release-check test) ## check and build a release; QUICK=1 rehearses it on any checkout
	@$(BIN)/python -m junction_webhooks_dev.release $(if $(QUICK),--rehearse)

release-state: $(VENV)/installed
	@$(BIN)/python -m junction_webhooks_dev.release --only-state

bench: $(VENV)/installed ## measure the figures of docs/speed.md again, next to Junction's SDKs
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@$(BIN)/python tests/benchmarks/run.py --docs
	@$(BIN)/python tests/benchmarks/generate.py --docs

docs: $(VENV)/installed ## build the docs site into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

wheel: $(VENV)/installed ## build the wheel, install it in a clean environment and test it there
	@tests/public/wheel/try_wheel $(BIN)/python $(PYTHON)

node: ## install the Node packages that the tests and the build need
	@npm ci --prefix tests --no-audit --no-fund --silent

requirements: $(VENV)/installed ## update the pinned environments: for development, for benchmarks, and that of the SDK
	@$(COMPILE) --upgrade --extra cli --extra docs --extra fast --extra test --extra zstd --extra dev \
		-o requirements-dev.txt pyproject.toml
	@$(COMPILE) --upgrade --constraint requirements-dev.txt --extra bench --extra cli --extra fast --extra test --extra zstd \
		-o requirements-bench.txt pyproject.toml
	@echo "$(SDK)" | $(COMPILE) --upgrade --constraint requirements-bench.txt -o requirements-sdk.txt -

clean: ## remove all build results and the environment
	@rm -rf $(VENV) $(SDK_VENV) site dist
