# make run    serves the site on http://127.0.0.1:8000/ (PORT and DATA_DIR are honoured)
# make dev    the same, reloading when a file changes
# make test   runs the test suite
# make check  lints, checks formats and types
# make bench  measures the product for an hour or two, into docs/performance.md; ONLY=reads,growth measures these alone
# make bench-quick  measures smaller papers for a few minutes; make bench-rivals what others do with the same content
# make build  collects the static files for a deployment, with brotli forms (it takes half a minute)

PYTHON ?= python3
PIP := .venv/bin/python -m pip install --quiet --disable-pip-version-check
TESTS ?= tests
unexport MAKEFLAGS

.PHONY: run dev test check format build bench bench-quick bench-rivals

run: .venv/run
	@exec .venv/bin/python manage.py serve

dev: .venv/run
	@DEBUG=1 exec .venv/bin/python manage.py serve --reload

test: .venv/dev
	@.venv/bin/python -m pytest $(TESTS)

check: .venv/dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')
	.venv/bin/djlint --lint --quiet templates
	.venv/bin/mypy
	.venv/bin/python manage.py makemigrations --check --dry-run
	SITE_URL=https://www.example.org .venv/bin/python manage.py check --deploy --fail-level WARNING

build: .venv/run
	@STATIC_BROTLI=1 .venv/bin/python manage.py collectstatic --noinput --verbosity 0

bench: .venv/dev
	@.venv/bin/python -m bench --only=$(ONLY)

bench-quick: .venv/dev
	@.venv/bin/python -m bench --quick --only=$(ONLY)

bench-rivals: .venv/dev
	@.venv/bin/python -m bench --only=rivals

format: .venv/dev
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	.venv/bin/djade --target-version 5.2 $$(git ls-files 'templates/*.html')

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Kiwi Guard needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@$(PYTHON) -m venv .venv

.venv/run: requirements.txt | .venv/bin/python
	@$(PIP) -r requirements.txt
	@touch $@

.venv/dev: requirements.txt requirements-dev.txt | .venv/bin/python
	@$(PIP) -r requirements-dev.txt
	@touch $@ .venv/run
