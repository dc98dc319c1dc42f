-- The same schema as on PostgreSQL.
ALTER TABLE expenses ADD COLUMN recurring_id blob;
