-- What leaves the house waits in an outbox.

CREATE TABLE outbox (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    told_id BIGINT NOT NULL,
    staff_id BIGINT NOT NULL,
    way_id BIGINT NOT NULL,
    way TEXT NOT NULL,
    key TEXT NOT NULL,
    status TEXT DEFAULT 'waiting' NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    reason TEXT,
    answer INTEGER,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_outbox PRIMARY KEY (id),
    CONSTRAINT uq_outbox_key UNIQUE (key),
    CONSTRAINT ck_outbox_ended CHECK ((status IN ('waiting', 'sending')) = (ended_at IS NULL)),
    CONSTRAINT ck_outbox_attempts CHECK (attempts >= 0),
    CONSTRAINT uq_outbox_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_outbox_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_outbox_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT ck_outbox_way_known CHECK (way IN ('mail', 'sms', 'wecom', 'dingtalk', 'feishu')),
    CONSTRAINT ck_outbox_key_length CHECK (length(key) <= 40),
    CONSTRAINT ck_outbox_status_known CHECK (status IN ('waiting', 'sending', 'sent', 'unsure', 'failed', 'withdrawn')),
    CONSTRAINT ck_outbox_reason_word CHECK (length(trim(reason)) BETWEEN 1 AND 40)
);

CREATE TABLE ways_out (
    id BIGSERIAL NOT NULL,
    staff_id BIGINT NOT NULL,
    way TEXT NOT NULL,
    address TEXT NOT NULL,
    kinds TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_ways_out PRIMARY KEY (id),
    CONSTRAINT fk_ways_out_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT ck_ways_out_way_known CHECK (way IN ('mail', 'sms', 'wecom', 'dingtalk', 'feishu')),
    CONSTRAINT ck_ways_out_address_length CHECK (length(address) <= 1000)
);

CREATE INDEX ix_outbox_due_at ON outbox (due_at) WHERE status IN ('waiting', 'sending');

CREATE INDEX ix_outbox_not_sent ON outbox (estate_id, id) WHERE status IN ('failed', 'unsure');

CREATE INDEX ix_outbox_told_id ON outbox (told_id);

CREATE INDEX ix_ways_out_staff_id ON ways_out (staff_id);
