-- Residents are told by text message of what they chose.

CREATE TABLE resident_ways (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    resident_id INTEGER NOT NULL,
    contact_id INTEGER NOT NULL,
    kinds TEXT NOT NULL,
    language TEXT DEFAULT 'zh_Hans_CN' NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT uq_resident_ways_contact_id UNIQUE (contact_id),
    CONSTRAINT fk_resident_ways_estate_id_resident_id FOREIGN KEY(estate_id, resident_id) REFERENCES residents (estate_id, id),
    CONSTRAINT uq_resident_ways_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_resident_ways_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_resident_ways_language_length CHECK (length(language) <= 20),
    CONSTRAINT ck_resident_ways_language_no_nul CHECK (instr(language, char(0)) = 0),
    CONSTRAINT ck_resident_ways_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_resident_ways_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

-- SQLite lets no column become empty in a table that is there: the table is made anew. Without this pragma the
-- references of other tables would follow the old one.
PRAGMA legacy_alter_table = ON;

ALTER TABLE outbox RENAME TO outbox_before;

CREATE TABLE outbox (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    told_id INTEGER,
    staff_id INTEGER,
    resident_id INTEGER,
    register TEXT,
    record_id INTEGER,
    kind TEXT,
    cause TEXT,
    way_id INTEGER NOT NULL,
    way TEXT NOT NULL,
    "key" TEXT NOT NULL,
    status TEXT DEFAULT 'waiting' NOT NULL,
    due_at TEXT NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    started_at TEXT,
    ended_at TEXT,
    reason TEXT,
    answer INTEGER,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_outbox_key UNIQUE ("key"),
    CONSTRAINT ck_outbox_ended CHECK ((status IN ('waiting', 'sending')) = (ended_at IS NULL)),
    CONSTRAINT ck_outbox_attempts CHECK (attempts >= 0),
    CONSTRAINT ck_outbox_to_whom CHECK ((register IS NULL) = (resident_id IS NULL) AND (record_id IS NULL) = (resident_id IS NULL) AND (kind IS NULL) = (resident_id IS NULL) AND (cause IS NULL) = (resident_id IS NULL) AND (told_id IS NULL) = (resident_id IS NOT NULL) AND (staff_id IS NULL) = (resident_id IS NOT NULL)),
    CONSTRAINT uq_outbox_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_outbox_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_outbox_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT ck_outbox_register_length CHECK (length(register) <= 40),
    CONSTRAINT ck_outbox_register_no_nul CHECK (instr(register, char(0)) = 0),
    CONSTRAINT ck_outbox_kind_word CHECK (length(trim(kind)) BETWEEN 1 AND 40),
    CONSTRAINT ck_outbox_cause_length CHECK (length(cause) <= 60),
    CONSTRAINT ck_outbox_cause_no_nul CHECK (instr(cause, char(0)) = 0),
    CONSTRAINT ck_outbox_way_known CHECK (way IN ('mail', 'sms', 'wecom', 'dingtalk', 'feishu')),
    CONSTRAINT ck_outbox_key_length CHECK (length(key) <= 40),
    CONSTRAINT ck_outbox_key_no_nul CHECK (instr(key, char(0)) = 0),
    CONSTRAINT ck_outbox_status_known CHECK (status IN ('waiting', 'sending', 'sent', 'unsure', 'failed', 'withdrawn')),
    CONSTRAINT ck_outbox_due_at_utc CHECK (due_at IS NULL OR (due_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(due_at) IS NOT NULL)),
    CONSTRAINT ck_outbox_started_at_utc CHECK (started_at IS NULL OR (started_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(started_at) IS NOT NULL)),
    CONSTRAINT ck_outbox_ended_at_utc CHECK (ended_at IS NULL OR (ended_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(ended_at) IS NOT NULL)),
    CONSTRAINT ck_outbox_reason_word CHECK (length(trim(reason)) BETWEEN 1 AND 40),
    CONSTRAINT ck_outbox_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_outbox_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

INSERT INTO outbox (id, estate_id, told_id, staff_id, way_id, way, "key", status, due_at, attempts, started_at, ended_at, reason, answer, created_at, updated_at)
SELECT id, estate_id, told_id, staff_id, way_id, way, "key", status, due_at, attempts, started_at, ended_at, reason, answer, created_at, updated_at FROM outbox_before;

-- Numbers that were given are not given again.
INSERT INTO sqlite_sequence (name, seq) SELECT 'outbox', 0
WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'outbox');

UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'outbox_before'), 0))
WHERE name = 'outbox';

DROP TABLE outbox_before;

CREATE INDEX ix_outbox_cause ON outbox (cause) WHERE cause IS NOT NULL;

CREATE INDEX ix_outbox_due_at ON outbox (due_at) WHERE status IN ('waiting', 'sending');

CREATE INDEX ix_outbox_not_sent ON outbox (estate_id, id) WHERE status IN ('failed', 'unsure');

CREATE INDEX ix_outbox_told_id ON outbox (told_id);

PRAGMA legacy_alter_table = OFF;

CREATE INDEX ix_resident_ways_resident_id ON resident_ways (resident_id);
