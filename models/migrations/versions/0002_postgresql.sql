-- Undo of bulk runs, saved views, columns, mentions; indexes for lists of a million rows.

ALTER TABLE bulk_runs ADD COLUMN undoes_id BIGINT;

ALTER TABLE bulk_runs ADD COLUMN finished_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE bulk_runs ADD CONSTRAINT uq_bulk_runs_undoes_id UNIQUE (undoes_id);

CREATE TABLE column_choices (
    id BIGSERIAL NOT NULL,
    staff_id BIGINT NOT NULL,
    register TEXT NOT NULL,
    columns TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_column_choices PRIMARY KEY (id),
    CONSTRAINT uq_column_choices_staff_id_register UNIQUE (staff_id, register),
    CONSTRAINT ck_column_choices_register_length CHECK (length(register) <= 60)
);

CREATE INDEX ix_events_estate_id_register ON events (estate_id, register, at, id);

CREATE INDEX ix_events_estate_id_verb ON events (estate_id, verb, at, id);

CREATE TABLE mentions (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    comment_id BIGINT NOT NULL,
    staff_id BIGINT NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_mentions PRIMARY KEY (id),
    CONSTRAINT uq_mentions_comment_id_staff_id UNIQUE (comment_id, staff_id),
    CONSTRAINT uq_mentions_estate_id_id UNIQUE (estate_id, id)
);

CREATE INDEX ix_mentions_staff_id ON mentions (staff_id, id);

CREATE INDEX ix_mentions_unseen ON mentions (staff_id) WHERE seen_at IS NULL;

CREATE INDEX ix_residents_id_document ON residents (estate_id, id_document, id) WHERE id_document IS NOT NULL;

CREATE TABLE saved_views (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    owner_id BIGINT NOT NULL,
    register TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    shared BOOLEAN DEFAULT '0' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_saved_views PRIMARY KEY (id),
    CONSTRAINT uq_saved_views_estate_id_owner_id_register_name UNIQUE (estate_id, owner_id, register, name),
    CONSTRAINT ck_saved_views_name_present CHECK (length(trim(name)) > 0),
    CONSTRAINT uq_saved_views_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_saved_views_register_length CHECK (length(register) <= 60),
    CONSTRAINT ck_saved_views_name_length CHECK (length(name) <= 60),
    CONSTRAINT ck_saved_views_query_length CHECK (length(query) <= 2000)
);

CREATE INDEX ix_saved_views_register ON saved_views (estate_id, register);

CREATE INDEX ix_tickets_open_registered_at ON tickets (estate_id, registered_at, id) WHERE status IN ('received', 'dispatched', 'accepted', 'in_progress', 'waiting', 'done');

ALTER TABLE bulk_runs ADD CONSTRAINT fk_bulk_runs_estate_id_undoes_id FOREIGN KEY(estate_id, undoes_id) REFERENCES bulk_runs (estate_id, id);

ALTER TABLE column_choices ADD CONSTRAINT fk_column_choices_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id);

ALTER TABLE mentions ADD CONSTRAINT fk_mentions_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE mentions ADD CONSTRAINT fk_mentions_estate_id_comment_id FOREIGN KEY(estate_id, comment_id) REFERENCES comments (estate_id, id);

ALTER TABLE mentions ADD CONSTRAINT fk_mentions_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id);

ALTER TABLE saved_views ADD CONSTRAINT fk_saved_views_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE saved_views ADD CONSTRAINT fk_saved_views_owner_id FOREIGN KEY(owner_id) REFERENCES staff (id);
