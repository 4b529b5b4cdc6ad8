-- Whoever wants to watches a matter.

CREATE TABLE watchers (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    register TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    staff_id INTEGER NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_watchers_staff_id_register_record_id UNIQUE (staff_id, register, record_id),
    CONSTRAINT uq_watchers_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_watchers_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_watchers_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT ck_watchers_register_length CHECK (length(register) <= 40),
    CONSTRAINT ck_watchers_register_no_nul CHECK (instr(register, char(0)) = 0),
    CONSTRAINT ck_watchers_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_watchers_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_watchers_record_id ON watchers (record_id, register);
