# make demo | test | check | bench | mutate      each does all the set-up it needs; a second call skips what is done

PYTHON  ?= python3
PORT    ?= 8000
# As many as the machine has processors, two at least; each has a PostgreSQL server and a browser of its own.
WORKERS ?= $(shell number=$$(nproc 2>/dev/null || echo 2); echo $$(( number < 2 ? 2 : number > 4 ? 4 : number )))
ROWS    ?= 100000
ARGS    ?=

VENV    := .venv
BIN     := $(VENV)/bin
DONE    := $(VENV)/done
ASSETS  := admin_app/static/vendor/.stamp
SCRIPTS := tests/scripts/node_modules/.package-lock.json
PIP     := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# The tests make hundreds of databases that nobody keeps: in memory, where there is room for them.
MEMORY := $(shell test -w /dev/shm && test "$$(df -Pk /dev/shm | awk 'NR == 2 { print $$4 }')" -gt 4000000 && echo /dev/shm)

CATALOG := $(wildcard admin_app/translations/*/LC_MESSAGES/*.po)

.DELETE_ON_ERROR:
.PHONY: demo test soak check bench mutate setup setup-dev translations upgrade-requirements

demo: setup
	$(BIN)/frontdesk demo --port $(PORT) $(if $(RESET),--reset)

test: setup-dev
	$(if $(MEMORY),TMPDIR=$(MEMORY)) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

# The same tests with everything asked for: all languages, all walks.
soak: setup-dev
	FRONTDESK_TEST_ALL=1 $(MAKE) test

check: setup-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/check_translations.py
	$(BIN)/python -m pytest -q tests/models/test_migrations.py tests/models/test_schema_document.py

bench: setup-dev
	$(BIN)/python -m tests.bench --rows $(ROWS) $(ARGS)

mutate: setup-dev $(DONE)/mutate
	$(BIN)/python -m tests.mutate $(ARGS)

setup: $(DONE)/app $(ASSETS) $(CATALOG:.po=.mo)

setup-dev: setup $(DONE)/dev $(SCRIPTS)

translations: setup-dev
	$(BIN)/python tests/check_translations.py --update

upgrade-requirements: setup-dev
	for name in requirements requirements-dev requirements-mutate requirements-node; do \
	  UV_NO_CONFIG=1 $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command "make upgrade-requirements" \
	    $$name.in --output-file $$name.txt || exit 1; \
	done
	$(BIN)/python admin_app/assets/build.py --lock

# ---------------------------------------------------------------- set-up, one stamp a step

$(DONE)/venv:
	$(PYTHON) -c 'import sys; sys.exit("Front Desk needs Python 3.11 or newer: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	mkdir -p $(DONE) && touch $@

$(DONE)/runtime: requirements.txt $(DONE)/venv
	$(PIP) --require-hashes -r requirements.txt
	touch $@

$(DONE)/app: pyproject.toml $(DONE)/runtime
	$(PIP) --no-deps --no-build-isolation -e .
	touch $@

$(DONE)/dev: requirements-dev.txt $(DONE)/runtime
	$(PIP) --require-hashes -r requirements.txt -r requirements-dev.txt
	touch $@

$(DONE)/mutate: requirements-mutate.txt $(DONE)/dev
	$(PIP) --require-hashes -r requirements.txt -r requirements-dev.txt -r requirements-mutate.txt
	touch $@

$(ASSETS): admin_app/assets/package-lock.json admin_app/assets/build.py $(DONE)/runtime
	$(BIN)/python admin_app/assets/build.py

$(SCRIPTS): tests/scripts/package-lock.json $(DONE)/runtime
	$(BIN)/python admin_app/assets/build.py --tests
	touch $@

%.mo: %.po $(DONE)/runtime
	$(BIN)/pybabel compile --input-file $< --output-file $@
