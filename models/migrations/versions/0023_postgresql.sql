-- Whoever wants to watches a matter.

CREATE TABLE watchers (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    register TEXT NOT NULL,
    record_id BIGINT NOT NULL,
    staff_id BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_watchers PRIMARY KEY (id),
    CONSTRAINT uq_watchers_staff_id_register_record_id UNIQUE (staff_id, register, record_id),
    CONSTRAINT uq_watchers_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_watchers_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_watchers_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT ck_watchers_register_length CHECK (length(register) <= 40)
);

CREATE INDEX ix_watchers_record_id ON watchers (record_id, register);
