DROP INDEX recurring_by_next;
DROP TABLE budget_headroom;
