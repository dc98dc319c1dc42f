# Targets of the infrastructure; the top Makefile includes this file. It also runs alone: make -f infra/infra.mk help
#
# ENV      which environment (dev)            VERSION  which image
# YES=1    no question before a change        TF_ARGS  further arguments for Terraform

ENV ?= dev
PROJECT ?= finance-tracker
AWS_REGION ?= us-east-1
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)
FINANCE_API_BINARY ?= $(CURDIR)/target/debug/finance-api
VENV_INFRA ?= .venv-infra
VENV_LINT ?= .venv-lint

infra_env = ENV='$(ENV)' PROJECT='$(PROJECT)' AWS_REGION='$(AWS_REGION)' AWS_DEFAULT_REGION='$(AWS_REGION)'
deploy_python = $(infra_env) VERSION='$(VERSION)' $(VENV_INFRA)/bin/python

.PHONY: infra-help infra-init infra-bootstrap infra-plan infra-apply infra-destroy infra-test infra-lint infra-prove \
	plan-comment push deploy deploy-migrate deploy-rollout rollback smoke status logs pause resume cost audit-leftovers ecr-clean \
	rollout-test rehearse-task rds-ca-bundle image-attested

# This file's own list; the top Makefile's help shows them too.
infra-help:
	@grep -hE '^[a-z-]+:.*## ' infra/infra.mk | sed 's/:[^#]*## /\t/' | expand -t 20

## Infrastructure

infra-bootstrap: $(VENV_INFRA)/deploy ## Make the S3 bucket for Terraform's state, once per account
	@STATE_BUCKET='$(STATE_BUCKET)' $(deploy_python) deploy/infra_bootstrap.py

infra-init: ## Prepare Terraform for ENV; STATE_BUCKET=name keeps the state in S3
	@$(infra_env) STATE_BUCKET='$(STATE_BUCKET)' deploy/infra-init.sh

infra-plan: ## Show what an apply would change in ENV
	@$(infra_env) deploy/infra-plan.sh

plan-comment: ## Put the text of a plan (PLAN_TEXT) on PULL_REQUEST as a comment
	@$(infra_env) deploy/plan-comment.sh

infra-apply: ## Plan, show, ask, apply to ENV
	@$(infra_env) deploy/infra-apply.sh

infra-destroy: ## Ask, then remove everything of ENV (UNPROTECT=1 where it is protected)
	@$(infra_env) UNPROTECT='$(UNPROTECT)' FINAL_SNAPSHOT='$(FINAL_SNAPSHOT)' deploy/infra-destroy.sh

cost: ## Estimate what ENV costs a month (RPS=average requests a second)
	@$(infra_env) RPS='$(or $(RPS),1)' python3 deploy/cost.py

audit-leftovers: $(VENV_INFRA)/deploy ## After a destroy: list what is left and can cost money; fails if there is any
	@$(deploy_python) deploy/audit_leftovers.py

## Service

push: $(VENV_INFRA)/deploy ## Push the image finance-api:VERSION to ENV's repository
	@$(infra_env) VERSION='$(VERSION)' PYTHON='$(VENV_INFRA)/bin/python' deploy/push.sh

deploy: $(VENV_INFRA)/deploy ## Migrate, roll VERSION out to ENV, wait; fails when the circuit breaker rolled back
	@$(deploy_python) deploy/deploy.py

deploy-migrate: $(VENV_INFRA)/deploy ## First half of deploy: register VERSION and migrate
	@$(deploy_python) deploy/deploy.py migrate

deploy-rollout: $(VENV_INFRA)/deploy ## Second half of deploy: roll out what deploy-migrate registered
	@$(deploy_python) deploy/deploy.py rollout

rollback: $(VENV_INFRA)/deploy ## Ask, then go back to the version before (or TO=version)
	@TO='$(TO)' $(deploy_python) deploy/rollback.py

smoke: $(VENV_INFRA)/deploy ## Ask the running service of ENV for its health and its version
	@URL='$(URL)' $(deploy_python) deploy/smoke.py

status: $(VENV_INFRA)/deploy ## What runs in ENV and how it does; fails when it is not well
	@$(deploy_python) deploy/status.py

logs: $(VENV_INFRA)/deploy ## Log lines of the last SINCE=900 seconds; FOLLOW=1 goes on
	@SINCE='$(or $(SINCE),900)' FOLLOW='$(FOLLOW)' $(deploy_python) deploy/logs.py

pause: $(VENV_INFRA)/deploy ## Ask, then put ENV to sleep: no task, database stopped
	@$(deploy_python) deploy/pause.py

resume: $(VENV_INFRA)/deploy ## Wake ENV: database, then tasks
	@$(deploy_python) deploy/resume.py

ecr-clean: $(VENV_INFRA)/deploy ## Ask, then delete all images but the KEEP=5 newest and those in use
	@KEEP='$(or $(KEEP),5)' $(deploy_python) deploy/ecr_clean.py

## Image

rds-ca-bundle: ## Write the certificates of Amazon RDS to RDS_CA_BUNDLE (build/rds-global-bundle.pem)
	@deploy/rds-ca-bundle.sh '$(or $(RDS_CA_BUNDLE),build/rds-global-bundle.pem)'

image-attested: rds-ca-bundle ## Build the image as an OCI archive with SBOM and provenance: build/finance-api.oci.tar
	@mkdir -p build
	docker buildx build --sbom=true --provenance=mode=max --build-arg VERSION="$(VERSION)" --build-arg FINANCE_COMMIT="$$(git rev-parse --short=12 HEAD)" \
		--tag 'finance-api:$(VERSION)' --output type=oci,dest=build/finance-api.oci.tar .

## Proof

infra-test: infra-lint infra-prove ## Prove the infrastructure offline: linters, terraform test, applies on an emulator

infra-lint: $(VENV_LINT)/installed ## terraform fmt, checkov, hadolint, actionlint, zizmor, shellcheck, yamllint, schemas, README figures
	@VENV='$(VENV_LINT)' infra/tests/lint.sh

infra-prove: $(VENV_INFRA)/installed ## Apply dev and prod on the emulator, assert, plant faults, deploy, destroy
	@MAKE='$(MAKE)' $(VENV_INFRA)/bin/python infra/tests/prove.py

rollout-test: ## Replace two real processes behind HAProxy under load, one migration forth and back: no failed request
	@FINANCE_API_BINARY='$(FINANCE_API_BINARY)' python3 infra/tests/rollout_test.py

rehearse-task: ## Measure 500 requests/s on a process limited to a task's CPU and memory (release binary)
	@FINANCE_API_BINARY='$(or $(RELEASE_BINARY),$(CURDIR)/target/release/finance-api)' python3 deploy/rehearse_task_size.py

# ---- Python ----

# Deploying needs boto3 alone, proving needs the emulator too; both live in one environment.
$(VENV_INFRA)/bin/python:
	@python3 -m venv $(VENV_INFRA) || { echo "python3-venv is missing: apt-get install python3-venv" >&2; exit 1; }

$(VENV_INFRA)/deploy: deploy/requirements.txt | $(VENV_INFRA)/bin/python
	@$(VENV_INFRA)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(VENV_INFRA)/installed: infra/tests/requirements.txt $(VENV_INFRA)/deploy | $(VENV_INFRA)/bin/python
	@$(VENV_INFRA)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(VENV_LINT)/installed: infra/tests/requirements-lint.txt
	@python3 -m venv $(VENV_LINT) || { echo "python3-venv is missing: apt-get install python3-venv" >&2; exit 1; }
	@$(VENV_LINT)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@
