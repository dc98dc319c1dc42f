resource "aws_ecr_repository" "main" {
  #checkov:skip=CKV_AWS_136:Images hold no secret; the service's own encryption is enough.
  name                 = local.name
  image_tag_mutability = "IMMUTABLE"
  force_delete         = !var.deletion_protection

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "main" {
  repository = aws_ecr_repository.main.name
  policy = jsonencode({
    rules = [
      {
        # Only tagged images are counted: one push with SBOM and provenance stores several untagged manifests.
        rulePriority = 1
        description  = "Keep the last 5 images"
        selection    = { tagStatus = "tagged", tagPatternList = ["*"], countType = "imageCountMoreThan", countNumber = 5 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Drop untagged manifests that no image refers to"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 1 }
        action       = { type = "expire" }
      },
    ]
  })
}
