# One word for each thing that is done to this project. Works with uv and without it.

PYTHON_BIN := .venv/bin
INSTALLED := .venv/installed

.PHONY: help setup demo test check bench lock audit

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv and install what the lock file says
	scripts/setup
	@touch $(INSTALLED)

demo: $(INSTALLED) ## see the real bot catch a threat, without a Discord account
	$(PYTHON_BIN)/python run.py demo

test: $(INSTALLED) ## run the tests (on PostgreSQL too, where TEST_POSTGRES_URL is set)
	$(PYTHON_BIN)/python -m pytest -n auto

check: $(INSTALLED) ## format, lint, types, contracts, locks, audit and tests: the same everywhere
	$(PYTHON_BIN)/ruff format --check .
	$(PYTHON_BIN)/ruff check .
	$(PYTHON_BIN)/mypy
	$(PYTHON_BIN)/lint-imports
	scripts/export-lock --check
	$(MAKE) --no-print-directory audit
	scripts/with-postgres $(MAKE) --no-print-directory test

bench: $(INSTALLED) ## measure cost, delay and memory
	$(PYTHON_BIN)/python -m bench

audit: $(INSTALLED) ## look for known vulnerabilities in what the lock file names
	$(PYTHON_BIN)/python scripts/audit.py

lock: ## write uv.lock anew, and from it both lock files for pip (needs uv)
	uv lock
	scripts/export-lock

$(INSTALLED): requirements-dev.lock
	scripts/setup
	@touch $@
