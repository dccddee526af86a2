# 掌办 Zhangban. `make run` on a fresh machine needs Python 3.11 or newer, and nothing else.

PORT ?= 8000
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$each" && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --quiet --disable-pip-version-check --constraint constraints.txt
JOBS ?= 2
PINNED := pyproject.toml constraints.txt

.PHONY: run test bench prove lint fmt setup docs
.DEFAULT_GOAL := run

run: $(VENV)/.installed
	@exec $(BIN)/zhangban demo --port $(PORT)

setup: $(VENV)/.installed-dev

test: setup
	$(BIN)/pytest -n $(JOBS) --dist loadfile $(ARGS)

prove: setup
	ZB_PROVE=1 $(BIN)/python -m pytest -p tests.support.proofs --timeout 3600 tests/state tests/faults tests/attacks \
		tests/handlers/test_inbox_growth.py $(ARGS)

bench: setup
	$(BIN)/python -m bench run $(ARGS)

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m server.commands.errors_page --check
	$(BIN)/python -m server.commands.settings_page --check

fmt: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: setup
	$(BIN)/python -m server.commands.errors_page
	$(BIN)/python -m server.commands.settings_page

$(BIN)/pip:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更高版本 (Python 3.11 or newer is needed)" >&2; exit 1; }
	@echo "正在准备 .venv,首次约需一分钟 (setting up .venv, about a minute the first time)"
	@$(PYTHON) -m venv $(VENV)

# Stamps: nothing is installed again until the dependencies change.
$(VENV)/.installed: $(PINNED) | $(BIN)/pip
	@$(PIP) --editable .
	@touch $@

$(VENV)/.installed-dev: $(PINNED) | $(BIN)/pip
	@$(PIP) --editable '.[dev,bench]'
	@touch $(VENV)/.installed $@
