# Everything runs in .venv, which the first target that needs it makes.
# Another Python: make PYTHON=python3.13 figures

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# For one command: make figures ARGS='chain2-plot -t dark'
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help figures gallery test check baselines bench lock clean

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

# --no-deps: the lock file is complete. --no-build-isolation: the build backend is in it too.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps

# Made once; pip is the last that venv puts there.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'figgen needs Python 3.11 or newer; name one: make PYTHON=python3.12 figures' >&2; exit 1; }
	@$(PYTHON) -m venv .venv || \
	  { echo 'Python has no venv module; install it (on Debian: python3-venv)' >&2; exit 1; }

$(READY): constraints.txt pyproject.toml .ci/locked.py | $(BIN)/pip
	@$(BIN)/python .ci/locked.py project build >.venv/locked.txt
	$(PIP) --require-hashes -r .venv/locked.txt
	$(PIP) --no-build-isolation --editable .
	@touch $@

# What a target needs besides: the group of pyproject.toml that has its name.
.venv/.group-%: $(READY)
	@$(BIN)/python .ci/locked.py $* >.venv/locked-$*.txt
	$(PIP) --require-hashes -r .venv/locked-$*.txt
	@touch $@

figures: $(READY) ## render the whole lecture into build/
	$(BIN)/figgen build $(ARGS)

gallery: $(READY) ## a site of the whole lecture in gallery/, for any browser
	$(BIN)/figgen gallery $(ARGS)

test: .venv/.group-test ## all tests, image tests included
	$(BIN)/python -m pytest $(ARGS)

check: .venv/.group-lint ## lint, types, import contracts, and every claim of every figure
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/figgen check

baselines: $(READY) ## renew the baselines, after you have looked: figgen diff --html diff.html
	$(BIN)/figgen accept --all

bench: .venv/.group-test ## measure, beside what figgen is compared to
	$(BIN)/python benchmarks/start.py
	$(BIN)/python benchmarks/noop.py
	$(BIN)/python benchmarks/graph.py
	$(BIN)/python benchmarks/guard.py
	$(BIN)/python benchmarks/peers.py
	$(BIN)/python benchmarks/build.py
	$(BIN)/python benchmarks/memory.py
	$(BIN)/python benchmarks/serve.py

lock: $(BIN)/pip ## renew constraints.txt from pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile pyproject.toml --group build --group test --group lint --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --quiet --output-file constraints.txt

clean: ## delete everything that was made, .venv included
	rm -rf .venv build gallery *.egg-info .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis
