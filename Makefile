# The commands of this project; CI runs the same ones. `make` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

# No tool phones home, and none may ask for colours in a log.
export DO_NOT_TRACK = 1
export DBT_SEND_ANONYMOUS_USAGE_STATS = false
export RUNTIME__DLTHUB_TELEMETRY = false
export GX_ANALYTICS_ENABLED = false
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 16

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Canon needs Python 3.11: install it, or say where it is: make setup PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

.PHONY: setup
setup: $(READY) ## install Canon and its pinned dependencies into .venv

.PHONY: demo
demo: $(READY) ## the main job on the bundled sample: two CRMs over HTTP in, one canonical table out
	$(BIN)/canon demo

.PHONY: test
test: $(READY) ## all tests: Python, dbt unit and data tests, the sandbox, end to end
	$(BIN)/python -m pytest --numprocesses 2 --dist loadgroup -m "not long"

.PHONY: test-long
test-long: $(READY) ## what takes minutes: random histories, kills at any moment, a million contacts
	$(BIN)/python -m pytest --numprocesses 2 --dist loadgroup -m long

.PHONY: lint
lint: $(READY) ## ruff, mypy --strict, sqlfluff, dbt compile on nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/dbt compile --quiet --no-use-colors --target lint --target-path target/lint
	$(BIN)/sqlfluff lint --processes 2 dbt_project/models dbt_project/snapshots dbt_project/tests

.PHONY: docs
docs: $(READY) ## dbt's documentation of the warehouse as one offline file: data/site/dbt_docs.html
	$(BIN)/canon publish

.PHONY: bench
bench: $(READY) ## loading, building and a no-op sync, measured beside what bounds them
	$(BIN)/python -m benchmarks

.PHONY: evaluate
evaluate: $(READY) ## identity on public labelled sets: precision and recall beside a key cascade and Splink
	$(BIN)/python -m evaluation

.PHONY: clean
clean: ## remove the environment, what was built and the demo's files; a warehouse of your own stays
	rm -rf $(VENV) target logs .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	@if [ -e data/canon.duckdb ] && [ ! -e data/canon.duckdb.demo ]; then \
		echo "data/canon.duckdb was not made by canon demo: it stays, with its log, its decisions and its key."; \
	else \
		rm -rf data/canon.* data/.dlt_work data/published data/site; \
	fi
