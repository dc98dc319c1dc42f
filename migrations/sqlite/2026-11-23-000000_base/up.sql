-- The same schema as on PostgreSQL. Ids are blobs of 16 bytes, instants are Unix milliseconds, dates are YYYY-MM-DD.
CREATE TABLE users (
    id                blob NOT NULL PRIMARY KEY, -- UUIDv7: says when the user was created
    email             text NOT NULL,
    password_hash     text NOT NULL,
    name              text,
    currency          text NOT NULL,
    time_zone         text NOT NULL,
    first_day_of_week integer NOT NULL CHECK (first_day_of_week BETWEEN 1 AND 7), -- ISO 8601: Monday is 1
    version           integer NOT NULL,
    updated_at        integer NOT NULL
) STRICT;

-- What is unique across users lives apart, keyed by itself. No foreign key, as on PostgreSQL.
CREATE TABLE user_emails (
    email_key text NOT NULL PRIMARY KEY,
    user_id   blob NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE categories (
    user_id    blob NOT NULL CONSTRAINT categories_user_fkey REFERENCES users (id) ON DELETE CASCADE,
    id         blob NOT NULL,
    name       text NOT NULL,
    name_key   text NOT NULL, -- the name without regard to case
    parent_id  blob,
    color      text,
    icon       text,
    archived   integer NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
    version    integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (user_id, id),
    CONSTRAINT categories_name_key UNIQUE (user_id, name_key),
    CONSTRAINT categories_parent_fkey FOREIGN KEY (user_id, parent_id) REFERENCES categories (user_id, id)
) STRICT;
CREATE INDEX categories_by_parent ON categories (user_id, parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE tags (
    user_id  blob NOT NULL CONSTRAINT tags_user_fkey REFERENCES users (id) ON DELETE CASCADE,
    id       blob NOT NULL,
    name     text NOT NULL,
    name_key text NOT NULL,
    PRIMARY KEY (user_id, id),
    CONSTRAINT tags_name_key UNIQUE (user_id, name_key)
) STRICT;

CREATE TABLE expenses (
    user_id      blob NOT NULL CONSTRAINT expenses_user_fkey REFERENCES users (id) ON DELETE CASCADE,
    id           blob NOT NULL, -- UUIDv7: says when the expense was created
    title        text NOT NULL,
    description  text,
    amount_minor integer NOT NULL CHECK (amount_minor BETWEEN 1 AND 999999999999999),
    amount_rank  integer NOT NULL, -- orders amounts of every currency
    currency     text NOT NULL,
    kind         integer NOT NULL CHECK (kind IN (0, 1)), -- expense, income
    category_id  blob,
    tag_count    integer NOT NULL, -- saves a look-up for the many expenses without tags
    search_text  text NOT NULL, -- title and description, folded
    date         text NOT NULL,
    version      integer NOT NULL,
    updated_at   integer NOT NULL,
    deleted_at   integer, -- set: in the trash
    PRIMARY KEY (user_id, id), -- also the order of creation
    CONSTRAINT expenses_category_fkey FOREIGN KEY (user_id, category_id) REFERENCES categories (user_id, id)
) STRICT;
CREATE INDEX expenses_by_date ON expenses (user_id, date, id) WHERE deleted_at IS NULL;
CREATE INDEX expenses_by_amount ON expenses (user_id, amount_rank, id) WHERE deleted_at IS NULL;
CREATE INDEX expenses_by_category ON expenses (user_id, category_id, date, id) WHERE deleted_at IS NULL;

CREATE TABLE expense_tags (
    user_id    blob NOT NULL,
    expense_id blob NOT NULL,
    tag_id     blob NOT NULL,
    position   integer NOT NULL, -- the order in which the expense names them
    PRIMARY KEY (user_id, expense_id, tag_id),
    CONSTRAINT expense_tags_expense_fkey FOREIGN KEY (user_id, expense_id) REFERENCES expenses (user_id, id)
        ON DELETE CASCADE,
    CONSTRAINT expense_tags_tag_fkey FOREIGN KEY (user_id, tag_id) REFERENCES tags (user_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX expense_tags_by_tag ON expense_tags (user_id, tag_id, expense_id);
