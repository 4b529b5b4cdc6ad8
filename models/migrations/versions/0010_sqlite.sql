-- Two records of one person made one: which of them is shown no more, and what has moved.

CREATE TABLE resident_merges (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    kept_id INTEGER NOT NULL,
    merged_id INTEGER NOT NULL,
    kept_version INTEGER NOT NULL,
    moved TEXT NOT NULL,
    "before" TEXT NOT NULL,
    undone_at TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT fk_resident_merges_estate_id_kept_id FOREIGN KEY(estate_id, kept_id) REFERENCES residents (estate_id, id),
    CONSTRAINT fk_resident_merges_estate_id_merged_id FOREIGN KEY(estate_id, merged_id) REFERENCES residents (estate_id, id),
    CONSTRAINT ck_resident_merges_two_records CHECK (kept_id <> merged_id),
    CONSTRAINT uq_resident_merges_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_resident_merges_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_resident_merges_undone_at_utc CHECK (undone_at IS NULL OR (undone_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(undone_at) IS NOT NULL)),
    CONSTRAINT ck_resident_merges_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_resident_merges_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_resident_merges_kept_id ON resident_merges (kept_id);

CREATE UNIQUE INDEX uq_resident_merges_merged_id ON resident_merges (merged_id) WHERE undone_at IS NULL;
