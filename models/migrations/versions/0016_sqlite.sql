-- What hangs on a record is keyed by the register and its record; a finding's kind and a role are declared words.

-- SQLite puts no such column into a table that is there: they are made anew. Foreign keys are off meanwhile.

PRAGMA legacy_alter_table = ON;

ALTER TABLE clock_runs RENAME TO clock_runs_before;

CREATE TABLE clock_runs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    register TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    clock_id INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    paused_at TEXT,
    paused_minutes INTEGER DEFAULT '0' NOT NULL,
    met_at TEXT,
    cancelled_at TEXT,
    follow_up_id INTEGER GENERATED ALWAYS AS (CASE WHEN register = 'follow_ups' THEN record_id END) STORED,
    permit_id INTEGER GENERATED ALWAYS AS (CASE WHEN register = 'visitor_passes' THEN record_id END) STORED,
    ticket_id INTEGER GENERATED ALWAYS AS (CASE WHEN register = 'tickets' THEN record_id END) STORED,
    complaint_id INTEGER GENERATED ALWAYS AS (CASE WHEN register = 'complaints' THEN record_id END) STORED,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT fk_clock_runs_estate_id_clock_id FOREIGN KEY(estate_id, clock_id) REFERENCES clocks (estate_id, id),
    CONSTRAINT ck_clock_runs_times_in_order CHECK (started_at <= due_at),
    CONSTRAINT ck_clock_runs_met_or_cancelled CHECK (met_at IS NULL OR cancelled_at IS NULL),
    CONSTRAINT fk_clock_runs_estate_id_ticket_id FOREIGN KEY(estate_id, ticket_id) REFERENCES tickets (estate_id, id),
    CONSTRAINT fk_clock_runs_estate_id_complaint_id FOREIGN KEY(estate_id, complaint_id) REFERENCES complaints (estate_id, id),
    CONSTRAINT fk_clock_runs_estate_id_follow_up_id FOREIGN KEY(estate_id, follow_up_id) REFERENCES follow_ups (estate_id, id),
    CONSTRAINT fk_clock_runs_estate_id_permit_id FOREIGN KEY(estate_id, permit_id) REFERENCES visitor_passes (estate_id, id),
    CONSTRAINT uq_clock_runs_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_clock_runs_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_clock_runs_register_length CHECK (length(register) <= 40),
    CONSTRAINT ck_clock_runs_register_no_nul CHECK (instr(register, char(0)) = 0),
    CONSTRAINT ck_clock_runs_started_at_utc CHECK (started_at IS NULL OR (started_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(started_at) IS NOT NULL)),
    CONSTRAINT ck_clock_runs_due_at_utc CHECK (due_at IS NULL OR (due_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(due_at) IS NOT NULL)),
    CONSTRAINT ck_clock_runs_paused_at_utc CHECK (paused_at IS NULL OR (paused_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(paused_at) IS NOT NULL)),
    CONSTRAINT ck_clock_runs_met_at_utc CHECK (met_at IS NULL OR (met_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(met_at) IS NOT NULL)),
    CONSTRAINT ck_clock_runs_cancelled_at_utc CHECK (cancelled_at IS NULL OR (cancelled_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(cancelled_at) IS NOT NULL)),
    CONSTRAINT ck_clock_runs_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_clock_runs_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

INSERT INTO clock_runs (id, estate_id, register, record_id, clock_id, started_at, due_at, paused_at, paused_minutes, met_at, cancelled_at, created_at, updated_at)
SELECT id, estate_id, CASE WHEN ticket_id IS NOT NULL THEN 'tickets' WHEN complaint_id IS NOT NULL THEN 'complaints' WHEN follow_up_id IS NOT NULL THEN 'follow_ups' WHEN permit_id IS NOT NULL THEN 'visitor_passes' END, coalesce(ticket_id, complaint_id, follow_up_id, permit_id), clock_id, started_at, due_at, paused_at, paused_minutes, met_at, cancelled_at, created_at, updated_at FROM clock_runs_before ORDER BY id;

-- Numbers given out stay given out, also those of rows that are gone.
INSERT INTO sqlite_sequence (name, seq)
SELECT 'clock_runs', 0 FROM sqlite_sequence WHERE name = 'clock_runs_before'
AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'clock_runs');

UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'clock_runs_before'), 0))
WHERE name = 'clock_runs';

DROP TABLE clock_runs_before;

CREATE INDEX ix_clock_runs_complaint_id ON clock_runs (complaint_id) WHERE complaint_id IS NOT NULL;

CREATE INDEX ix_clock_runs_follow_up_id ON clock_runs (follow_up_id) WHERE follow_up_id IS NOT NULL;

CREATE INDEX ix_clock_runs_permit_id ON clock_runs (permit_id) WHERE permit_id IS NOT NULL;

CREATE INDEX ix_clock_runs_record ON clock_runs (register, record_id);

CREATE INDEX ix_clock_runs_ticket_id ON clock_runs (ticket_id) WHERE ticket_id IS NOT NULL;

CREATE INDEX ix_clock_runs_unmet ON clock_runs (estate_id, due_at) WHERE met_at IS NULL AND cancelled_at IS NULL;

ALTER TABLE comments RENAME TO comments_before;

CREATE TABLE comments (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    register TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    at TEXT NOT NULL,
    author_id INTEGER NOT NULL,
    kind TEXT DEFAULT 'note' NOT NULL,
    body TEXT NOT NULL,
    ticket_id INTEGER GENERATED ALWAYS AS (CASE WHEN register = 'tickets' THEN record_id END) STORED,
    complaint_id INTEGER GENERATED ALWAYS AS (CASE WHEN register = 'complaints' THEN record_id END) STORED,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT fk_comments_estate_id_ticket_id FOREIGN KEY(estate_id, ticket_id) REFERENCES tickets (estate_id, id),
    CONSTRAINT fk_comments_estate_id_complaint_id FOREIGN KEY(estate_id, complaint_id) REFERENCES complaints (estate_id, id),
    CONSTRAINT uq_comments_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_comments_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_comments_author_id FOREIGN KEY(author_id) REFERENCES staff (id),
    CONSTRAINT ck_comments_register_length CHECK (length(register) <= 40),
    CONSTRAINT ck_comments_register_no_nul CHECK (instr(register, char(0)) = 0),
    CONSTRAINT ck_comments_at_utc CHECK (at IS NULL OR (at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(at) IS NOT NULL)),
    CONSTRAINT ck_comments_kind_known CHECK (kind IN ('note', 'chase', 'reply', 'escalation')),
    CONSTRAINT ck_comments_body_length CHECK (length(body) <= 20000),
    CONSTRAINT ck_comments_body_no_nul CHECK (instr(body, char(0)) = 0),
    CONSTRAINT ck_comments_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_comments_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

INSERT INTO comments (id, estate_id, register, record_id, at, author_id, kind, body, created_at, updated_at)
SELECT id, estate_id, CASE WHEN ticket_id IS NOT NULL THEN 'tickets' WHEN complaint_id IS NOT NULL THEN 'complaints' END, coalesce(ticket_id, complaint_id), at, author_id, kind, body, created_at, updated_at FROM comments_before ORDER BY id;

-- Numbers given out stay given out, also those of rows that are gone.
INSERT INTO sqlite_sequence (name, seq)
SELECT 'comments', 0 FROM sqlite_sequence WHERE name = 'comments_before'
AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'comments');

UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'comments_before'), 0))
WHERE name = 'comments';

DROP TABLE comments_before;

CREATE INDEX ix_comments_complaint_id ON comments (complaint_id) WHERE complaint_id IS NOT NULL;

CREATE INDEX ix_comments_record ON comments (register, record_id);

CREATE INDEX ix_comments_ticket_id ON comments (ticket_id) WHERE ticket_id IS NOT NULL;

ALTER TABLE repeat_reports RENAME TO repeat_reports_before;

CREATE TABLE repeat_reports (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    register TEXT NOT NULL,
    record_id INTEGER NOT NULL,
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
    ticket_id INTEGER GENERATED ALWAYS AS (CASE WHEN register = 'tickets' THEN record_id END) STORED,
    complaint_id INTEGER GENERATED ALWAYS AS (CASE WHEN register = 'complaints' THEN record_id END) STORED,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_repeat_reports_estate_id_source_source_key UNIQUE (estate_id, source, source_key),
    CONSTRAINT fk_repeat_reports_estate_id_unit_id FOREIGN KEY(estate_id, unit_id) REFERENCES units (estate_id, id),
    CONSTRAINT fk_repeat_reports_estate_id_resident_id FOREIGN KEY(estate_id, resident_id) REFERENCES residents (estate_id, id),
    CONSTRAINT fk_repeat_reports_estate_id_ticket_id FOREIGN KEY(estate_id, ticket_id) REFERENCES tickets (estate_id, id),
    CONSTRAINT fk_repeat_reports_estate_id_complaint_id FOREIGN KEY(estate_id, complaint_id) REFERENCES complaints (estate_id, id),
    CONSTRAINT uq_repeat_reports_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_repeat_reports_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_repeat_reports_taken_by_id FOREIGN KEY(taken_by_id) REFERENCES staff (id),
    CONSTRAINT ck_repeat_reports_register_length CHECK (length(register) <= 40),
    CONSTRAINT ck_repeat_reports_register_no_nul CHECK (instr(register, char(0)) = 0),
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

INSERT INTO repeat_reports (id, estate_id, register, record_id, heard_at, words, channel, unit_id, place, resident_id, reporter_name, reporter_phone, reporter_phone_digest, reporter_phone_tail_digest, reporter_department, promised_at, taken_by_id, source, source_key, created_at, updated_at)
SELECT id, estate_id, CASE WHEN ticket_id IS NOT NULL THEN 'tickets' WHEN complaint_id IS NOT NULL THEN 'complaints' END, coalesce(ticket_id, complaint_id), heard_at, words, channel, unit_id, place, resident_id, reporter_name, reporter_phone, reporter_phone_digest, reporter_phone_tail_digest, reporter_department, promised_at, taken_by_id, source, source_key, created_at, updated_at FROM repeat_reports_before ORDER BY id;

-- Numbers given out stay given out, also those of rows that are gone.
INSERT INTO sqlite_sequence (name, seq)
SELECT 'repeat_reports', 0 FROM sqlite_sequence WHERE name = 'repeat_reports_before'
AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'repeat_reports');

UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'repeat_reports_before'), 0))
WHERE name = 'repeat_reports';

DROP TABLE repeat_reports_before;

CREATE INDEX ix_repeat_reports_complaint_id ON repeat_reports (complaint_id) WHERE complaint_id IS NOT NULL;

CREATE INDEX ix_repeat_reports_record ON repeat_reports (register, record_id);

CREATE INDEX ix_repeat_reports_reporter_phone_digest ON repeat_reports (reporter_phone_digest);

CREATE INDEX ix_repeat_reports_reporter_phone_tail_digest ON repeat_reports (reporter_phone_tail_digest);

CREATE INDEX ix_repeat_reports_resident_id ON repeat_reports (resident_id);

CREATE INDEX ix_repeat_reports_ticket_id ON repeat_reports (ticket_id) WHERE ticket_id IS NOT NULL;

CREATE INDEX ix_repeat_reports_unit_id ON repeat_reports (unit_id);

ALTER TABLE follow_ups RENAME TO follow_ups_before;

CREATE TABLE follow_ups (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    register TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    status TEXT DEFAULT 'scheduled' NOT NULL,
    assignee_id INTEGER NOT NULL,
    due_at TEXT NOT NULL,
    preferred_time TEXT,
    finished_at TEXT,
    finished_by_id INTEGER,
    attempts INTEGER DEFAULT '0' NOT NULL,
    quality INTEGER,
    timeliness INTEGER,
    attitude INTEGER,
    words TEXT,
    ticket_id INTEGER GENERATED ALWAYS AS (CASE WHEN register = 'tickets' THEN record_id END) STORED,
    complaint_id INTEGER GENERATED ALWAYS AS (CASE WHEN register = 'complaints' THEN record_id END) STORED,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT ck_follow_ups_finished_at CHECK ((status = 'scheduled') = (finished_at IS NULL)),
    CONSTRAINT ck_follow_ups_quality CHECK (quality IS NULL OR quality BETWEEN 1 AND 5),
    CONSTRAINT ck_follow_ups_timeliness CHECK (timeliness IS NULL OR timeliness BETWEEN 1 AND 5),
    CONSTRAINT ck_follow_ups_attitude CHECK (attitude IS NULL OR attitude BETWEEN 1 AND 5),
    CONSTRAINT fk_follow_ups_estate_id_ticket_id FOREIGN KEY(estate_id, ticket_id) REFERENCES tickets (estate_id, id),
    CONSTRAINT fk_follow_ups_estate_id_complaint_id FOREIGN KEY(estate_id, complaint_id) REFERENCES complaints (estate_id, id),
    CONSTRAINT uq_follow_ups_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_follow_ups_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_follow_ups_assignee_id FOREIGN KEY(assignee_id) REFERENCES staff (id),
    CONSTRAINT fk_follow_ups_finished_by_id FOREIGN KEY(finished_by_id) REFERENCES staff (id),
    CONSTRAINT ck_follow_ups_register_length CHECK (length(register) <= 40),
    CONSTRAINT ck_follow_ups_register_no_nul CHECK (instr(register, char(0)) = 0),
    CONSTRAINT ck_follow_ups_status_known CHECK (status IN ('scheduled', 'satisfied', 'not_satisfied', 'not_reached', 'cancelled')),
    CONSTRAINT ck_follow_ups_due_at_utc CHECK (due_at IS NULL OR (due_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(due_at) IS NOT NULL)),
    CONSTRAINT ck_follow_ups_preferred_time_utc CHECK (preferred_time IS NULL OR (preferred_time GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(preferred_time) IS NOT NULL)),
    CONSTRAINT ck_follow_ups_finished_at_utc CHECK (finished_at IS NULL OR (finished_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(finished_at) IS NOT NULL)),
    CONSTRAINT ck_follow_ups_words_length CHECK (length(words) <= 20000),
    CONSTRAINT ck_follow_ups_words_no_nul CHECK (instr(words, char(0)) = 0),
    CONSTRAINT ck_follow_ups_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_follow_ups_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

INSERT INTO follow_ups (id, estate_id, register, record_id, status, assignee_id, due_at, preferred_time, finished_at, finished_by_id, attempts, quality, timeliness, attitude, words, created_at, updated_at, version)
SELECT id, estate_id, CASE WHEN ticket_id IS NOT NULL THEN 'tickets' WHEN complaint_id IS NOT NULL THEN 'complaints' END, coalesce(ticket_id, complaint_id), status, assignee_id, due_at, preferred_time, finished_at, finished_by_id, attempts, quality, timeliness, attitude, words, created_at, updated_at, version FROM follow_ups_before ORDER BY id;

-- Numbers given out stay given out, also those of rows that are gone.
INSERT INTO sqlite_sequence (name, seq)
SELECT 'follow_ups', 0 FROM sqlite_sequence WHERE name = 'follow_ups_before'
AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'follow_ups');

UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'follow_ups_before'), 0))
WHERE name = 'follow_ups';

DROP TABLE follow_ups_before;

CREATE INDEX ix_follow_ups_complaint_id ON follow_ups (complaint_id) WHERE complaint_id IS NOT NULL;

CREATE INDEX ix_follow_ups_estate_id_due_at ON follow_ups (estate_id, due_at, id);

CREATE INDEX ix_follow_ups_record ON follow_ups (register, record_id);

CREATE INDEX ix_follow_ups_scheduled ON follow_ups (estate_id, due_at) WHERE status IN ('scheduled');

CREATE INDEX ix_follow_ups_ticket_id ON follow_ups (ticket_id) WHERE ticket_id IS NOT NULL;

CREATE UNIQUE INDEX uq_follow_ups_scheduled_record ON follow_ups (register, record_id) WHERE status IN ('scheduled');

ALTER TABLE audit_findings RENAME TO audit_findings_before;

CREATE TABLE audit_findings (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    register TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    rule TEXT NOT NULL,
    clock TEXT DEFAULT '' NOT NULL,
    since TEXT NOT NULL,
    due_at TEXT,
    opened_on TEXT NOT NULL,
    ended_on TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT ck_audit_findings_opened_ended CHECK (ended_on IS NULL OR opened_on <= ended_on),
    CONSTRAINT uq_audit_findings_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_audit_findings_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_audit_findings_register_length CHECK (length(register) <= 40),
    CONSTRAINT ck_audit_findings_register_no_nul CHECK (instr(register, char(0)) = 0),
    CONSTRAINT ck_audit_findings_kind_word CHECK (length(trim(kind)) BETWEEN 1 AND 40),
    CONSTRAINT ck_audit_findings_rule_length CHECK (length(rule) <= 20),
    CONSTRAINT ck_audit_findings_rule_no_nul CHECK (instr(rule, char(0)) = 0),
    CONSTRAINT ck_audit_findings_clock_length CHECK (length(clock) <= 40),
    CONSTRAINT ck_audit_findings_clock_no_nul CHECK (instr(clock, char(0)) = 0),
    CONSTRAINT ck_audit_findings_since_utc CHECK (since IS NULL OR (since GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(since) IS NOT NULL)),
    CONSTRAINT ck_audit_findings_due_at_utc CHECK (due_at IS NULL OR (due_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(due_at) IS NOT NULL)),
    CONSTRAINT ck_audit_findings_opened_on_date CHECK (date(opened_on) IS opened_on OR opened_on IS NULL),
    CONSTRAINT ck_audit_findings_ended_on_date CHECK (date(ended_on) IS ended_on OR ended_on IS NULL),
    CONSTRAINT ck_audit_findings_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_audit_findings_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

INSERT INTO audit_findings (id, estate_id, register, record_id, kind, rule, clock, since, due_at, opened_on, ended_on, created_at, updated_at)
SELECT id, estate_id, register, record_id, kind, rule, clock, since, due_at, opened_on, ended_on, created_at, updated_at FROM audit_findings_before ORDER BY id;

-- Numbers given out stay given out, also those of rows that are gone.
INSERT INTO sqlite_sequence (name, seq)
SELECT 'audit_findings', 0 FROM sqlite_sequence WHERE name = 'audit_findings_before'
AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'audit_findings');

UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit_findings_before'), 0))
WHERE name = 'audit_findings';

DROP TABLE audit_findings_before;

CREATE INDEX ix_audit_findings_record ON audit_findings (register, record_id);

CREATE UNIQUE INDEX uq_audit_findings_open ON audit_findings (estate_id, kind, rule, register, record_id, clock) WHERE ended_on IS NULL;

ALTER TABLE staff_assignments RENAME TO staff_assignments_before;

CREATE TABLE staff_assignments (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    staff_id INTEGER NOT NULL,
    role TEXT NOT NULL,
    team_id INTEGER,
    ended_at TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT fk_staff_assignments_estate_id_team_id FOREIGN KEY(estate_id, team_id) REFERENCES teams (estate_id, id),
    CONSTRAINT ck_staff_assignments_team_needed CHECK (role NOT IN ('technician', 'lead') OR team_id IS NOT NULL),
    CONSTRAINT uq_staff_assignments_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_staff_assignments_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_staff_assignments_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT ck_staff_assignments_role_word CHECK (length(trim(role)) BETWEEN 1 AND 40),
    CONSTRAINT ck_staff_assignments_ended_at_utc CHECK (ended_at IS NULL OR (ended_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(ended_at) IS NOT NULL)),
    CONSTRAINT ck_staff_assignments_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_staff_assignments_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

INSERT INTO staff_assignments (id, estate_id, staff_id, role, team_id, ended_at, created_at, updated_at)
SELECT id, estate_id, staff_id, role, team_id, ended_at, created_at, updated_at FROM staff_assignments_before ORDER BY id;

-- Numbers given out stay given out, also those of rows that are gone.
INSERT INTO sqlite_sequence (name, seq)
SELECT 'staff_assignments', 0 FROM sqlite_sequence WHERE name = 'staff_assignments_before'
AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'staff_assignments');

UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'staff_assignments_before'), 0))
WHERE name = 'staff_assignments';

DROP TABLE staff_assignments_before;

CREATE INDEX ix_staff_assignments_staff_id ON staff_assignments (staff_id);

PRAGMA legacy_alter_table = OFF;
