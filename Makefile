# STEM Portal. `make help` lists what there is to do.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
export PORT

.DEFAULT_GOAL := help
.PHONY: help run dev worker test test-all quick mutate check bench setup setup-dev demo reset screenshots lock

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.runs: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: PYTHON=python3.12 make run"; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "Installing what the portal needs (the first time takes about a minute) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.tests: requirements-dev.txt $(VENV)/.runs
	@echo "Installing what the tests need ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

setup: $(VENV)/.runs  ## install, migrate, and load the demonstration province if the database is empty
	@$(PY) manage.py catalogues compile
	@$(PY) manage.py build_assets
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py collectstatic --noinput --verbosity 0
	@$(PY) manage.py load_demo --if-empty
	@$(PY) manage.py set_up_site

run: setup  ## serve the portal as its users have it, at http://localhost:8000 (PORT=8123 make run for another)
	@$(PY) manage.py who_is_who
	@INPROCESS_WORKER=1 $(VENV)/bin/gunicorn stem_portal.wsgi --config gunicorn.conf.py

dev: export ENVIRONMENT = dev
dev: setup  ## the same with debug and autoreload, and the style guide at /styleguide/
	@$(PY) manage.py who_is_who
	@$(PY) manage.py runserver $(PORT)

worker: $(VENV)/.runs  ## the background worker, as production runs it
	@$(PY) manage.py worker

demo: $(VENV)/.runs  ## load the demonstration province into an empty database (SCALE=city for benchmarks)
	@$(PY) manage.py load_demo $(if $(SCALE),--scale $(SCALE))

setup-dev: $(VENV)/.tests
	@$(PY) manage.py catalogues compile
	@$(PY) manage.py build_assets
	@$(PY) -m tests.chromium

test: setup-dev  ## everything on PostgreSQL, the wings on SQLite, the journeys in Chromium
	@$(PY) -m tests.run

test-all: setup-dev  ## the same with everything on SQLite too
	@$(PY) -m tests.run all

quick: setup-dev  ## the wings that changed against main, on SQLite
	@$(PY) -m tests.run quick

mutate: setup-dev  ## break what decides, and print what no test noticed (WING=reviews for one wing)
	@$(PY) -m tests.mutate $(WING)

check: setup-dev  ## style, types, migrations, deployment settings, catalogues, templates
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(PY) -m mypy
	@$(PY) manage.py makemigrations --check --dry-run
	@$(PY) -m tests.check_deploy
	@$(PY) -m tests.check_templates
	@$(PY) manage.py catalogues check
	@$(VENV)/bin/djlint templates --lint --quiet
	@echo "All checks passed."

bench: setup-dev  ## measure pages, booking and lists of pupils on PostgreSQL
	@$(PY) -m benchmarks.pages
	@$(PY) -m benchmarks.booking
	@$(PY) -m benchmarks.roster
	@$(PY) -m benchmarks.uploads

screenshots: setup-dev  ## pictures of the main pages for the documentation
	@$(PY) -m tests.screenshots

lock:  ## pin the requirements again (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-dev.in -o requirements-dev.txt

reset:  ## throw the local database and files away
	rm -rf var
