-- Residents are told by text message of what they chose.

CREATE TABLE resident_ways (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    resident_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    kinds TEXT NOT NULL,
    language TEXT DEFAULT 'zh_Hans_CN' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_resident_ways PRIMARY KEY (id),
    CONSTRAINT uq_resident_ways_contact_id UNIQUE (contact_id),
    CONSTRAINT fk_resident_ways_estate_id_resident_id FOREIGN KEY(estate_id, resident_id) REFERENCES residents (estate_id, id),
    CONSTRAINT uq_resident_ways_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_resident_ways_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_resident_ways_language_length CHECK (length(language) <= 20)
);

ALTER TABLE outbox
    ALTER COLUMN told_id DROP NOT NULL,
    ALTER COLUMN staff_id DROP NOT NULL,
    ADD COLUMN resident_id BIGINT,
    ADD COLUMN register TEXT,
    ADD COLUMN record_id BIGINT,
    ADD COLUMN kind TEXT,
    ADD COLUMN cause TEXT,
    ADD CONSTRAINT ck_outbox_cause_length CHECK (length(cause) <= 60),
    ADD CONSTRAINT ck_outbox_kind_word CHECK (length(trim(kind)) BETWEEN 1 AND 40),
    ADD CONSTRAINT ck_outbox_register_length CHECK (length(register) <= 40),
    ADD CONSTRAINT ck_outbox_to_whom CHECK ((register IS NULL) = (resident_id IS NULL) AND (record_id IS NULL) = (resident_id IS NULL) AND (kind IS NULL) = (resident_id IS NULL) AND (cause IS NULL) = (resident_id IS NULL) AND (told_id IS NULL) = (resident_id IS NOT NULL) AND (staff_id IS NULL) = (resident_id IS NOT NULL));

CREATE INDEX ix_outbox_cause ON outbox (cause) WHERE cause IS NOT NULL;

CREATE INDEX ix_resident_ways_resident_id ON resident_ways (resident_id);
