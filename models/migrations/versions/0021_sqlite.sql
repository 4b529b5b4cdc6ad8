-- One process at a time does what time does by itself.

CREATE TABLE work_leases (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    holder TEXT,
    renewed_at TEXT NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_work_leases_name UNIQUE (name),
    CONSTRAINT ck_work_leases_holder_is_named CHECK (holder <> ''),
    CONSTRAINT ck_work_leases_name_length CHECK (length(name) <= 40),
    CONSTRAINT ck_work_leases_name_no_nul CHECK (instr(name, char(0)) = 0),
    CONSTRAINT ck_work_leases_holder_length CHECK (length(holder) <= 120),
    CONSTRAINT ck_work_leases_holder_no_nul CHECK (instr(holder, char(0)) = 0),
    CONSTRAINT ck_work_leases_renewed_at_utc CHECK (renewed_at IS NULL OR (renewed_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(renewed_at) IS NOT NULL)),
    CONSTRAINT ck_work_leases_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_work_leases_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;
