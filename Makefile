# What one does with Hubbub. Needs Python 3.11 or later and nothing else.
PYTHON ?= python3
WORKERS ?= auto
BIN := .venv/bin

.PHONY: help run env css test bench

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: env  ## Hubbub on this machine, in one command (PORT=8000)
	@exec $(BIN)/python -m config.run

env:  ## make .venv as the lock says
	@$(PYTHON) core/embedded/environment.py

css: env  ## the style sheet, once
	@exec $(BIN)/python -m core.embedded.css

test: env  ## the whole suite, in parallel, on servers of its own (ARGS="-k name" narrows it)
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

bench: env  ## measure the sockets (ARGS="sustained" or another scenario; see benchmarks/README.md)
	@$(BIN)/python -m benchmarks.run $(or $(ARGS),sockets)
