-- What leaves the house waits in an outbox.

CREATE TABLE outbox (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    told_id INTEGER NOT NULL,
    staff_id INTEGER NOT NULL,
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
    CONSTRAINT uq_outbox_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_outbox_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_outbox_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
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

CREATE TABLE ways_out (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    staff_id INTEGER NOT NULL,
    way TEXT NOT NULL,
    address TEXT NOT NULL,
    kinds TEXT NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT fk_ways_out_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT ck_ways_out_way_known CHECK (way IN ('mail', 'sms', 'wecom', 'dingtalk', 'feishu')),
    CONSTRAINT ck_ways_out_address_length CHECK (length(address) <= 1000),
    CONSTRAINT ck_ways_out_address_no_nul CHECK (instr(address, char(0)) = 0),
    CONSTRAINT ck_ways_out_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_ways_out_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_outbox_due_at ON outbox (due_at) WHERE status IN ('waiting', 'sending');

CREATE INDEX ix_outbox_not_sent ON outbox (estate_id, id) WHERE status IN ('failed', 'unsure');

CREATE INDEX ix_outbox_told_id ON outbox (told_id);

CREATE INDEX ix_ways_out_staff_id ON ways_out (staff_id);
