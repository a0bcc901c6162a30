# Counterfoil. `make demo` and `make test` work on a fresh machine: they set everything up.
PY := .venv/bin/python
WORKERS ?= 2

.PHONY: help setup demo test lint bench battery cluster lock clean

help:             ## this list
	@grep -E '^[a-z]+: .*##' Makefile | sed -E 's/: .*## /\t/' | expand -t 12

setup:            ## .venv with the counterfoil command, and a browser
	@scripts/setup.sh

demo: setup       ## a workbook travels: dropped, approved, keyed under faults, proved
	@.venv/bin/counterfoil demo

test: setup       ## every test, with a short slice of each battery
	@$(PY) -m pytest -q -n $(WORKERS) --dist worksteal

lint: setup       ## ruff and mypy --strict
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

bench: setup      ## speed and memory, as ratios in one run; see benchmarks/RESULTS.md
	@$(PY) -m benchmarks

battery: setup    ## the long runs: kills, a million seeds, mutants, faults in statements, SQL-Ledger, chaos
	@$(PY) -m pytest -q --battery -m battery

cluster: setup    ## PostgreSQL and three workers here: 500 items while everything is killed and restarted
	@$(PY) -m benchmarks.cluster

lock: setup       ## requirements.in -> requirements.lock, with hashes and without index lines
	@$(PY) -m pip install -q pip-tools && .venv/bin/pip-compile -q --generate-hashes --allow-unsafe --strip-extras \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --no-header -o requirements.lock requirements.in

clean:            ## what the runs left behind; never the sources
	@rm -rf var build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
