# Two commands do everything: `make run` and `make test`. The rest are parts of them.
PYTHON ?= python3
BIN := .venv/bin
# the language of messages comes from the terminal unless KG_LANG says it
KG_LANG ?= $(if $(filter ru%,$(LC_ALL)$(LC_MESSAGES)$(LANG)),ru,en)
export KG_LANG

.PHONY: run test soak check bench setup setup-test python

python:
	@command -v $(PYTHON) >/dev/null || { echo "set-up: $(PYTHON) is missing: install Python 3.11 or newer (Debian: apt install python3 python3-venv)" >&2; exit 3; }

setup: python ## only the environment
	@$(PYTHON) tools/setup.py run

setup-test: python
	@$(PYTHON) tools/setup.py test

run: setup ## environment, release of the graph from data/, server with everything on
	@$(BIN)/kgservice build; code=$$?; [ $$code -le 1 ] || exit $$code; exec $(BIN)/kgservice serve

test: setup-test ## environment, all tests
	@$(BIN)/python tools/suites.py

soak: setup-test ## the long form of every suite
	@$(BIN)/python tools/suites.py --soak

check: setup-test ## format, lint, types, architecture, authored files
	@$(BIN)/ruff format --check src tests bench tools
	@$(BIN)/ruff check src tests bench tools
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_architecture.py
	@$(BIN)/kgservice check

bench: setup-test ## benchmarks against peers, ratios as a table and as JSON
	@$(BIN)/python bench/run.py
