"""make ecr-clean: deletes all images but the KEEP newest (default 5) and those that task definitions in use name."""

import os

from aws import NAME, client, confirm, say, script, service, task_definition


def used_tags():
    """Tags that the service runs, in every deployment under way."""
    tags = set()
    for deployment in service()["deployments"] or []:
        for container in task_definition(deployment["taskDefinition"])[0]["containerDefinitions"]:
            tags.add(container["image"].rsplit(":", 1)[-1])
    return tags


def main():
    keep = int(os.environ.get("KEEP", "5"))
    ecr = client("ecr")
    pages = ecr.get_paginator("describe_images").paginate(repositoryName=NAME)
    images = [image for page in pages for image in page["imageDetails"]]
    tagged = sorted((image for image in images if image.get("imageTags")), key=lambda image: image["imagePushedAt"], reverse=True)
    used = used_tags()
    # Untagged manifests belong to an index that has a tag (SBOM, provenance): the lifecycle policy takes care of them.
    drop = [image for image in tagged[keep:] if not used & set(image["imageTags"])]
    if not drop:
        say(f"ecr-clean: {len(tagged)} tagged image(s) in {NAME}, none to delete")
        return
    names = ", ".join(sorted(tag for image in drop for tag in image["imageTags"]))
    confirm(f"ecr-clean: deletes {len(drop)} of {len(tagged)} images in {NAME}: {names}")
    for start in range(0, len(drop), 100):  # the API takes 100 at once
        ids = [{"imageDigest": image["imageDigest"]} for image in drop[start : start + 100]]
        failures = ecr.batch_delete_image(repositoryName=NAME, imageIds=ids)["failures"]
        for failure in failures:
            say(f"  not deleted: {failure}")
    say(f"ecr-clean: {len(drop)} image(s) deleted")


script(main)
