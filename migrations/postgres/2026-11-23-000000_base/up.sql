-- Every table of a user's data leads its keys with user_id: the shard key of a distributed PostgreSQL.
CREATE TABLE users (
    id                uuid PRIMARY KEY, -- UUIDv7: says when the user was created
    email             text NOT NULL,
    password_hash     text NOT NULL,
    name              text,
    currency          text NOT NULL,
    time_zone         text NOT NULL,
    first_day_of_week smallint NOT NULL CHECK (first_day_of_week BETWEEN 1 AND 7), -- ISO 8601: Monday is 1
    version           bigint NOT NULL,
    updated_at        timestamptz NOT NULL
);

-- What is unique across users lives apart, keyed by itself. No foreign key: the two tables may be on different shards.
CREATE TABLE user_emails (
    email_key text PRIMARY KEY,
    user_id   uuid NOT NULL
);

CREATE TABLE categories (
    user_id    uuid NOT NULL CONSTRAINT categories_user_fkey REFERENCES users (id) ON DELETE CASCADE,
    id         uuid NOT NULL,
    name       text NOT NULL,
    name_key   text NOT NULL, -- the name without regard to case
    parent_id  uuid,
    color      text,
    icon       text,
    archived   boolean NOT NULL DEFAULT false,
    version    bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, id),
    CONSTRAINT categories_name_key UNIQUE (user_id, name_key),
    CONSTRAINT categories_parent_fkey FOREIGN KEY (user_id, parent_id) REFERENCES categories (user_id, id)
);
CREATE INDEX categories_by_parent ON categories (user_id, parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE tags (
    user_id  uuid NOT NULL CONSTRAINT tags_user_fkey REFERENCES users (id) ON DELETE CASCADE,
    id       uuid NOT NULL,
    name     text NOT NULL,
    name_key text NOT NULL,
    PRIMARY KEY (user_id, id),
    CONSTRAINT tags_name_key UNIQUE (user_id, name_key)
);

CREATE TABLE expenses (
    user_id      uuid NOT NULL CONSTRAINT expenses_user_fkey REFERENCES users (id) ON DELETE CASCADE,
    id           uuid NOT NULL, -- UUIDv7: says when the expense was created
    title        text NOT NULL,
    description  text,
    amount_minor bigint NOT NULL CHECK (amount_minor BETWEEN 1 AND 999999999999999),
    amount_rank  bigint NOT NULL, -- orders amounts of every currency
    currency     text NOT NULL,
    kind         smallint NOT NULL CHECK (kind IN (0, 1)), -- expense, income
    category_id  uuid,
    tag_count    smallint NOT NULL, -- saves a look-up for the many expenses without tags
    search_text  text NOT NULL, -- title and description, folded
    date         date NOT NULL,
    version      bigint NOT NULL,
    updated_at   timestamptz NOT NULL,
    deleted_at   timestamptz, -- set: in the trash
    PRIMARY KEY (user_id, id), -- also the order of creation
    CONSTRAINT expenses_category_fkey FOREIGN KEY (user_id, category_id) REFERENCES categories (user_id, id)
);
CREATE INDEX expenses_by_date ON expenses (user_id, date, id) WHERE deleted_at IS NULL;
CREATE INDEX expenses_by_amount ON expenses (user_id, amount_rank, id) WHERE deleted_at IS NULL;
CREATE INDEX expenses_by_category ON expenses (user_id, category_id, date, id) WHERE deleted_at IS NULL;

CREATE TABLE expense_tags (
    user_id    uuid NOT NULL,
    expense_id uuid NOT NULL,
    tag_id     uuid NOT NULL,
    position   smallint NOT NULL, -- the order in which the expense names them
    PRIMARY KEY (user_id, expense_id, tag_id),
    CONSTRAINT expense_tags_expense_fkey FOREIGN KEY (user_id, expense_id) REFERENCES expenses (user_id, id)
        ON DELETE CASCADE,
    CONSTRAINT expense_tags_tag_fkey FOREIGN KEY (user_id, tag_id) REFERENCES tags (user_id, id) ON DELETE CASCADE
);
CREATE INDEX expense_tags_by_tag ON expense_tags (user_id, tag_id, expense_id);
