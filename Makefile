# The daily commands. `make` alone lists them.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin

HOST ?= 127.0.0.1
PORT ?= 8000
TICKETS ?= 100000
SEED ?= 1
export HOST PORT

# make test-services: where PostgreSQL and Redis are, unless the environment says so.
LOCAL_DATABASE_URL := postgres://postgres@127.0.0.1:5432/bihuan
LOCAL_REDIS_URL := redis://127.0.0.1:6379/0

.PHONY: help run test test-services check format bench loaddemo messages environment environment-dev

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /make \1|/' | column -t -s '|'

run: environment ## prepare everything, start web, worker and beat; Ctrl-C stops them (HOST, PORT)
	@$(BIN)/python -m scripts.run

test: environment-dev ## the tests that need nothing but Python
	@echo "Left out: tests marked 'browser' or 'services'. 'make test-services' runs them too."
	@env -u DATABASE_URL -u REDIS_URL $(BIN)/pytest -n 2 --dist worksteal -m "not browser and not services" $(ARGS)

test-services: environment-dev ## every test, on PostgreSQL and Redis, with real workers and a browser
	@DATABASE_URL=$${DATABASE_URL:-$(LOCAL_DATABASE_URL)} REDIS_URL=$${REDIS_URL:-$(LOCAL_REDIS_URL)} \
		$(BIN)/pytest -n 2 --dist worksteal $(ARGS)

check: environment-dev ## format, lint, types, imports, migrations, translations, templates
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-cache
	DJANGO_SETTINGS_MODULE=config.settings.test $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m scripts.check_translations
	$(BIN)/python -m scripts.check_templates

format: environment-dev ## format the code and put imports in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: environment-dev ## benchmarks, printed as ratios against raw SQL in the same run
	@$(BIN)/python -m scripts.bench

loaddemo: environment ## bulk demo data into an empty database (TICKETS, SEED)
	@$(BIN)/python manage.py migrate -v0
	@$(BIN)/python manage.py load_scheme unicom
	@$(BIN)/python manage.py sync_roles
	@DEMO=1 $(BIN)/python manage.py load_demo --tickets $(TICKETS) --seed $(SEED)

messages: environment-dev ## collect and compile the translations (needs gettext)
	$(BIN)/python -m scripts.make_messages

environment:
	@$(if $(PYTHON),,$(error Python 3.11 or newer was not found. Install it, or say where it is: make PYTHON=/path/to/python3.11))
	@$(PYTHON) scripts/environment.py requirements.txt

environment-dev: environment
	@$(PYTHON) scripts/environment.py requirements-dev.txt
