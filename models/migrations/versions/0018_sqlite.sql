-- What people said lies encrypted beside its event, under a key of the record.

CREATE TABLE personal_keys (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    register TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_personal_keys_register_record_id UNIQUE (register, record_id),
    CONSTRAINT ck_personal_keys_register_length CHECK (length(register) <= 60),
    CONSTRAINT ck_personal_keys_register_no_nul CHECK (instr(register, char(0)) = 0),
    CONSTRAINT ck_personal_keys_key_length CHECK (length(key) <= 200),
    CONSTRAINT ck_personal_keys_key_no_nul CHECK (instr(key, char(0)) = 0),
    CONSTRAINT ck_personal_keys_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_personal_keys_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

ALTER TABLE events ADD COLUMN personal TEXT
    CONSTRAINT ck_events_personal_length CHECK (length(personal) <= 20000000)
    CONSTRAINT ck_events_personal_no_nul CHECK (instr(personal, char(0)) = 0);
