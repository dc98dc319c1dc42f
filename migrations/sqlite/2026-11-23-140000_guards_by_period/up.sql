-- Guards of each period into which something is written; in slots as on PostgreSQL, where writers who use the room at the
-- same time need not wait for one another. They take the place of budget_guards, a cache that only the version before still
-- uses.
CREATE TABLE budget_headroom (
    user_id        blob NOT NULL,
    budget_id      blob NOT NULL,
    slot           integer NOT NULL,
    slots          integer NOT NULL CHECK (slots > slot), -- of the period
    first_day      text NOT NULL,
    last_day       text NOT NULL,
    headroom_minor integer NOT NULL CONSTRAINT budget_headroom_left CHECK (headroom_minor > 0),
    PRIMARY KEY (user_id, budget_id, last_day, slot),
    CONSTRAINT budget_headroom_budget_fkey FOREIGN KEY (user_id, budget_id) REFERENCES budgets (user_id, id)
        ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- What comes next of one user's.
CREATE INDEX recurring_by_next ON recurring (user_id, next_on, id) WHERE next_on IS NOT NULL AND paused = 0;
