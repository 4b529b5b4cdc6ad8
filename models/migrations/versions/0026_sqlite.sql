-- Approvals and lost keys have a next date.

-- SQLite changes no check of a table that is there: the tables are made anew. Foreign keys are off meanwhile; without this
-- pragma the references of other tables would follow the old ones.
PRAGMA legacy_alter_table = ON;

ALTER TABLE keys RENAME TO keys_before;

CREATE TABLE keys (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    pieces INTEGER DEFAULT '1' NOT NULL,
    place TEXT,
    hook TEXT NOT NULL,
    seal TEXT,
    origin TEXT NOT NULL,
    received_at TEXT NOT NULL,
    lost_at TEXT,
    handed_back_at TEXT,
    handed_back_to TEXT,
    receipt_number TEXT,
    owner_told_at TEXT,
    due_at TEXT,
    answerable_id INTEGER,
    note TEXT,
    unit_id INTEGER,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    hook_key TEXT,
    seal_key TEXT,
    CONSTRAINT fk_keys_estate_id_unit_id FOREIGN KEY(estate_id, unit_id) REFERENCES units (estate_id, id),
    CONSTRAINT uq_keys_estate_id_number UNIQUE (estate_id, number),
    CONSTRAINT ck_keys_pieces CHECK (pieces BETWEEN 1 AND 99),
    CONSTRAINT ck_keys_unit_or_place CHECK (unit_id IS NOT NULL OR place IS NOT NULL),
    CONSTRAINT ck_keys_one_place CHECK (lost_at IS NULL OR handed_back_at IS NULL),
    CONSTRAINT ck_keys_handed_back_to CHECK (handed_back_at IS NULL OR handed_back_to IS NOT NULL),
    CONSTRAINT uq_keys_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_keys_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_keys_answerable_id FOREIGN KEY(answerable_id) REFERENCES staff (id),
    CONSTRAINT ck_keys_number_length CHECK (length(number) <= 40),
    CONSTRAINT ck_keys_number_no_nul CHECK (instr(number, char(0)) = 0),
    CONSTRAINT ck_keys_place_length CHECK (length(place) <= 100),
    CONSTRAINT ck_keys_place_no_nul CHECK (instr(place, char(0)) = 0),
    CONSTRAINT ck_keys_hook_length CHECK (length(hook) <= 40),
    CONSTRAINT ck_keys_hook_no_nul CHECK (instr(hook, char(0)) = 0),
    CONSTRAINT ck_keys_seal_length CHECK (length(seal) <= 40),
    CONSTRAINT ck_keys_seal_no_nul CHECK (instr(seal, char(0)) = 0),
    CONSTRAINT ck_keys_origin_known CHECK (origin IN ('delivery', 'rectification', 'entrusted', 'common')),
    CONSTRAINT ck_keys_received_at_utc CHECK (received_at IS NULL OR (received_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(received_at) IS NOT NULL)),
    CONSTRAINT ck_keys_lost_at_utc CHECK (lost_at IS NULL OR (lost_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(lost_at) IS NOT NULL)),
    CONSTRAINT ck_keys_handed_back_at_utc CHECK (handed_back_at IS NULL OR (handed_back_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(handed_back_at) IS NOT NULL)),
    CONSTRAINT ck_keys_handed_back_to_length CHECK (length(handed_back_to) <= 60),
    CONSTRAINT ck_keys_handed_back_to_no_nul CHECK (instr(handed_back_to, char(0)) = 0),
    CONSTRAINT ck_keys_receipt_number_length CHECK (length(receipt_number) <= 40),
    CONSTRAINT ck_keys_receipt_number_no_nul CHECK (instr(receipt_number, char(0)) = 0),
    CONSTRAINT ck_keys_owner_told_at_utc CHECK (owner_told_at IS NULL OR (owner_told_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(owner_told_at) IS NOT NULL)),
    CONSTRAINT ck_keys_due_at_utc CHECK (due_at IS NULL OR (due_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(due_at) IS NOT NULL)),
    CONSTRAINT ck_keys_note_length CHECK (length(note) <= 20000),
    CONSTRAINT ck_keys_note_no_nul CHECK (instr(note, char(0)) = 0),
    CONSTRAINT ck_keys_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_keys_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

INSERT INTO keys (id, estate_id, number, pieces, place, hook, seal, origin, received_at, lost_at, handed_back_at, handed_back_to, receipt_number, owner_told_at, note, unit_id, created_at, updated_at, version, hook_key, seal_key)
SELECT id, estate_id, number, pieces, place, hook, seal, origin, received_at, lost_at, handed_back_at, handed_back_to, receipt_number, owner_told_at, note, unit_id, created_at, updated_at, version, hook_key, seal_key FROM keys_before;

-- Numbers that were given are not given again.
INSERT INTO sqlite_sequence (name, seq) SELECT 'keys', 0
WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'keys');

UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'keys_before'), 0))
WHERE name = 'keys';

DROP TABLE keys_before;

CREATE INDEX ix_keys_hook_key ON keys (hook_key);

CREATE INDEX ix_keys_seal_key ON keys (seal_key);

CREATE INDEX ix_keys_unit_id ON keys (unit_id);

CREATE UNIQUE INDEX uq_keys_hook ON keys (estate_id, hook_key) WHERE lost_at IS NULL AND handed_back_at IS NULL;

CREATE UNIQUE INDEX uq_keys_seal ON keys (estate_id, seal_key) WHERE lost_at IS NULL AND handed_back_at IS NULL;

ALTER TABLE key_approvals RENAME TO key_approvals_before;

CREATE TABLE key_approvals (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    key_id INTEGER NOT NULL,
    borrower_kind TEXT NOT NULL,
    borrower_name TEXT NOT NULL,
    borrower_staff_id INTEGER,
    purpose TEXT NOT NULL,
    requested_at TEXT NOT NULL,
    requested_by_id INTEGER NOT NULL,
    status TEXT DEFAULT 'requested' NOT NULL,
    decided_at TEXT,
    decided_by_id INTEGER,
    decision_reason TEXT,
    due_at TEXT,
    next_at TEXT,
    answerable_id INTEGER,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT fk_key_approvals_estate_id_key_id FOREIGN KEY(estate_id, key_id) REFERENCES keys (estate_id, id),
    CONSTRAINT ck_key_approvals_decided CHECK (status IN ('requested', 'withdrawn') OR (decided_at IS NOT NULL AND decided_by_id IS NOT NULL)),
    CONSTRAINT ck_key_approvals_not_by_borrower CHECK (decided_by_id IS NULL OR borrower_staff_id IS NULL OR decided_by_id <> borrower_staff_id),
    CONSTRAINT uq_key_approvals_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_key_approvals_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_key_approvals_borrower_staff_id FOREIGN KEY(borrower_staff_id) REFERENCES staff (id),
    CONSTRAINT fk_key_approvals_requested_by_id FOREIGN KEY(requested_by_id) REFERENCES staff (id),
    CONSTRAINT fk_key_approvals_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES staff (id),
    CONSTRAINT fk_key_approvals_answerable_id FOREIGN KEY(answerable_id) REFERENCES staff (id),
    CONSTRAINT ck_key_approvals_borrower_kind_known CHECK (borrower_kind IN ('owner', 'developer_sales', 'staff', 'other')),
    CONSTRAINT ck_key_approvals_borrower_name_length CHECK (length(borrower_name) <= 60),
    CONSTRAINT ck_key_approvals_borrower_name_no_nul CHECK (instr(borrower_name, char(0)) = 0),
    CONSTRAINT ck_key_approvals_purpose_length CHECK (length(purpose) <= 20000),
    CONSTRAINT ck_key_approvals_purpose_no_nul CHECK (instr(purpose, char(0)) = 0),
    CONSTRAINT ck_key_approvals_requested_at_utc CHECK (requested_at IS NULL OR (requested_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(requested_at) IS NOT NULL)),
    CONSTRAINT ck_key_approvals_status_known CHECK (status IN ('requested', 'approved', 'refused', 'used', 'withdrawn')),
    CONSTRAINT ck_key_approvals_decided_at_utc CHECK (decided_at IS NULL OR (decided_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(decided_at) IS NOT NULL)),
    CONSTRAINT ck_key_approvals_decision_reason_length CHECK (length(decision_reason) <= 20000),
    CONSTRAINT ck_key_approvals_decision_reason_no_nul CHECK (instr(decision_reason, char(0)) = 0),
    CONSTRAINT ck_key_approvals_due_at_utc CHECK (due_at IS NULL OR (due_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(due_at) IS NOT NULL)),
    CONSTRAINT ck_key_approvals_next_at_utc CHECK (next_at IS NULL OR (next_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(next_at) IS NOT NULL)),
    CONSTRAINT ck_key_approvals_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_key_approvals_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

INSERT INTO key_approvals (id, estate_id, key_id, borrower_kind, borrower_name, borrower_staff_id, purpose, requested_at, requested_by_id, status, decided_at, decided_by_id, decision_reason, due_at, created_at, updated_at, version)
SELECT id, estate_id, key_id, borrower_kind, borrower_name, borrower_staff_id, purpose, requested_at, requested_by_id, status, decided_at, decided_by_id, decision_reason, due_at, created_at, updated_at, version FROM key_approvals_before;

-- Numbers that were given are not given again.
INSERT INTO sqlite_sequence (name, seq) SELECT 'key_approvals', 0
WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'key_approvals');

UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'key_approvals_before'), 0))
WHERE name = 'key_approvals';

DROP TABLE key_approvals_before;

CREATE INDEX ix_key_approvals_key_id ON key_approvals (key_id);

PRAGMA legacy_alter_table = OFF;
