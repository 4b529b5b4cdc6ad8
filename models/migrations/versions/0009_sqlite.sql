-- Several numbers a person, of residents and of staff; what the residents had is carried over in between.

CREATE TABLE resident_contacts (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    resident_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    value_digest TEXT,
    tail_digest TEXT,
    country TEXT,
    extension TEXT,
    note TEXT,
    valid INTEGER DEFAULT '1' NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT fk_resident_contacts_estate_id_resident_id FOREIGN KEY(estate_id, resident_id) REFERENCES residents (estate_id, id),
    CONSTRAINT uq_resident_contacts_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_resident_contacts_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_resident_contacts_kind_known CHECK (kind IN ('mobile', 'landline', 'other')),
    CONSTRAINT ck_resident_contacts_value_length CHECK (length(value) <= 200),
    CONSTRAINT ck_resident_contacts_value_no_nul CHECK (instr(value, char(0)) = 0),
    CONSTRAINT ck_resident_contacts_value_digest_length CHECK (length(value_digest) <= 40),
    CONSTRAINT ck_resident_contacts_value_digest_no_nul CHECK (instr(value_digest, char(0)) = 0),
    CONSTRAINT ck_resident_contacts_tail_digest_length CHECK (length(tail_digest) <= 40),
    CONSTRAINT ck_resident_contacts_tail_digest_no_nul CHECK (instr(tail_digest, char(0)) = 0),
    CONSTRAINT ck_resident_contacts_country_length CHECK (length(country) <= 2),
    CONSTRAINT ck_resident_contacts_country_no_nul CHECK (instr(country, char(0)) = 0),
    CONSTRAINT ck_resident_contacts_extension_length CHECK (length(extension) <= 6),
    CONSTRAINT ck_resident_contacts_extension_no_nul CHECK (instr(extension, char(0)) = 0),
    CONSTRAINT ck_resident_contacts_note_length CHECK (length(note) <= 100),
    CONSTRAINT ck_resident_contacts_note_no_nul CHECK (instr(note, char(0)) = 0),
    CONSTRAINT ck_resident_contacts_valid_flag CHECK (valid IN (0, 1)),
    CONSTRAINT ck_resident_contacts_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_resident_contacts_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_resident_contacts_resident_id ON resident_contacts (resident_id);

CREATE INDEX ix_resident_contacts_tail_digest ON resident_contacts (tail_digest);

CREATE INDEX ix_resident_contacts_value_digest ON resident_contacts (value_digest);

CREATE TABLE staff_contacts (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    staff_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    value_digest TEXT,
    tail_digest TEXT,
    country TEXT,
    extension TEXT,
    note TEXT,
    valid INTEGER DEFAULT '1' NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT fk_staff_contacts_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT ck_staff_contacts_kind_known CHECK (kind IN ('mobile', 'landline', 'other')),
    CONSTRAINT ck_staff_contacts_value_length CHECK (length(value) <= 200),
    CONSTRAINT ck_staff_contacts_value_no_nul CHECK (instr(value, char(0)) = 0),
    CONSTRAINT ck_staff_contacts_value_digest_length CHECK (length(value_digest) <= 40),
    CONSTRAINT ck_staff_contacts_value_digest_no_nul CHECK (instr(value_digest, char(0)) = 0),
    CONSTRAINT ck_staff_contacts_tail_digest_length CHECK (length(tail_digest) <= 40),
    CONSTRAINT ck_staff_contacts_tail_digest_no_nul CHECK (instr(tail_digest, char(0)) = 0),
    CONSTRAINT ck_staff_contacts_country_length CHECK (length(country) <= 2),
    CONSTRAINT ck_staff_contacts_country_no_nul CHECK (instr(country, char(0)) = 0),
    CONSTRAINT ck_staff_contacts_extension_length CHECK (length(extension) <= 6),
    CONSTRAINT ck_staff_contacts_extension_no_nul CHECK (instr(extension, char(0)) = 0),
    CONSTRAINT ck_staff_contacts_note_length CHECK (length(note) <= 100),
    CONSTRAINT ck_staff_contacts_note_no_nul CHECK (instr(note, char(0)) = 0),
    CONSTRAINT ck_staff_contacts_valid_flag CHECK (valid IN (0, 1)),
    CONSTRAINT ck_staff_contacts_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_staff_contacts_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_staff_contacts_staff_id ON staff_contacts (staff_id);

CREATE INDEX ix_staff_contacts_tail_digest ON staff_contacts (tail_digest);

CREATE INDEX ix_staff_contacts_value_digest ON staff_contacts (value_digest);
