-- Residents are told by mail too.

-- SQLite lets no column become empty in a table that is there: the table is made anew. Without this pragma the
-- references of other tables would follow the old one.
PRAGMA legacy_alter_table = ON;

ALTER TABLE resident_ways RENAME TO resident_ways_before;

CREATE TABLE resident_ways (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    resident_id INTEGER NOT NULL,
    contact_id INTEGER,
    address TEXT,
    kinds TEXT NOT NULL,
    language TEXT DEFAULT 'zh_Hans_CN' NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT uq_resident_ways_contact_id UNIQUE (contact_id),
    CONSTRAINT ck_resident_ways_one_way CHECK ((contact_id IS NULL) = (address IS NOT NULL)),
    CONSTRAINT fk_resident_ways_estate_id_resident_id FOREIGN KEY(estate_id, resident_id) REFERENCES residents (estate_id, id),
    CONSTRAINT uq_resident_ways_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_resident_ways_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_resident_ways_address_length CHECK (length(address) <= 1000),
    CONSTRAINT ck_resident_ways_address_no_nul CHECK (instr(address, char(0)) = 0),
    CONSTRAINT ck_resident_ways_language_length CHECK (length(language) <= 20),
    CONSTRAINT ck_resident_ways_language_no_nul CHECK (instr(language, char(0)) = 0),
    CONSTRAINT ck_resident_ways_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_resident_ways_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

INSERT INTO resident_ways (id, estate_id, resident_id, contact_id, kinds, language, created_at, updated_at, version)
SELECT id, estate_id, resident_id, contact_id, kinds, language, created_at, updated_at, version FROM resident_ways_before;

-- Numbers that were given are not given again.
INSERT INTO sqlite_sequence (name, seq) SELECT 'resident_ways', 0
WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'resident_ways');

UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'resident_ways_before'), 0))
WHERE name = 'resident_ways';

DROP TABLE resident_ways_before;

CREATE INDEX ix_resident_ways_resident_id ON resident_ways (resident_id);

PRAGMA legacy_alter_table = OFF;
