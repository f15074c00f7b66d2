# Everything a newcomer needs: `make demo` and `make test`. They need Python 3.11 or newer with venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COMPILE := $(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options
PAGE := fixtures/valid/bare_order/page.json

.DEFAULT_GOAL := help
.PHONY: help demo test test-exhaustive prove lint types build build-check release-check bench docs wheel node requirements clean

help: ## list what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

$(VENV)/installed: requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "This needs Python 3.11 or newer as $(PYTHON); name another with: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "Python lacks venv: install it (on Debian and Ubuntu: apt install python3-venv)"; exit 1; }
	@echo "Setting up $(VENV); this takes half a minute, once."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(VENV)/installed ## validate Junction's own payloads and all fixtures
	@echo
	@echo "1. What Junction's page prints, and an order recorded from its sandbox:"
	@$(BIN)/junction-webhooks validate $(PAGE) fixtures/valid/labtest.appointment.updated/page.json \
		fixtures/valid/bare_order/recorded.json
	@echo
	@echo "2. All fixtures, among them every walk-in status of an order and of an appointment:"
	@$(BIN)/junction-webhooks validate fixtures/valid | tail -n 1
	@echo
	@echo "3. The page's order with one status misspelled. A tolerant handler survives it: it drifts."
	@sed 's/walk_in_test.ordered/walk_in_test.orderd/' $(PAGE) | $(BIN)/junction-webhooks validate - || true
	@echo
	@echo "4. The page's order with its history under a wrong name. Handlers need one: it is rejected."
	@sed 's/"events": \[/"event": [/' $(PAGE) \
		| $(BIN)/junction-webhooks validate --event labtest.order.updated - || true

test: $(VENV)/installed ## run the tests
	@$(BIN)/python -m pytest -n 2 --dist worksteal

test-exhaustive: $(VENV)/installed ## run the long searches that `make test` leaves out
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m exhaustive

prove: $(VENV)/installed ## take every rule out of the schemas, and see that a payload notices
	@$(BIN)/python -m junction_webhooks_dev.prove

lint: $(VENV)/installed ## ruff (rules and format) and import-linter (layers)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo --no-cache

types: $(VENV)/installed ## mypy and pyright, strict; pyright needs `make node`
	@$(BIN)/mypy
	@test -x tests/node_modules/.bin/pyright && tests/node_modules/.bin/pyright -p tests/public/types \
		|| { echo "pyright did not pass, or is not there: it needs Node 20 with npm, and then: make node"; exit 1; }

build: $(VENV)/installed ## make generated/ from schemas/
	@$(BIN)/python -m junction_webhooks_dev.codegen

build-check: $(VENV)/installed ## is generated/ up to date?
	@$(BIN)/python -m junction_webhooks_dev.codegen --check

release-check: $(VENV)/installed ## do version and changelog keep the policy? BASE=revision says since when
	@$(BIN)/python -m junction_webhooks_dev.release_check $(if $(BASE),--base $(BASE))

bench: $(VENV)/installed ## measure anew what docs/speed.md shows, next to Junction's SDKs
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@$(BIN)/python tests/benchmarks/run.py --docs

docs: $(VENV)/installed ## build the docs site into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

wheel: $(VENV)/installed ## build the wheel, install it in a clean environment and try it there
	@tests/public/wheel/try_wheel $(BIN)/python $(PYTHON)

node: ## install what the tests and the build need of Node
	@npm ci --prefix tests --no-audit --no-fund --silent

requirements: $(VENV)/installed ## pin the environments anew: of the tests, and of the benchmarks
	@$(COMPILE) --upgrade --extra cli --extra docs --extra fast --extra test --extra dev \
		-o requirements-dev.txt pyproject.toml
	@$(COMPILE) --upgrade --constraint requirements-dev.txt --extra bench --extra cli --extra fast --extra test \
		-o requirements-bench.txt pyproject.toml

clean: ## remove what was made, the environment too
	@rm -rf $(VENV) site dist
