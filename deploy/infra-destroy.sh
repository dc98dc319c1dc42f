#!/usr/bin/env bash
# make infra-destroy: removes everything of one environment. Where deletion protection is on, UNPROTECT=1 turns it
# off first; FINAL_SNAPSHOT=0 then also gives up the last snapshot of the database.
source "$(dirname "$0")/terraform-env.sh"

snapshot=$([[ ${FINAL_SNAPSHOT:-1} == 0 ]] && echo false || echo true)
# Before the confirmation: whoever answers should know that it will work.
state=$(terraform state pull)
if [[ $state == *'"deletion_protection": true'* ]]; then
  [[ ${UNPROTECT:-} == 1 ]] || { echo "infra-destroy: $PROJECT-$ENV is protected against deletion: set UNPROTECT=1 to destroy it all the same" >&2; exit 1; }
  confirm "infra-destroy: removes EVERYTHING of $PROJECT-$ENV: database, images, access logs, secrets; final snapshot of the database: $snapshot"
  terraform apply -auto-approve -lock-timeout=60s "${var_args[@]}" -var=deletion_protection=false -var="final_snapshot=$snapshot"
else
  confirm "infra-destroy: removes EVERYTHING of $PROJECT-$ENV: database, images, access logs, secrets"
fi
terraform destroy -auto-approve -lock-timeout=60s -parallelism=20 "${var_args[@]}"
echo "infra-destroy: done. make audit-leftovers ENV=$ENV tells what is left and costs"
