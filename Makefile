# Everything a fresh machine with Python 3.11+ needs comes from here.
PYTHON ?= python3
PYTEST_ARGS ?= -q -n auto
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test bench faults check texts clean

run: $(VENV)/.ready  ## set everything up and start Allhands in its sandbox
	@$(BIN)/allhands sandbox

test: $(VENV)/.ready-dev  ## set everything up and run the tests
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

bench: $(VENV)/.ready-dev  ## measure the line against bare echo bots, in about a minute
	@$(BIN)/python -m benchmarks.line --quick

faults: $(VENV)/.ready-dev  ## break everything that can break, count what is lost (about half an hour)
	@$(BIN)/python -m tests.faults

check: $(VENV)/.ready-dev  ## format, lint, types, arrows, texts
	@scripts/check

texts: $(VENV)/.ready-dev  ## bring the translation catalogue up to the code
	@$(BIN)/python scripts/texts.py

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Allhands needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: pyproject.toml requirements.lock | $(VENV)/bin/python
	@echo "Setting up (once, about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e .
	@touch $@

$(VENV)/.ready-dev: pyproject.toml requirements.lock | $(VENV)/bin/python
	@echo "Setting up for tests (once, about two minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[dev]'
	@touch $@ $(VENV)/.ready

clean:  ## remove what setting up made; data/ stays
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
