# One way in: every target makes the environment first, and a second call costs nothing.
#
#   make setup   the environment in .venv, from the pinned set in constraints.txt
#   make demo    two simulated CRMs and a spreadsheet become one customer store
#   make test    the tests
#   make lint    ruff, format check, mypy, import contracts
#   make drill   the long tests: crashes, real servers and workers
#   make bench   measured claims
#   make docs    write the generated pages of docs/ anew
#   make lock    resolve constraints.txt anew to the newest that pyproject.toml allows

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

# uv keeps its cache in the home folder; where that can't be written, keep it beside the sources.
ifneq ($(shell test -n "$$HOME" && test -w "$$HOME" && echo yes),yes)
export UV_CACHE_DIR ?= $(CURDIR)/.cache/uv
export PIP_CACHE_DIR ?= $(CURDIR)/.cache/pip
endif

# Prefect looks up an outside host unless told not to.
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup demo test lint drill bench docs lock clean
.DEFAULT_GOAL := setup

setup: $(STAMP)

# pip takes minutes over this set, uv seconds: pip fetches uv, uv does the rest.
# The interpreter is the machine's own, never a downloaded one; so are the certificates it trusts.
$(STAMP): pyproject.toml constraints.txt
	@python="$(PYTHON)"; \
	for candidate in python3.11 python3.12 python3.13 python3.14 python3; do \
	    [ -n "$$python" ] && break; \
	    $$candidate -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && python=$$candidate; \
	done; \
	[ -n "$$python" ] || { echo "make setup needs Python 3.11 or newer with its venv module; name one with PYTHON=..." >&2; exit 1; }; \
	[ -x $(BIN)/python ] || echo "Making $(VENV): some 700 MB to fetch the first time, about half a minute."; \
	[ -x $(BIN)/python ] || $$python -m venv $(VENV)
	@$(BIN)/python -m uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet uv -c constraints.txt
	@UV_PYTHON_DOWNLOADS=never UV_SYSTEM_CERTS=true VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/python -m uv pip install --quiet --editable '.[dev]' --constraint constraints.txt
	@touch $(STAMP)

demo: setup
	@$(BIN)/python -m console.demo

test: setup
	@$(BIN)/python -m pytest tests

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

drill: setup
	@$(BIN)/python -m pytest -m drill --timeout 900 tests

bench: setup
	@$(BIN)/python -m benchmarks

docs: setup
	@$(BIN)/python docs/reference.py

lock: setup
	@$(BIN)/python -m uv pip compile --quiet --universal --upgrade --all-extras --no-header --no-annotate --no-emit-index-url \
	    --python-version 3.11 pyproject.toml --output-file constraints.txt

clean:
	@rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
