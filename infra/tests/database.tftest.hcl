variables {
  environment = "dev"
}

run "instance_by_variables" {
  command = plan

  variables {
    database_version              = "16"
    database_class                = "db.m7g.large"
    database_storage_gb           = 50
    database_max_storage_gb       = 500
    database_multi_az             = true
    database_backup_days          = 0
    database_performance_insights = false
    database_max_connections      = 800
    deletion_protection           = false
    final_snapshot                = false
    database_password_version     = 3
    jwt_key_version               = 4
  }

  assert {
    condition     = aws_db_instance.main[0].engine_version == "16" && aws_db_parameter_group.main[0].family == "postgres16" && aws_db_instance.main[0].instance_class == "db.m7g.large"
    error_message = "database_version, database_class"
  }
  assert {
    condition     = aws_db_instance.main[0].allocated_storage == 50 && aws_db_instance.main[0].max_allocated_storage == 500
    error_message = "storage"
  }
  assert {
    condition     = aws_db_instance.main[0].multi_az && aws_db_instance.main[0].backup_retention_period == 0 && aws_db_instance.main[0].performance_insights_enabled == false
    error_message = "standby, backups, insights"
  }
  assert {
    condition     = aws_db_instance.main[0].deletion_protection == false && aws_db_instance.main[0].skip_final_snapshot && aws_lb.main.enable_deletion_protection == false && aws_ecr_repository.main.force_delete
    error_message = "deletion_protection, final_snapshot"
  }
  assert {
    condition     = aws_db_instance.main[0].password_wo_version == 3 && aws_secretsmanager_secret_version.database_url.secret_string_wo_version == 3 && aws_secretsmanager_secret_version.jwt_key.secret_string_wo_version == 4
    error_message = "rotation: database and its secret together, the JWT key by itself"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.main["database_conns"].threshold == 640 && !contains(keys(aws_cloudwatch_metric_alarm.main), "database_credits")
    error_message = "connections alarm at 80 %; no credits without a burstable class"
  }
}

run "aurora_serverless" {
  command = plan

  variables {
    database_engine      = "aurora"
    database_multi_az    = true
    database_backup_days = 0
    aurora_min_acu       = 1
    aurora_max_acu       = 16
    office_hours         = { start = 7, stop = 20 }
  }

  assert {
    condition     = length(aws_db_instance.main) == 0 && length(aws_rds_cluster_instance.main) == 2 && aws_rds_cluster_instance.main[0].instance_class == "db.serverless"
    error_message = "a cluster of two serverless instances instead of the RDS instance"
  }
  assert {
    condition     = one(aws_rds_cluster.main[0].serverlessv2_scaling_configuration).min_capacity == 1 && one(aws_rds_cluster.main[0].serverlessv2_scaling_configuration).max_capacity == 16
    error_message = "capacity"
  }
  assert {
    condition     = aws_rds_cluster.main[0].storage_encrypted && aws_rds_cluster.main[0].deletion_protection && aws_rds_cluster.main[0].backup_retention_period == 1
    error_message = "encrypted, protected, backed up"
  }
  assert {
    condition     = contains([for one in aws_rds_cluster_parameter_group.main[0].parameter : "${one.name}=${one.value}"], "rds.force_ssl=1")
    error_message = "TLS is forced"
  }
  assert {
    condition     = join(",", keys(aws_cloudwatch_metric_alarm.main["database_cpu"].dimensions)) == "DBClusterIdentifier" && !contains(keys(aws_cloudwatch_metric_alarm.main), "database_storage")
    error_message = "alarms watch the cluster"
  }
  assert {
    condition     = endswith(one(aws_scheduler_schedule.office["database-stop"].target).arn, "rds:stopDBCluster")
    error_message = "office hours stop the cluster"
  }
}
