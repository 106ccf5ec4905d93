# Needs: make, git and Python 3.11 or newer with pip. Everything else is put into .venv, from files whose contents are pinned by hash.
#
#   make run      the line with its demonstration, on http://127.0.0.1:8000  (make run ARGS='--port 8080')
#   make env      only the environment that `make run` needs, as a server wants it
#   make test     the tests, in minutes                                      (make test ARGS='-k rotation -n0')
#   make check    what CI asks: format rules, types, layers, the tests of the rules with their coverage, and all others,
#                 on both databases and with every seed of the simulation (make test ARGS=--thorough)
#   make cover    the whole suite with its coverage: half as long again
#   make chaos    200 simulated weeks, then real processes killed at random   (minutes)
#   make bench    the benchmarks
#   make shots    the pictures of the documentation
#   make lock     pin the requirements again                                 (make lock ARGS=--upgrade)
#   make clean    forget the environment and the caches; var/ stays

PYTHON ?= python3
VENV   ?= .venv
PY     := $(VENV)/bin/python
ARGS   ?=

FOLDERS := config rules models tickets paging ivr admin simulator tests benchmarks
TYPED  := $(wildcard app.py) $(sort $(patsubst %/,%,$(dir $(wildcard $(addsuffix /*.py,$(FOLDERS))))))
RULES  := tests/rules tests/config
PYTEST := $(PY) -m pytest $(if $(PLATINUM_CI),-p tests.no_skips)
LOCK   := $(PY) -m uv pip compile pyproject.toml --quiet --universal --generate-hashes --no-header --annotation-style line \
          --no-emit-index-url --no-emit-find-links

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Compiled modules are kept, whatever the shell says: a test process takes 4 s of CPU to begin with them and 10 without.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run env test check lint types layers rules rest cover chaos bench shots lock clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' Makefile

run: $(VENV)/.run
	@exec $(PY) app.py serve --demo $(ARGS)

env: $(VENV)/.run

test: $(VENV)/.dev
	@$(PYTEST) $(ARGS)

# What reads takes one core, and what runs tests of rules the other; the rest has both.
check: $(VENV)/.dev
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=line lint types layers rules
	@$(MAKE) --no-print-directory rest

lint: $(VENV)/.dev
	@echo '== lint'
	@$(PY) -m ruff check .

types: $(VENV)/.dev
	@echo '== types'
	@$(PY) -m mypy $(TYPED)

layers: $(VENV)/.dev
	@echo '== layers'
	@$(PY) -c 'from importlinter.cli import lint_imports_command as lint; lint()' --no-logo

# What decides is proved by its own tests, in every branch.
rules: $(VENV)/.dev
	@echo '== tests of the rules'
	@$(PYTEST) $(RULES) --cov=rules --cov-fail-under=100

rest: $(VENV)/.dev
	@echo '== all other tests'
	@$(PYTEST) $(RULES:%=--ignore=%) --thorough

cover: $(VENV)/.dev
	@$(PYTEST) --cov $(ARGS)

chaos: $(VENV)/.dev
	@$(PY) -m tests.simulation --weeks 200
	@$(PY) -m tests.processes.chaos

bench: $(VENV)/.dev
	@$(PY) -m benchmarks $(ARGS)

shots: $(VENV)/.dev
	@$(PY) -m tests.browser.screenshots $(ARGS)

lock: $(VENV)/.dev
	@$(LOCK) $(ARGS) -o requirements.txt
	@$(LOCK) $(ARGS) --group dev -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis .coverage .coverage.* htmlcov

# The environment. It is made without ensurepip, which Debian leaves out of Python; the pip of the machine then installs into it.
# A Python that went away leaves a dangling link: then the environment is made anew.
$(shell test -x $(PY) || rm -f $(VENV)/.run $(VENV)/.dev)

$(PY):
	@command -v $(PYTHON) >/dev/null || { echo 'Python 3.11 or newer is needed, and $(PYTHON) is not there.' \
	  'Name one: make PYTHON=/path/to/python3'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed, and $(PYTHON) is' \
	  "$$($(PYTHON) -V 2>&1). Name another: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv --without-pip --clear $(VENV)

# The files name everything that is needed, so nothing is resolved: a release that came out since could not be in them.
# From pip 22.3 on, a machine's pip installs into another environment; an older one can at least fetch a newer pip into it.
define install
	@echo 'Installing $(1) into $(VENV); this takes a minute the first time.'
	@if $(PYTHON) -m pip --python $(PY) --version; then pip='$(PYTHON) -m pip --python $(PY)'; \
	elif $(PY) -m pip --version || $(PY) -m ensurepip || $(PYTHON) -m pip install -qq --target \
	  "$$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" pip; then pip='$(PY) -m pip'; \
	else echo 'pip is needed, and $(PYTHON) has none. On Debian: apt-get install python3-pip' >&3; exit 1; fi 3>&2 >/dev/null 2>&1; \
	$$pip install -qq --no-input --no-warn-script-location --no-deps --require-hashes -r $(1)
endef

$(VENV)/.run: requirements.txt | $(PY)
	$(call install,requirements.txt)
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(PY)
	$(call install,requirements-dev.txt)
	@touch $(VENV)/.run $@
