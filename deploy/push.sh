#!/usr/bin/env bash
# make push: the local image finance-api:VERSION goes to this environment's repository.
set -euo pipefail
: "${VERSION:?set VERSION to the tag of the image}"
name="${PROJECT:-finance-tracker}-${ENV:-dev}"
python="${PYTHON:-python3}"

echo "push: finance-api:$VERSION to the repository $name"
# One call for the address and the login, which is good for 12 hours.
login=$("$python" - "$name" <<'PYTHON'
import base64
import sys

import boto3

ecr = boto3.client("ecr")
repository = ecr.describe_repositories(repositoryNames=[sys.argv[1]])["repositories"][0]["repositoryUri"]
token = ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
print(repository, base64.b64decode(token).decode().split(":", 1)[1])
PYTHON
)
repository=${login%% *}
docker login --username AWS --password-stdin "${repository%%/*}" <<<"${login#* }"
docker tag "finance-api:$VERSION" "$repository:$VERSION"
docker push "$repository:$VERSION"
