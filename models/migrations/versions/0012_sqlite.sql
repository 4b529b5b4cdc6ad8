-- Who called about a matter that was open already is kept as its first caller is, and found as that one (INT-6).

-- SQLite adds no such reference to a table that is there: it is made anew. Foreign keys are off meanwhile.
PRAGMA legacy_alter_table = ON;

ALTER TABLE repeat_reports RENAME TO repeat_reports_before;

CREATE TABLE repeat_reports (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    heard_at TEXT NOT NULL,
    words TEXT NOT NULL,
    channel TEXT NOT NULL,
    unit_id INTEGER,
    place TEXT,
    resident_id INTEGER,
    reporter_name TEXT,
    reporter_phone TEXT,
    reporter_phone_digest TEXT,
    reporter_phone_tail_digest TEXT,
    reporter_department TEXT,
    promised_at TEXT,
    taken_by_id INTEGER NOT NULL,
    source TEXT,
    source_key TEXT,
    ticket_id INTEGER,
    complaint_id INTEGER,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT ck_repeat_reports_one_matter CHECK ((ticket_id IS NULL) <> (complaint_id IS NULL)),
    CONSTRAINT uq_repeat_reports_estate_id_source_source_key UNIQUE (estate_id, source, source_key),
    CONSTRAINT fk_repeat_reports_estate_id_unit_id FOREIGN KEY(estate_id, unit_id) REFERENCES units (estate_id, id),
    CONSTRAINT fk_repeat_reports_estate_id_resident_id FOREIGN KEY(estate_id, resident_id) REFERENCES residents (estate_id, id),
    CONSTRAINT fk_repeat_reports_estate_id_ticket_id FOREIGN KEY(estate_id, ticket_id) REFERENCES tickets (estate_id, id),
    CONSTRAINT fk_repeat_reports_estate_id_complaint_id FOREIGN KEY(estate_id, complaint_id) REFERENCES complaints (estate_id, id),
    CONSTRAINT uq_repeat_reports_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_repeat_reports_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_repeat_reports_taken_by_id FOREIGN KEY(taken_by_id) REFERENCES staff (id),
    CONSTRAINT ck_repeat_reports_heard_at_utc CHECK (heard_at IS NULL OR (heard_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(heard_at) IS NOT NULL)),
    CONSTRAINT ck_repeat_reports_words_length CHECK (length(words) <= 20000),
    CONSTRAINT ck_repeat_reports_words_no_nul CHECK (instr(words, char(0)) = 0),
    CONSTRAINT ck_repeat_reports_channel_known CHECK (channel IN ('phone', 'walk_in', 'staff', 'visit', 'forum', 'email', 'fax', 'suggestion_box', 'mini_programme', 'import')),
    CONSTRAINT ck_repeat_reports_place_length CHECK (length(place) <= 200),
    CONSTRAINT ck_repeat_reports_place_no_nul CHECK (instr(place, char(0)) = 0),
    CONSTRAINT ck_repeat_reports_reporter_name_length CHECK (length(reporter_name) <= 60),
    CONSTRAINT ck_repeat_reports_reporter_name_no_nul CHECK (instr(reporter_name, char(0)) = 0),
    CONSTRAINT ck_repeat_reports_reporter_phone_length CHECK (length(reporter_phone) <= 200),
    CONSTRAINT ck_repeat_reports_reporter_phone_no_nul CHECK (instr(reporter_phone, char(0)) = 0),
    CONSTRAINT ck_repeat_reports_reporter_phone_digest_length CHECK (length(reporter_phone_digest) <= 40),
    CONSTRAINT ck_repeat_reports_reporter_phone_digest_no_nul CHECK (instr(reporter_phone_digest, char(0)) = 0),
    CONSTRAINT ck_repeat_reports_reporter_phone_tail_digest_length CHECK (length(reporter_phone_tail_digest) <= 40),
    CONSTRAINT ck_repeat_reports_reporter_phone_tail_digest_no_nul CHECK (instr(reporter_phone_tail_digest, char(0)) = 0),
    CONSTRAINT ck_repeat_reports_reporter_department_length CHECK (length(reporter_department) <= 60),
    CONSTRAINT ck_repeat_reports_reporter_department_no_nul CHECK (instr(reporter_department, char(0)) = 0),
    CONSTRAINT ck_repeat_reports_promised_at_utc CHECK (promised_at IS NULL OR (promised_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(promised_at) IS NOT NULL)),
    CONSTRAINT ck_repeat_reports_source_length CHECK (length(source) <= 40),
    CONSTRAINT ck_repeat_reports_source_no_nul CHECK (instr(source, char(0)) = 0),
    CONSTRAINT ck_repeat_reports_source_key_length CHECK (length(source_key) <= 80),
    CONSTRAINT ck_repeat_reports_source_key_no_nul CHECK (instr(source_key, char(0)) = 0),
    CONSTRAINT ck_repeat_reports_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_repeat_reports_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

INSERT INTO repeat_reports (id, estate_id, heard_at, words, channel, reporter_name, taken_by_id, source, source_key, ticket_id, complaint_id, created_at, updated_at)
SELECT id, estate_id, heard_at, words, channel, reporter_name, taken_by_id, source, source_key, ticket_id, complaint_id, created_at, updated_at FROM repeat_reports_before;

-- Numbers given out stay given out, also those of rows that are gone.
INSERT INTO sqlite_sequence (name, seq)
SELECT 'repeat_reports', 0 FROM sqlite_sequence WHERE name = 'repeat_reports_before'
AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'repeat_reports');

UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'repeat_reports_before'), 0))
WHERE name = 'repeat_reports';

DROP TABLE repeat_reports_before;

PRAGMA legacy_alter_table = OFF;

CREATE INDEX ix_repeat_reports_complaint_id ON repeat_reports (complaint_id);

CREATE INDEX ix_repeat_reports_reporter_phone_digest ON repeat_reports (reporter_phone_digest);

CREATE INDEX ix_repeat_reports_reporter_phone_tail_digest ON repeat_reports (reporter_phone_tail_digest);

CREATE INDEX ix_repeat_reports_resident_id ON repeat_reports (resident_id);

CREATE INDEX ix_repeat_reports_ticket_id ON repeat_reports (ticket_id);

CREATE INDEX ix_repeat_reports_unit_id ON repeat_reports (unit_id);

CREATE VIRTUAL TABLE repeat_reports_search USING fts5(tokens, content='', columnsize=0, detail=none, tokenize='unicode61 remove_diacritics 0');
