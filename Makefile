# Every command that a person, CI or a deployment runs. `make` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

CARGO ?= cargo
VERSION ?= $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)-$(shell git rev-parse --short=12 HEAD 2>/dev/null || echo dev)
IMAGE ?= finance-api
export FINANCE_API_BINARY ?= $(CURDIR)/target/debug/finance-api

.PHONY: help
help: ## Lists the commands
	@awk 'BEGIN {FS = ":.*## "} /^## / {printf "\n%s\n", substr($$0, 4)} /^[a-z-]+:.*## / {printf "  \033[1m%-18s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

## Run

.PHONY: run
run: ## Starts the API on http://127.0.0.1:8000, keeping its data in finance.db
	@$(CARGO) run --release --package finance-server

.PHONY: demo
demo: ## Fills finance.db with three years of expenses of a demo user
	@$(CARGO) run --release --package finance-server -- demo

.PHONY: release
release: ## Builds the binary target/release/finance-api
	@$(CARGO) build --release --locked --package finance-server

## Develop

.PHONY: fmt
fmt: ## Formats the code
	@$(CARGO) fmt --all

.PHONY: lint
lint: ## Checks the format, clippy's lints and the scripts
	@$(CARGO) fmt --all -- --check
	@$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	@tests/need shellcheck shellcheck
	@shellcheck .ci/run tests/all tests/need tests/*.sh tests/*/*.sh crates/dashboard/vendor.sh

.PHONY: openapi
openapi: ## Writes docs/openapi.json anew, after the code of an operation changed
	@$(CARGO) run --quiet --package finance-server -- openapi > docs/openapi.json.new
	@mv docs/openapi.json.new docs/openapi.json
	@git diff --stat -- docs/openapi.json

.PHONY: vendor-dashboard
vendor-dashboard: ## Fetches the libraries of the dashboard anew, in the versions that its vendor.sh names
	@crates/dashboard/vendor.sh
	@git diff --stat -- crates/dashboard/web/vendor

.PHONY: screenshots
screenshots: debug-binary ## Makes the README's pictures of the dashboard anew, in docs/images
	@tests/browser/screenshots.sh docs/images

.PHONY: bench
bench: ## Measures the API against what the machine can do, and writes bench/RESULTS.md
	@tests/need wrk wrk && tests/need pgbench postgresql-contrib
	@bench/run.py

## Test

.PHONY: test
test: ## Runs every test there is
	@tests/all

.PHONY: test-rust
test-rust: ## Runs the tests in Rust: domain, storage contract, HTTP, end to end
	@$(CARGO) test --workspace --locked

.PHONY: debug-binary
debug-binary:
	@$(CARGO) build --locked --package finance-server

.PHONY: api-lint
api-lint: ## Lints the OpenAPI document
	@tests/api/lint.sh

.PHONY: api-fuzz
api-fuzz: debug-binary ## Lets schemathesis loose on the running server, on both engines
	@tests/api/schemathesis.sh

.PHONY: api-clients
api-clients: debug-binary ## Generates a TypeScript and a Python client, and takes them on a journey
	@tests/clients/run.sh

.PHONY: test-browser
test-browser: debug-binary ## Tries /docs and the dashboard in a real browser, on both engines
	@tests/browser/run.sh

.PHONY: lighthouse
lighthouse: debug-binary ## Measures the dashboard with Lighthouse
	@tests/lighthouse/run.sh

.PHONY: test-readme
test-readme: debug-binary ## Runs the README's tour as it is printed
	@tests/readme.sh

.PHONY: ci
ci: ## What CI runs, on a machine that lacks everything but Rust
	@.ci/run

## Container

.PHONY: image
image: ## Builds the container image
	@docker build --build-arg VERSION="$(VERSION)" --build-arg FINANCE_COMMIT="$$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)" --tag $(IMAGE):$(VERSION) --tag $(IMAGE):latest .

.PHONY: up
up: ## Starts the API and PostgreSQL in containers (secrets in .env)
	@test -f .env || { echo "There is no .env: copy .env.example to .env and fill in the secrets."; exit 1; }
	@docker compose up --build --detach --wait
	@echo "http://127.0.0.1:8000/docs"

.PHONY: down
down: ## Stops the containers; the data stays in its volume
	@docker compose down

include infra/infra.mk
rollout-test: debug-binary

.PHONY: clean
clean: ## Removes what was built
	@$(CARGO) clean
	@rm -rf tests/.venv tests/*/node_modules .venv-infra .venv-lint build
