# Two commands do all set-up on a machine with Python 3.11 or newer: make demo, make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := .venv-peers
DRIVER := examples/conformance/javascript
RECORDS ?= 1000000
FUZZ_SECONDS ?= 60
# one more than there are cores: many tests wait for a browser, a token or another process
PROCESSES ?= $(shell $(PYTHON) -c 'import os; print(1 + os.cpu_count())')

# a module is compiled once, not in each of the hundreds of processes that tests start
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo national test test-all check docs vectors conformance traceability check-removal peers bench bench-bulk bench-manifest bench-desk fuzz dist versions mutation clean

help: ## Say what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST)

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "vaxcert needs Python 3.11 or newer; set PYTHON=..."; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[cli,desk,national,dev]'
	@touch $@

$(VENV)/.spark: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[spark]'
	@touch $@

$(VENV)/.docs: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@touch $@

$(DRIVER)/node_modules/.installed: $(DRIVER)/package-lock.json
	npm install --prefix $(DRIVER) --no-save --ignore-scripts --omit optional --no-audit --no-fund
	@touch $@

$(PEERS)/.installed: benchmarks/peers/requirements.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

demo: $(VENV)/.installed ## Issue and verify certificates with throw-away TEST keys
	@PYTHONUTF8=1 $(BIN)/python examples/demo.py

national: $(VENV)/.installed ## Issue for a synthetic nation of RECORDS dose records, and score what was found in them
	@PYTHONUTF8=1 $(BIN)/python examples/national/run.py --records $(RECORDS)

test: $(VENV)/.installed ## Run the tests, but those that take long
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile -m "not slow" $(PYTEST_FLAGS)

test-all: $(VENV)/.spark ## Run every test, those on a cluster and those that kill a run again and again too
	$(BIN)/python -m pytest -n auto --dist loadfile $(PYTEST_FLAGS)

check: $(VENV)/.spark ## Lint and type-check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/.docs ## Build the documentation site in site/; open site/index.html
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

dist: $(VENV)/.installed ## Build the sdist and the wheel, and use each from an empty environment
	$(BIN)/python -m tools.dist

versions: $(VENV)/.installed ## Test the core with the oldest dependencies, and with every Python of this machine
	$(BIN)/python -m tools.versions

mutation: $(VENV)/.installed ## Change the verification core in thousands of small ways, and see which the tests notice
	$(BIN)/python -m tools.mutation $(MUTATION_FLAGS)

fuzz: $(VENV)/.installed ## Fuzz everything that reads what strangers wrote, FUZZ_SECONDS of CPU time each; needs Linux
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	$(BIN)/python -m fuzz --seconds $(FUZZ_SECONDS)

vectors: $(VENV)/.installed ## Regenerate the test vectors
	$(BIN)/python -m test_vectors.generate

conformance: $(VENV)/.installed $(PEERS)/.installed $(DRIVER)/node_modules/.installed ## Put other libraries through the vectors; writes docs/conformance.md, needs Node.js
	$(BIN)/python -m tools.conformance_table

traceability: $(VENV)/.installed ## Write the table requirement, code, vectors, tests
	$(BIN)/python -m tools.traceability

check-removal: $(VENV)/.installed ## Remove each check of a verification, and write which vectors miss it; needs Linux
	$(BIN)/python -m tools.remove_checks

peers: $(PEERS)/.installed ## Install independent implementations, for oracles and comparisons

bench: $(VENV)/.installed $(PEERS)/.installed ## Measure against the peers; writes benchmarks/latest.json
	$(BIN)/python -m benchmarks.run $(BENCH_FLAGS)

bench-bulk: $(VENV)/.installed ## Measure bulk issuing on up to 5,000,000 records; writes benchmarks/bulk.json
	$(BIN)/python -m benchmarks.bulk $(BENCH_FLAGS)

bench-manifest: $(VENV)/.installed ## Measure a manifest of 20,000 passengers; writes benchmarks/manifest.json
	$(BIN)/python -m benchmarks.manifest $(BENCH_FLAGS)

bench-desk: $(VENV)/.installed ## Measure the desk page in Chromium, and the desk over 10,000 scans; writes benchmarks/desk.json
	$(BIN)/python -m benchmarks.desk $(BENCH_FLAGS)

clean: ## Remove everything that was installed or made
	rm -rf $(VENV) $(PEERS) demo-output national-output site .pytest_cache .mypy_cache .ruff_cache .hypothesis dist .coverage
