# Everything one does with a checkout. `make` alone lists it.
# PYTHON names the Python that .venv is made with; PORT the port of `make run`.

PYTHON ?= python3
PY := .venv/bin/python
# More or fewer test processes: make test WORKERS=0
WORKERS ?= 2

# Throw-away values, under which the production settings can be checked.
KEY := MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=
AS_PRODUCTION := DJANGO_SETTINGS_MODULE=config.settings.prod ALLOWED_HOSTS=qianmo.example \
	SECRET_KEY=a-throw-away-value-long-enough-to-be-checked-0123456789 \
	QIANMO_FIELD_KEYS=check:$(KEY) QIANMO_INDEX_KEY=$(KEY) QIANMO_AUDIT_KEY=$(KEY) \
	DATABASE_URL=postgresql://qianmo:x@localhost/qianmo REDIS_URL=redis://localhost/0 \
	SOURCES_URL=https://sources.qianmo.example DOCUMENT_ROOT=/nowhere SEAL_DIR=/nowhere SEAL_HOLDER=check

# Compiled modules are kept beside their sources, where git does not see them: each test process and
# each command that a test starts would compile the whole of Qianmo again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup setup-without-browser run test lint pytest bench lock shell clean

help:  ## list what make can do
	@echo '阡陌 Qianmo'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

setup:  ## 安装全部依赖 install everything: packages, pango, Chromium
	@$(call step,set-up)
	@$(set_up)

run: setup-without-browser  ## 启动演示 set up, load the demo county, serve (PORT=8001 make run)
	@exec $(PY) -m config.local run

test: setup lint pytest  ## 全部测试 set up, lint, and run every test (make pytest ARGS=tests/core: some)

lint: setup  ## 静态检查 style, imports, migrations, production settings, translations
	@$(call step,ruff)
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(call step,import-linter)
	@$(PY) .venv/bin/lint-imports
	@$(call step,migrations)
	@$(PY) manage.py makemigrations --check --dry-run
	@$(call step,production settings)
	@$(AS_PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING
	@$(call step,translations)
	@$(PY) manage.py compile_catalogues --check

pytest: setup  ## 仅测试 the tests alone (ARGS="tests/core -x")
	@$(call step,pytest)
	@$(PY) manage.py compile_catalogues
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

bench: setup-without-browser  ## 基准测试 every benchmark, or one: make bench NAME=peer_review
	@$(PY) -m benchmarks $(NAME)

lock: setup-without-browser  ## 锁定版本 turn requirements.in into requirements.lock
	@$(PY) config/local/setup --lock

shell: setup-without-browser  ## 交互环境 Django's shell, with the database
	@$(PY) manage.py shell

clean:  ## 清理 remove .venv and caches; the demo county stays (.local)
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis .import_linter_cache staticfiles
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup-without-browser:
	@$(set_up) --no-browser

step = printf '\n── %s ──\n' '$(1)'
NO_PYTHON := 未找到 Python。 There is no $(PYTHON) here; install Python 3.11 (Debian: sudo apt-get install \
	python3 python3-venv) or name one: make setup PYTHON=/path/to/python3.11
set_up = command -v "$(PYTHON)" >/dev/null || { echo "$(NO_PYTHON)"; exit 1; }; "$(PYTHON)" config/local/setup
