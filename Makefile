# Everything a working copy needs. `make help` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.PHONY: help run test check setup bench lock wheel clean

BIN := .venv/bin
DEMO ?= city
LOCK = $(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --python-version 3.11 --quiet

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: ## set up, load the demonstration city into an empty database (DEMO=small for a small one), and serve
	@python3 scripts/setup.py run
	@$(BIN)/shegong serve --demo $(DEMO)

test: setup check ## set up, check, and run all tests, those in the browser too
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadgroup $(TESTS)

setup: ## what the tests and checks need: virtual environment, packages, front-end files, Chromium
	@python3 scripts/setup.py test

check: ## lint, format, types, floors
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## the measurements, each beside its limit
	@$(BIN)/shegong bench

lock: setup ## renew the lock files from pyproject.toml
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group dev --output-file requirements-dev.lock

wheel: setup ## build the wheel, with the front-end files and message catalogues in it
	$(BIN)/python -m build --wheel --no-isolation

clean: ## remove what can be made again; data (var/) and the virtual environment stay
	rm -rf dist frontend/node_modules shegong/kernel/static/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find shegong -name '*.mo' -delete
