-- Which recurring expense made it. No foreign key: an expense outlives what made it.
ALTER TABLE expenses ADD COLUMN recurring_id uuid;
