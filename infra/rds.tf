locals {
  aurora        = var.database_engine == "aurora"
  database_name = "finance"
  database_user = "finance"
  database_host = local.aurora ? aws_rds_cluster.main[0].endpoint : aws_db_instance.main[0].address
}

resource "aws_db_subnet_group" "main" {
  name       = local.name
  subnet_ids = aws_subnet.database[*].id
}

# RDS would make these groups itself, without an end to their retention and outside of the tear-down.
resource "aws_cloudwatch_log_group" "database" {
  #checkov:skip=CKV_AWS_158:Log groups are encrypted with the service's own key; a customer key costs 1 USD a month and guards against nobody here.
  #checkov:skip=CKV_AWS_338:14 days by specification.
  name              = local.aurora ? "/aws/rds/cluster/${local.name}/postgresql" : "/aws/rds/instance/${local.name}/postgresql"
  retention_in_days = var.log_retention_days
}

# ---- One RDS instance ----

resource "aws_db_parameter_group" "main" {
  count = local.aurora ? 0 : 1

  name_prefix = "${local.name}-"
  family      = "postgres${var.database_version}"
  description = "TLS only, slow queries logged"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "500" # milliseconds
  }

  parameter {
    name  = "log_statement"
    value = "ddl" # statements with data in them are never logged
  }

  parameter {
    # A transaction left open by a lost task would hold back vacuum and, in a migration, everyone.
    name  = "idle_in_transaction_session_timeout"
    value = "60000"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "main" {
  #checkov:skip=CKV_AWS_118:Performance Insights shows what enhanced monitoring would, which writes a log group of its own at a price.
  #checkov:skip=CKV_AWS_133:Backups are a variable, 7 days by default; dev has none.
  #checkov:skip=CKV_AWS_157:A standby doubles the price; a variable, on in prod.
  #checkov:skip=CKV_AWS_161:The service signs in by password from Secrets Manager; IAM tokens end after 15 minutes and would need code of their own.
  #checkov:skip=CKV_AWS_293:Deletion protection is a variable, on by default and in prod.
  #checkov:skip=CKV_AWS_353:Performance Insights is a variable, on by default.
  #checkov:skip=CKV_AWS_354:Seven free days, encrypted with the service's own key.
  count = local.aurora ? 0 : 1

  identifier     = local.name
  engine         = "postgres"
  engine_version = var.database_version
  instance_class = var.database_class

  db_name             = local.database_name
  username            = local.database_user
  password_wo         = ephemeral.aws_secretsmanager_random_password.database.random_password
  password_wo_version = var.database_password_version

  storage_type          = "gp3"
  allocated_storage     = var.database_storage_gb
  max_allocated_storage = var.database_max_storage_gb
  storage_encrypted     = true

  db_subnet_group_name   = aws_db_subnet_group.main.name
  vpc_security_group_ids = [aws_security_group.database.id]
  publicly_accessible    = false
  multi_az               = var.database_multi_az
  ca_cert_identifier     = "rds-ca-rsa2048-g1"
  parameter_group_name   = aws_db_parameter_group.main[0].name

  backup_retention_period   = var.database_backup_days
  backup_window             = "02:00-03:00"
  maintenance_window        = "sun:03:30-sun:04:30"
  copy_tags_to_snapshot     = true
  delete_automated_backups  = true
  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = !var.final_snapshot
  final_snapshot_identifier = "${local.name}-final"

  auto_minor_version_upgrade            = true
  apply_immediately                     = !var.deletion_protection
  performance_insights_enabled          = var.database_performance_insights
  performance_insights_retention_period = var.database_performance_insights ? 7 : null
  enabled_cloudwatch_logs_exports       = ["postgresql"]

  depends_on = [aws_cloudwatch_log_group.database]
}

# ---- Aurora Serverless v2 ----

resource "aws_rds_cluster_parameter_group" "main" {
  count = local.aurora ? 1 : 0

  name_prefix = "${local.name}-"
  family      = "aurora-postgresql${var.database_version}"
  description = "TLS only, slow queries logged"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "500" # milliseconds
  }

  parameter {
    name  = "log_statement"
    value = "ddl"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_rds_cluster" "main" {
  #checkov:skip=CKV_AWS_139:Deletion protection is a variable, on by default and in prod.
  #checkov:skip=CKV_AWS_162:The service signs in by password from Secrets Manager; IAM tokens end after 15 minutes and would need code of their own.
  #checkov:skip=CKV_AWS_327:Encrypted with the service's own key; a customer key costs 1 USD a month and the same roles could use it.
  #checkov:skip=CKV2_AWS_8:Aurora's own continuous backup is the backup; a plan of AWS Backup would be a second one.
  #checkov:skip=CKV2_AWS_27:Statements hold people's expenses and are not logged; slow ones and DDL are.
  count = local.aurora ? 1 : 0

  cluster_identifier = local.name
  engine             = "aurora-postgresql"
  engine_mode        = "provisioned"
  engine_version     = var.database_version

  database_name              = local.database_name
  master_username            = local.database_user
  master_password_wo         = ephemeral.aws_secretsmanager_random_password.database.random_password
  master_password_wo_version = var.database_password_version

  serverlessv2_scaling_configuration {
    min_capacity = var.aurora_min_acu
    max_capacity = var.aurora_max_acu
  }

  storage_encrypted               = true
  db_subnet_group_name            = aws_db_subnet_group.main.name
  vpc_security_group_ids          = [aws_security_group.database.id]
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.main[0].name

  backup_retention_period         = max(1, var.database_backup_days)
  preferred_backup_window         = "02:00-03:00"
  preferred_maintenance_window    = "sun:03:30-sun:04:30"
  copy_tags_to_snapshot           = true
  deletion_protection             = var.deletion_protection
  skip_final_snapshot             = !var.final_snapshot
  final_snapshot_identifier       = "${local.name}-final"
  apply_immediately               = !var.deletion_protection
  enabled_cloudwatch_logs_exports = ["postgresql"]

  depends_on = [aws_cloudwatch_log_group.database]
}

resource "aws_rds_cluster_instance" "main" {
  #checkov:skip=CKV_AWS_118:Performance Insights shows what enhanced monitoring would, which writes a log group of its own at a price.
  #checkov:skip=CKV_AWS_353:Performance Insights is a variable, on by default.
  #checkov:skip=CKV_AWS_354:Seven free days, encrypted with the service's own key.
  count = local.aurora ? (var.database_multi_az ? 2 : 1) : 0

  identifier                            = "${local.name}-${count.index}"
  cluster_identifier                    = aws_rds_cluster.main[0].id
  engine                                = aws_rds_cluster.main[0].engine
  engine_version                        = aws_rds_cluster.main[0].engine_version
  instance_class                        = "db.serverless"
  publicly_accessible                   = false
  ca_cert_identifier                    = "rds-ca-rsa2048-g1"
  auto_minor_version_upgrade            = true
  apply_immediately                     = !var.deletion_protection
  copy_tags_to_snapshot                 = true
  performance_insights_enabled          = var.database_performance_insights
  performance_insights_retention_period = var.database_performance_insights ? 7 : null
}
