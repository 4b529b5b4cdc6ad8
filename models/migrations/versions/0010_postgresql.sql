-- Two records of one person made one: which of them is shown no more, and what has moved.

CREATE TABLE resident_merges (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    kept_id BIGINT NOT NULL,
    merged_id BIGINT NOT NULL,
    kept_version INTEGER NOT NULL,
    moved TEXT NOT NULL,
    before TEXT NOT NULL,
    undone_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_resident_merges PRIMARY KEY (id),
    CONSTRAINT fk_resident_merges_estate_id_kept_id FOREIGN KEY(estate_id, kept_id) REFERENCES residents (estate_id, id),
    CONSTRAINT fk_resident_merges_estate_id_merged_id FOREIGN KEY(estate_id, merged_id) REFERENCES residents (estate_id, id),
    CONSTRAINT ck_resident_merges_two_records CHECK (kept_id <> merged_id),
    CONSTRAINT uq_resident_merges_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_resident_merges_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id)
);

CREATE INDEX ix_resident_merges_kept_id ON resident_merges (kept_id);

CREATE UNIQUE INDEX uq_resident_merges_merged_id ON resident_merges (merged_id) WHERE undone_at IS NULL;
