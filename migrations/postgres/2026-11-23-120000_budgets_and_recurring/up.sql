-- Reports read indexes only: the two that lists are read in the order of carry what is summed up.
CREATE INDEX expenses_by_date_covering ON expenses (user_id, date, id)
    INCLUDE (currency, kind, category_id, amount_minor, tag_count) WHERE deleted_at IS NULL;
CREATE INDEX expenses_by_category_covering ON expenses (user_id, category_id, date, id)
    INCLUDE (currency, kind, amount_minor) WHERE deleted_at IS NULL;
DROP INDEX expenses_by_date;
DROP INDEX expenses_by_category;
ALTER INDEX expenses_by_date_covering RENAME TO expenses_by_date;
ALTER INDEX expenses_by_category_covering RENAME TO expenses_by_category;

-- How many expenses have a tag is counted by an index, less those in the trash.
CREATE INDEX expenses_tagged_in_trash ON expenses (user_id, id) WHERE deleted_at IS NOT NULL AND tag_count > 0;

-- A tag's version is that of its name.
ALTER TABLE tags ADD COLUMN version bigint NOT NULL DEFAULT 1;

CREATE TABLE budgets (
    user_id    uuid NOT NULL CONSTRAINT budgets_user_fkey REFERENCES users (id) ON DELETE CASCADE,
    id         uuid NOT NULL,
    name       text NOT NULL,
    currency   text NOT NULL,
    period     smallint NOT NULL CHECK (period BETWEEN 0 AND 3), -- week, month, quarter, year
    rollover   smallint NOT NULL CHECK (rollover BETWEEN 0 AND 2), -- none, surplus, all
    starts_on  date NOT NULL,
    ends_on    date,
    alert_at   text NOT NULL, -- percents, ascending, separated by commas
    version    bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, id)
);

-- The amount of a budget's periods from a date on, until the next row.
CREATE TABLE budget_amounts (
    user_id      uuid NOT NULL,
    budget_id    uuid NOT NULL,
    from_date    date NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor BETWEEN 1 AND 999999999999999),
    PRIMARY KEY (user_id, budget_id, from_date),
    CONSTRAINT budget_amounts_budget_fkey FOREIGN KEY (user_id, budget_id) REFERENCES budgets (user_id, id)
        ON DELETE CASCADE
);

-- The categories of a budget; without any it is one over all.
CREATE TABLE budget_categories (
    user_id     uuid NOT NULL,
    budget_id   uuid NOT NULL,
    category_id uuid NOT NULL,
    PRIMARY KEY (user_id, budget_id, category_id),
    CONSTRAINT budget_categories_budget_fkey FOREIGN KEY (user_id, budget_id) REFERENCES budgets (user_id, id)
        ON DELETE CASCADE,
    CONSTRAINT budget_categories_category_fkey FOREIGN KEY (user_id, category_id)
        REFERENCES categories (user_id, id)
);
CREATE INDEX budget_categories_by_category ON budget_categories (user_id, category_id);

-- How much more may be spent in a period before a threshold is crossed: while there is room, a write need not look at
-- the other expenses. Without a row, or beyond it, it does. The check stops a statement that would use up the room.
CREATE TABLE budget_guards (
    user_id        uuid NOT NULL,
    budget_id      uuid NOT NULL,
    first_day      date NOT NULL,
    last_day       date NOT NULL,
    headroom_minor bigint NOT NULL CONSTRAINT budget_guards_headroom CHECK (headroom_minor > 0),
    PRIMARY KEY (user_id, budget_id),
    CONSTRAINT budget_guards_budget_fkey FOREIGN KEY (user_id, budget_id) REFERENCES budgets (user_id, id)
        ON DELETE CASCADE
) WITH (fillfactor = 70);

CREATE TABLE alerts (
    user_id         uuid NOT NULL,
    id              uuid NOT NULL, -- UUIDv7: says when the threshold was crossed
    budget_id       uuid NOT NULL,
    first_day       date NOT NULL, -- of the period
    last_day        date NOT NULL,
    threshold       smallint NOT NULL, -- percent
    spent_minor     bigint NOT NULL, -- at that time
    available_minor bigint NOT NULL,
    expense_id      uuid, -- whose write crossed it; no foreign key, for an alert outlives it
    PRIMARY KEY (user_id, id),
    CONSTRAINT alerts_once UNIQUE (user_id, budget_id, first_day, threshold),
    CONSTRAINT alerts_budget_fkey FOREIGN KEY (user_id, budget_id) REFERENCES budgets (user_id, id) ON DELETE CASCADE
);

CREATE TABLE recurring (
    user_id      uuid NOT NULL CONSTRAINT recurring_user_fkey REFERENCES users (id) ON DELETE CASCADE,
    id           uuid NOT NULL,
    title        text NOT NULL,
    description  text,
    amount_minor bigint NOT NULL CHECK (amount_minor BETWEEN 1 AND 999999999999999),
    currency     text NOT NULL,
    kind         smallint NOT NULL CHECK (kind IN (0, 1)), -- expense, income
    category_id  uuid,
    rule         text NOT NULL, -- RRULE of RFC 5545, without COUNT and UNTIL
    starts_on    date NOT NULL,
    ends_on      date, -- the last day on which it may occur
    occurrences  integer, -- how often it occurs at most, counted from starts_on
    paused       boolean NOT NULL DEFAULT false,
    next_on      date, -- the first occurrence that is neither posted nor skipped; null when there is none
    version      bigint NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (user_id, id),
    CONSTRAINT recurring_category_fkey FOREIGN KEY (user_id, category_id) REFERENCES categories (user_id, id)
);
CREATE INDEX recurring_by_category ON recurring (user_id, category_id) WHERE category_id IS NOT NULL;
-- The only index that does not lead with user_id: the poster asks what is due, whosever it is.
CREATE INDEX recurring_by_due ON recurring (next_on, user_id, id) WHERE next_on IS NOT NULL AND NOT paused;

CREATE TABLE recurring_tags (
    user_id      uuid NOT NULL,
    recurring_id uuid NOT NULL,
    tag_id       uuid NOT NULL,
    position     smallint NOT NULL,
    PRIMARY KEY (user_id, recurring_id, tag_id),
    CONSTRAINT recurring_tags_recurring_fkey FOREIGN KEY (user_id, recurring_id) REFERENCES recurring (user_id, id)
        ON DELETE CASCADE,
    CONSTRAINT recurring_tags_tag_fkey FOREIGN KEY (user_id, tag_id) REFERENCES tags (user_id, id) ON DELETE CASCADE
);
CREATE INDEX recurring_tags_by_tag ON recurring_tags (user_id, tag_id, recurring_id);

-- What became of each occurrence, so that none is posted twice.
CREATE TABLE recurring_occurrences (
    user_id      uuid NOT NULL,
    recurring_id uuid NOT NULL,
    date         date NOT NULL,
    expense_id   uuid, -- null: skipped. No foreign key: what was posted stays posted, whatever becomes of the expense
    PRIMARY KEY (user_id, recurring_id, date),
    CONSTRAINT recurring_occurrences_recurring_fkey FOREIGN KEY (user_id, recurring_id)
        REFERENCES recurring (user_id, id) ON DELETE CASCADE
);

-- Work that one process does for all: who may do it, and until when.
CREATE TABLE leases (
    name       text PRIMARY KEY,
    holder     uuid NOT NULL,
    expires_at timestamptz NOT NULL
);
