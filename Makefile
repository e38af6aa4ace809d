# What one does with Hubbub. Needs Python 3.11 or later and nothing else.
PYTHON ?= python3
WORKERS ?= auto
BIN := .venv/bin

.PHONY: help run env css test screenshots bench check

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: env  ## Hubbub on this machine, in one command (PORT=8000)
	@exec $(BIN)/python -m config.run

env:  ## make .venv as the lock says
	@$(PYTHON) core/embedded/environment.py

css: env  ## the style sheet, once
	@exec $(BIN)/python -m core.embedded.css

test: env  ## the whole suite, in parallel, on servers of its own (ARGS="-k name" narrows it)
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal --socket-catalogue $(ARGS)

screenshots: env css  ## every page and its states, into docs/screenshots/ (needs Chromium; ARGS="--only ^chat --every --into /tmp/x")
	@exec $(BIN)/python -m tests.browser.screenshots $(ARGS)

bench: env  ## measure the sockets (ARGS="sustained" or another scenario; see benchmarks/README.md)
	@$(BIN)/python -m benchmarks.run $(or $(ARGS),sockets)

check: env  ## everything a reviewer should not have to say
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python .ci/locks.py
	$(BIN)/python -m config.env | diff .env.example -
	$(BIN)/mypy .
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null
	env DJANGO_SETTINGS_MODULE=config.settings.prod $$(grep = .ci/production.env) $(BIN)/python manage.py check --deploy --fail-level WARNING
	.ci/compose
