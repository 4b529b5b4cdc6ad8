-- What people said lies encrypted beside its event, under a key of the record.

CREATE TABLE personal_keys (
    id BIGSERIAL NOT NULL,
    register TEXT NOT NULL,
    record_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_personal_keys PRIMARY KEY (id),
    CONSTRAINT uq_personal_keys_register_record_id UNIQUE (register, record_id),
    CONSTRAINT ck_personal_keys_register_length CHECK (length(register) <= 60),
    CONSTRAINT ck_personal_keys_key_length CHECK (length(key) <= 200)
);

ALTER TABLE events ADD COLUMN personal TEXT;

ALTER TABLE events ADD CONSTRAINT ck_events_personal_length CHECK (length(personal) <= 20000000);
