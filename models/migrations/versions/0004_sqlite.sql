-- Requests for a new password: asked for at sign-in, approved by an administrator, set in the browser that asked.

CREATE TABLE password_requests (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    staff_id INTEGER,
    secret_digest TEXT NOT NULL,
    code TEXT NOT NULL,
    address TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    approved_at TEXT,
    approved_by_id INTEGER,
    ended_at TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_password_requests_secret_digest UNIQUE (secret_digest),
    CONSTRAINT ck_password_requests_approval_is_complete CHECK ((approved_at IS NULL) = (approved_by_id IS NULL)),
    CONSTRAINT ck_password_requests_approved_by_another CHECK (approved_by_id <> staff_id),
    CONSTRAINT fk_password_requests_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT fk_password_requests_approved_by_id FOREIGN KEY(approved_by_id) REFERENCES staff (id),
    CONSTRAINT ck_password_requests_secret_digest_length CHECK (length(secret_digest) <= 64),
    CONSTRAINT ck_password_requests_secret_digest_no_nul CHECK (instr(secret_digest, char(0)) = 0),
    CONSTRAINT ck_password_requests_code_length CHECK (length(code) <= 10),
    CONSTRAINT ck_password_requests_code_no_nul CHECK (instr(code, char(0)) = 0),
    CONSTRAINT ck_password_requests_address_length CHECK (length(address) <= 60),
    CONSTRAINT ck_password_requests_address_no_nul CHECK (instr(address, char(0)) = 0),
    CONSTRAINT ck_password_requests_expires_at_utc CHECK (expires_at IS NULL OR (expires_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(expires_at) IS NOT NULL)),
    CONSTRAINT ck_password_requests_approved_at_utc CHECK (approved_at IS NULL OR (approved_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(approved_at) IS NOT NULL)),
    CONSTRAINT ck_password_requests_ended_at_utc CHECK (ended_at IS NULL OR (ended_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(ended_at) IS NOT NULL)),
    CONSTRAINT ck_password_requests_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_password_requests_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_password_requests_staff_id ON password_requests (staff_id);
