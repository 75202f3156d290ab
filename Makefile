# Everything a fresh machine with Python 3.11+ needs comes from here.
PYTHON ?= python3
PYTEST_ARGS ?= -q -n auto --dist worksteal
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test bench faults check texts pictures lock clean

run: $(VENV)/.ready  ## set everything up and start Allhands in its sandbox
	@$(BIN)/allhands sandbox

test: $(VENV)/.ready-dev  ## set everything up and run the tests
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

bench: $(VENV)/.ready-dev  ## measure everything against bare echo bots, in some minutes, and write docs/performance.md
	@$(BIN)/python -m benchmarks

faults: $(VENV)/.ready-dev  ## break everything that can break, count what is lost (about an hour)
	@$(BIN)/python -m tests.faults

check: $(VENV)/.ready-dev  ## format, lint, types, arrows, texts, known vulnerabilities
	@scripts/check

texts: $(VENV)/.ready-dev  ## bring the translation catalogue and the page of what arrives as what up to the code
	@$(BIN)/python -m scripts.texts
	@$(BIN)/python -m scripts.fidelity

pictures: $(VENV)/.ready-dev  ## take the pictures of docs/what-it-looks-like.md again (a minute; needs Chromium)
	@$(BIN)/python -m scripts.pictures

lock: $(VENV)/.ready-dev  ## bring the locks up to pyproject.toml; LOCK_ARGS=--upgrade takes the newest versions
	@scripts/lock $(LOCK_ARGS)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Allhands needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV)

# Whatever the index offers, only files with the hashes in the lock are installed; then the project itself, which
# brings nothing along. The lock holds what builds it, too.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps

$(VENV)/.ready: pyproject.toml requirements.lock | $(VENV)/bin/python
	@echo "Setting up (once, about a minute) ..."
	@$(INSTALL) --require-hashes -r requirements.lock
	@PYTHONWARNINGS=ignore $(INSTALL) --no-build-isolation -e .
	@touch $@

$(VENV)/.ready-dev: pyproject.toml requirements-dev.lock | $(VENV)/bin/python
	@echo "Setting up for tests (once, about two minutes) ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@PYTHONWARNINGS=ignore $(INSTALL) --no-build-isolation -e .
	@touch $@ $(VENV)/.ready

clean:  ## remove what setting up made; data/ stays
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
