# Both values are made by AWS while Terraform runs and go straight into write-only arguments: they are in no
# plan and no state. Raising a *_version variable makes and sends a new value.

ephemeral "aws_secretsmanager_random_password" "database" {
  password_length     = 40
  exclude_punctuation = true # the password stands in a URL
}

ephemeral "aws_secretsmanager_random_password" "jwt" {
  password_length     = 64
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "database_url" {
  #checkov:skip=CKV_AWS_149:Encrypted with the service's own key; a customer key costs 1 USD a month and the same roles could use it.
  #checkov:skip=CKV2_AWS_57:Rotated by database_password_version together with the database; an automatic rotation would strand running tasks.
  name                    = "${local.name}/database-url"
  description             = "DATABASE_URL of ${local.name}"
  recovery_window_in_days = var.deletion_protection ? 7 : 0
}

resource "aws_secretsmanager_secret_version" "database_url" {
  secret_id = aws_secretsmanager_secret.database_url.id
  secret_string_wo = format(
    "postgres://%s:%s@%s:5432/%s?sslmode=verify-full&sslrootcert=/etc/ssl/certs/rds-global-bundle.pem",
    local.database_user,
    ephemeral.aws_secretsmanager_random_password.database.random_password,
    local.database_host,
    local.database_name,
  )
  secret_string_wo_version = var.database_password_version
}

resource "aws_secretsmanager_secret" "jwt_key" {
  #checkov:skip=CKV_AWS_149:Encrypted with the service's own key; a customer key costs 1 USD a month and the same roles could use it.
  #checkov:skip=CKV2_AWS_57:Rotated by jwt_key_version; a new key signs every user out, so a person chooses when.
  name                    = "${local.name}/jwt-key"
  description             = "JWT_SECRET_KEY of ${local.name}"
  recovery_window_in_days = var.deletion_protection ? 7 : 0
}

resource "aws_secretsmanager_secret_version" "jwt_key" {
  secret_id                = aws_secretsmanager_secret.jwt_key.id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.jwt.random_password
  secret_string_wo_version = var.jwt_key_version
}
