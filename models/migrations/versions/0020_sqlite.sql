-- People are told what concerns them.

CREATE TABLE told (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    register TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    staff_id INTEGER NOT NULL,
    told_by_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    rule TEXT NOT NULL,
    at TEXT NOT NULL,
    cause TEXT NOT NULL,
    seen_at TEXT,
    withdrawn_at TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_told_cause_staff_id UNIQUE (cause, staff_id),
    CONSTRAINT uq_told_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_told_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_told_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT fk_told_told_by_id FOREIGN KEY(told_by_id) REFERENCES staff (id),
    CONSTRAINT ck_told_register_length CHECK (length(register) <= 40),
    CONSTRAINT ck_told_register_no_nul CHECK (instr(register, char(0)) = 0),
    CONSTRAINT ck_told_kind_word CHECK (length(trim(kind)) BETWEEN 1 AND 40),
    CONSTRAINT ck_told_rule_length CHECK (length(rule) <= 20),
    CONSTRAINT ck_told_rule_no_nul CHECK (instr(rule, char(0)) = 0),
    CONSTRAINT ck_told_at_utc CHECK (at IS NULL OR (at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(at) IS NOT NULL)),
    CONSTRAINT ck_told_cause_length CHECK (length(cause) <= 60),
    CONSTRAINT ck_told_cause_no_nul CHECK (instr(cause, char(0)) = 0),
    CONSTRAINT ck_told_seen_at_utc CHECK (seen_at IS NULL OR (seen_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(seen_at) IS NOT NULL)),
    CONSTRAINT ck_told_withdrawn_at_utc CHECK (withdrawn_at IS NULL OR (withdrawn_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(withdrawn_at) IS NOT NULL)),
    CONSTRAINT ck_told_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_told_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_told_record_id ON told (record_id, register);

CREATE INDEX ix_told_staff_id ON told (staff_id, id);

CREATE INDEX ix_told_unseen ON told (staff_id) WHERE seen_at IS NULL AND withdrawn_at IS NULL;

-- Who was mentioned was told: the rows move, and the table of their own goes.
INSERT INTO told (estate_id, register, record_id, staff_id, told_by_id, kind, rule, at, cause, seen_at, created_at, updated_at)
SELECT mentions.estate_id, comments.register, comments.record_id, mentions.staff_id, comments.author_id, 'mention', 'MENTION',
    comments.at, 'comment:' || comments.id, mentions.seen_at, mentions.created_at, mentions.updated_at
FROM mentions JOIN comments ON comments.id = mentions.comment_id
ORDER BY mentions.id;

DROP TABLE mentions;
