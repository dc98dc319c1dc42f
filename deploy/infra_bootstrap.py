"""make infra-bootstrap: the S3 bucket for Terraform's state; run once per account, safe to run again."""

import json
import os
from pathlib import Path

from aws import PROJECT, client, confirm, say, script


def main():
    region = client("s3").meta.region_name
    bucket = os.environ.get("STATE_BUCKET") or f"{PROJECT}-state-{client('sts').get_caller_identity()['Account']}"
    confirm(f"infra-bootstrap: makes the private, versioned, encrypted bucket {bucket} in {region}")
    s3 = client("s3")
    try:
        # us-east-1 is the one region that must not be named.
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **place)
    except s3.exceptions.BucketAlreadyOwnedByYou:
        say("the bucket exists already; its settings are made sure of")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration=dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True),
    )
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]},
    )
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={
            "Rules": [{"ID": "old-states", "Status": "Enabled", "Filter": {}, "NoncurrentVersionExpiration": {"NoncurrentDays": 90}}]
        },
    )
    arn = f"arn:aws:s3:::{bucket}"
    s3.put_bucket_policy(
        Bucket=bucket,
        Policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "TlsOnly",
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": [arn, f"{arn}/*"],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ],
            }
        ),
    )
    # make infra-init on this machine finds it there.
    state = Path(os.environ.get("INFRA_DIR") or Path(__file__).resolve().parent.parent / "infra") / "state"
    state.mkdir(exist_ok=True)
    (state / "bucket").write_text(bucket + "\n")
    say(f"infra-bootstrap: done. On this machine: make infra-init; elsewhere: make infra-init STATE_BUCKET={bucket}")


script(main)
