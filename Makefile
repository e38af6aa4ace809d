# What one does with Hubbub. Needs Python 3.11 or later and nothing else.
PYTHON ?= python3
WORKERS ?= auto
BIN := .venv/bin

.PHONY: help env test

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

env:  ## make .venv as the lock says
	@$(PYTHON) core/embedded/environment.py

test: env  ## the whole suite, in parallel, on servers of its own (ARGS="-k name" narrows it)
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

