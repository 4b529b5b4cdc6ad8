-- Undo of bulk runs, saved views, columns, mentions; indexes for lists of a million rows.

-- SQLite adds no such reference to a table that is there: it is made anew. Foreign keys are off meanwhile;
-- without this pragma the references of bulk_items would follow the old table.
PRAGMA legacy_alter_table = ON;

ALTER TABLE bulk_runs RENAME TO bulk_runs_before;

CREATE TABLE bulk_runs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    actor_id INTEGER NOT NULL,
    register TEXT NOT NULL,
    verb TEXT NOT NULL,
    arguments TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    state TEXT DEFAULT 'previewed' NOT NULL,
    undoes_id INTEGER,
    finished_at TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_bulk_runs_actor_id_idempotency_key UNIQUE (actor_id, idempotency_key),
    CONSTRAINT uq_bulk_runs_undoes_id UNIQUE (undoes_id),
    CONSTRAINT fk_bulk_runs_estate_id_undoes_id FOREIGN KEY(estate_id, undoes_id) REFERENCES bulk_runs (estate_id, id),
    CONSTRAINT uq_bulk_runs_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_bulk_runs_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_bulk_runs_actor_id FOREIGN KEY(actor_id) REFERENCES staff (id),
    CONSTRAINT ck_bulk_runs_register_length CHECK (length(register) <= 60),
    CONSTRAINT ck_bulk_runs_register_no_nul CHECK (instr(register, char(0)) = 0),
    CONSTRAINT ck_bulk_runs_verb_length CHECK (length(verb) <= 60),
    CONSTRAINT ck_bulk_runs_verb_no_nul CHECK (instr(verb, char(0)) = 0),
    CONSTRAINT ck_bulk_runs_idempotency_key_length CHECK (length(idempotency_key) <= 64),
    CONSTRAINT ck_bulk_runs_idempotency_key_no_nul CHECK (instr(idempotency_key, char(0)) = 0),
    CONSTRAINT ck_bulk_runs_state_known CHECK (state IN ('previewed', 'running', 'finished')),
    CONSTRAINT ck_bulk_runs_finished_at_utc CHECK (finished_at IS NULL OR (finished_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(finished_at) IS NOT NULL)),
    CONSTRAINT ck_bulk_runs_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_bulk_runs_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

INSERT INTO bulk_runs (id, estate_id, actor_id, register, verb, arguments, idempotency_key, state, created_at, updated_at)
SELECT id, estate_id, actor_id, register, verb, arguments, idempotency_key, state, created_at, updated_at FROM bulk_runs_before;

DROP TABLE bulk_runs_before;

PRAGMA legacy_alter_table = OFF;

CREATE TABLE column_choices (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    staff_id INTEGER NOT NULL,
    register TEXT NOT NULL,
    columns TEXT NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_column_choices_staff_id_register UNIQUE (staff_id, register),
    CONSTRAINT fk_column_choices_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT ck_column_choices_register_length CHECK (length(register) <= 60),
    CONSTRAINT ck_column_choices_register_no_nul CHECK (instr(register, char(0)) = 0),
    CONSTRAINT ck_column_choices_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_column_choices_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_events_estate_id_register ON events (estate_id, register, at, id);

CREATE INDEX ix_events_estate_id_verb ON events (estate_id, verb, at, id);

CREATE TABLE mentions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    comment_id INTEGER NOT NULL,
    staff_id INTEGER NOT NULL,
    seen_at TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT fk_mentions_estate_id_comment_id FOREIGN KEY(estate_id, comment_id) REFERENCES comments (estate_id, id),
    CONSTRAINT uq_mentions_comment_id_staff_id UNIQUE (comment_id, staff_id),
    CONSTRAINT uq_mentions_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_mentions_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_mentions_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT ck_mentions_seen_at_utc CHECK (seen_at IS NULL OR (seen_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(seen_at) IS NOT NULL)),
    CONSTRAINT ck_mentions_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_mentions_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_mentions_staff_id ON mentions (staff_id, id);

CREATE INDEX ix_mentions_unseen ON mentions (staff_id) WHERE seen_at IS NULL;

CREATE INDEX ix_residents_id_document ON residents (estate_id, id_document, id) WHERE id_document IS NOT NULL;

CREATE TABLE saved_views (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    owner_id INTEGER NOT NULL,
    register TEXT NOT NULL,
    name TEXT NOT NULL,
    "query" TEXT NOT NULL,
    shared INTEGER DEFAULT '0' NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_saved_views_estate_id_owner_id_register_name UNIQUE (estate_id, owner_id, register, name),
    CONSTRAINT ck_saved_views_name_present CHECK (length(trim(name)) > 0),
    CONSTRAINT uq_saved_views_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_saved_views_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_saved_views_owner_id FOREIGN KEY(owner_id) REFERENCES staff (id),
    CONSTRAINT ck_saved_views_register_length CHECK (length(register) <= 60),
    CONSTRAINT ck_saved_views_register_no_nul CHECK (instr(register, char(0)) = 0),
    CONSTRAINT ck_saved_views_name_length CHECK (length(name) <= 60),
    CONSTRAINT ck_saved_views_name_no_nul CHECK (instr(name, char(0)) = 0),
    CONSTRAINT ck_saved_views_query_length CHECK (length(query) <= 2000),
    CONSTRAINT ck_saved_views_query_no_nul CHECK (instr(query, char(0)) = 0),
    CONSTRAINT ck_saved_views_shared_flag CHECK (shared IN (0, 1)),
    CONSTRAINT ck_saved_views_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_saved_views_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_saved_views_register ON saved_views (estate_id, register);

CREATE INDEX ix_tickets_open_registered_at ON tickets (estate_id, registered_at, id) WHERE status IN ('received', 'dispatched', 'accepted', 'in_progress', 'waiting', 'done');
