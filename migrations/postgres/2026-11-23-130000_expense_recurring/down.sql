ALTER TABLE expenses DROP COLUMN recurring_id;
