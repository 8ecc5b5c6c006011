# Needs Python 3.11 or newer and make; everything else goes into .venv by itself.
#
#   make demo    the whole job on example orders, no account needed
#   make test    style, types and every test
#   make bench   how fast it is, on this machine
#   make chaos   kills it in every way we know, and counts messages (some minutes)
#   make montecarlo   does the report tell the truth? worlds whose truth is known (some minutes)

PYTHON ?= python3
BIN := .venv/bin
# Worker processes of the tests: pytest's "auto" counts cores.
WORKERS ?= auto
# Bytecode is worth a second at every start; some containers switch it off.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint types unit bench chaos montecarlo clean

demo: .venv/ready
	$(BIN)/recovery demo

test: lint types unit

lint: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/ready
	$(BIN)/mypy

unit: .venv/ready
	$(BIN)/python -m pytest -n $(WORKERS)

bench: .venv/ready
	$(BIN)/python -m benchmarks

chaos: .venv/ready
	$(BIN)/python -m tests.faults

montecarlo: .venv/ready
	$(BIN)/python -m tests.montecarlo

# Made again only when what we depend on has changed.
.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; try: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --compile -c constraints.txt -e '.[dev]'
	touch $@

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
