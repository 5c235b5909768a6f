# Leadline: everything below makes its own environment in .venv and asks only the package index and apt.
# Needed: Python 3.11 or newer (with venv), git and make.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

UV_VERSION := 0.13.9
PYTHONS := python3.11 python3.12 python3.13 python3.14 python3
CHROMIUMS := chromium chromium-browser google-chrome
TEST_ARGS ?=
TEST_PROCESSES ?= 3
# not from uv.lock: what an index has for Linux comes with 3 GB of CUDA
TORCH ?= torch==2.13.0
SYNC := UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=.venv .venv/bin/uv sync --frozen --quiet

.PHONY: help install demo test browser programs lint docs clean

help: ## this list
	@echo "Leadline. Two commands to begin with: 'make demo' and 'make test'."
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

install: .venv/.everything ## make .venv with all that users and developers need, pinned by uv.lock

demo: .venv/.demo ## make .venv with what the demo needs, then run the six stages on real flights
	@.venv/bin/leadline demo

test: .venv/.everything browser programs ## install all, chromium too, then run every test (TEST_ARGS="-k record")
	@.venv/bin/python -m compileall -q src # or each command that a test runs would, where Python may not write
	@OMP_NUM_THREADS=1 POLARS_MAX_THREADS=1 .venv/bin/pytest -n $(TEST_PROCESSES) --dist worksteal $(TEST_ARGS)

browser: ## find chromium; as root on Debian, install it with apt-get
	@for name in $(CHROMIUMS); do command -v $$name >/dev/null 2>&1 && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && [ -f /etc/debian_version ] && command -v apt-get >/dev/null 2>&1; then \
	  echo "No chromium found. Installing Debian's with apt-get, for the browser tests ..."; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; \
	else \
	  echo "No chromium found, and the browser tests need one (any of: $(CHROMIUMS))." >&2; \
	  echo "Install it, on Debian with 'sudo apt-get install chromium', then run 'make test' again." >&2; \
	  exit 1; \
	fi

# HAProxy comes with a package, too: its tests are run with Debian's where that is installed
programs: ## find systemd-analyze; as root on Debian, install it with apt-get
	@missing=; \
	command -v systemd-analyze >/dev/null 2>&1 || missing="systemd"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && [ -f /etc/debian_version ] && command -v apt-get >/dev/null 2>&1; then \
	  echo "Installing Debian's $$missing with apt-get, for the tests of deployment files ..."; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends $$missing; \
	else \
	  echo "Not found, and the tests of deployment files need it: $$missing." >&2; \
	  echo "Install it, on Debian with 'sudo apt-get install $$missing', then run 'make test' again." >&2; \
	  exit 1; \
	fi

lint: .venv/.everything ## style, types, layers, dependencies
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo
	@.venv/bin/deptry src

docs: .venv/.everything ## build the pages into site/, and check that they load nothing from elsewhere
	@NO_MKDOCS_2_WARNING=1 DISABLE_MKDOCS_2_WARNING=true .venv/bin/mkdocs build --strict
	@! grep -rnoE --include='*.html' '<(script|link|img)[^>]*(src|href)="?(https?:)?//[^">]*' site \
	  || { echo "These pages load something from the internet." >&2; exit 1; }
	@echo "Built site/index.html"

clean: ## remove .venv and everything that was built
	@rm -rf .venv site dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*

.venv/bin/python:
	@python=; for name in $(PYTHONS); do \
	  if $$name -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "No Python 3.11 or newer with its venv module found." >&2; \
	  echo "Install one (on Debian 'apt-get install python3 python3-venv'), then run make again." >&2; \
	  exit 1; \
	fi; \
	echo "Making a Python environment of our own in .venv, with $$($$python --version); nothing outside it changes ..."; \
	$$python -m venv --clear .venv || { rm -rf .venv; exit 1; }

.venv/bin/uv: Makefile | .venv/bin/python
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

# --inexact: what 'make test' has added stays
.venv/.demo: .venv/bin/uv pyproject.toml uv.lock
	@echo "Installing Leadline and the demo's data, pinned by uv.lock (first time: about a minute) ..."
	@$(SYNC) --inexact --no-default-groups --extra demo
	@touch $@

.venv/.everything: .venv/bin/uv pyproject.toml uv.lock
	@echo "Installing Leadline with all extras, tests and docs tools, pinned by uv.lock (first time: a minute or two) ..."
	@$(SYNC) --all-extras
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	@touch $@ .venv/.demo
