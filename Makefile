# Everything a developer runs. `make` alone lists it.

REGIME ?= jiangyin
# Workers that share the tests. Many tests wait for timers and processes, so one more than a small machine has cores.
JOBS   ?= 3
# How many runs with a fault in each `make faults` does, from which seed, and after how many minutes it begins none.
RUNS    ?= 200
SEED    ?= 1
MINUTES ?= 45
BIN    := .venv/bin
# The lock is made by uv (https://docs.astral.sh/uv/); nothing else needs it.
UV     ?= uv

# The interpreter of the new environment: the first of these that is installed.
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(if $(shell command -v $(name) 2>/dev/null),$(name))))

.DEFAULT_GOAL := help
.PHONY: help demo up test faults bench bench-growth histories pictures check lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z.-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.venv: .venv/.installed ## the environment, from the pinned and hashed requirements

# Made anew when the lock changes. The project itself is installed without the network, by the pinned setuptools.
.venv/.installed: requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one: make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation --editable .
	@touch $@

demo: .venv/.installed ## run one project of a regime from filing to its end (REGIME=jiangyin)
	$(BIN)/tongchou demo $(REGIME)

up: .venv/.installed ## start Temporal, both services and the worker; their data lies in var/
	$(BIN)/tongchou up

# Each run of a workflow imports the workflows anew; without their byte code it would also compile them.
test: export PYTHONDONTWRITEBYTECODE :=
test: .venv/.installed ## run the tests
	$(BIN)/pytest --numprocesses $(JOBS) --dist loadgroup --no-loadscope-reorder

# A second call with the same SEED goes on where the first one stopped.
faults: export PYTHONDONTWRITEBYTECODE :=
faults: .venv/.installed ## kill, lock, fill and confuse everything, and count what is lost (RUNS=200 SEED=1 MINUTES=45)
	$(BIN)/python -m tests.faults --runs $(RUNS) --seed $(SEED) --minutes $(MINUTES)

bench: export PYTHONDONTWRITEBYTECODE :=
bench: .venv/.installed ## measure the product beside its references, about 15 minutes (docs: benchmarks/README.md)
	$(BIN)/python -m benchmarks

bench-growth: export PYTHONDONTWRITEBYTECODE :=
bench-growth: .venv/.installed ## the same with up to 10,000 open projects, at most 60 minutes
	$(BIN)/python -m benchmarks.growth

histories: .venv/.installed ## record the histories that the tests replay, as a further version (VERSION=v7)
	$(BIN)/python -m tests.replay.record $(VERSION)

# Each is <regulation>.<language>.svg. The day is that of tests/test_readme.py, which compares them.
pictures: .venv/.installed ## draw the pictures of docs/pictures/ anew: from the regulations, and of the Temporal UI
	for picture in $(notdir $(basename $(wildcard docs/pictures/*.svg))); do \
	  $(BIN)/tongchou --lang $${picture##*.} regulations diagram $${picture%.*} --on 2026-03-02 --out docs/pictures/$$picture.svg || exit; \
	done
	$(BIN)/python -m tests.e2e.pictures

check: .venv/.installed ## style, types, import directions, dependencies and their vulnerabilities, compose file
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry .
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(BIN)/python .ci/audit requirements.txt

# setuptools is locked too, because it builds the project after the network is gone. One newer than its minimum in
# pyproject.toml will do.
lock: ## pin the newest versions that pyproject.toml allows, with hashes
	echo 'setuptools>=80' | $(UV) pip compile $(LOCK_OPTIONS) pyproject.toml - --output-file requirements.txt
	echo 'setuptools>=80' | $(UV) pip compile $(LOCK_OPTIONS) --extra dev pyproject.toml - --output-file requirements-dev.txt

LOCK_OPTIONS = --quiet --upgrade --universal --generate-hashes --no-header --no-annotate

clean: ## remove the environment and what the tools left; var/ stays
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
