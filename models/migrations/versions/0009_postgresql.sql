-- Several numbers a person, of residents and of staff; what the residents had is carried over in between.

CREATE TABLE resident_contacts (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    resident_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    value_digest TEXT,
    tail_digest TEXT,
    country TEXT,
    extension TEXT,
    note TEXT,
    valid BOOLEAN DEFAULT '1' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_resident_contacts PRIMARY KEY (id),
    CONSTRAINT fk_resident_contacts_estate_id_resident_id FOREIGN KEY(estate_id, resident_id) REFERENCES residents (estate_id, id),
    CONSTRAINT uq_resident_contacts_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_resident_contacts_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_resident_contacts_kind_known CHECK (kind IN ('mobile', 'landline', 'other')),
    CONSTRAINT ck_resident_contacts_value_length CHECK (length(value) <= 200),
    CONSTRAINT ck_resident_contacts_value_digest_length CHECK (length(value_digest) <= 40),
    CONSTRAINT ck_resident_contacts_tail_digest_length CHECK (length(tail_digest) <= 40),
    CONSTRAINT ck_resident_contacts_country_length CHECK (length(country) <= 2),
    CONSTRAINT ck_resident_contacts_extension_length CHECK (length(extension) <= 6),
    CONSTRAINT ck_resident_contacts_note_length CHECK (length(note) <= 100)
);

CREATE INDEX ix_resident_contacts_resident_id ON resident_contacts (resident_id);

CREATE INDEX ix_resident_contacts_tail_digest ON resident_contacts (tail_digest);

CREATE INDEX ix_resident_contacts_value_digest ON resident_contacts (value_digest);

CREATE TABLE staff_contacts (
    id BIGSERIAL NOT NULL,
    staff_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    value_digest TEXT,
    tail_digest TEXT,
    country TEXT,
    extension TEXT,
    note TEXT,
    valid BOOLEAN DEFAULT '1' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_staff_contacts PRIMARY KEY (id),
    CONSTRAINT fk_staff_contacts_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT ck_staff_contacts_kind_known CHECK (kind IN ('mobile', 'landline', 'other')),
    CONSTRAINT ck_staff_contacts_value_length CHECK (length(value) <= 200),
    CONSTRAINT ck_staff_contacts_value_digest_length CHECK (length(value_digest) <= 40),
    CONSTRAINT ck_staff_contacts_tail_digest_length CHECK (length(tail_digest) <= 40),
    CONSTRAINT ck_staff_contacts_country_length CHECK (length(country) <= 2),
    CONSTRAINT ck_staff_contacts_extension_length CHECK (length(extension) <= 6),
    CONSTRAINT ck_staff_contacts_note_length CHECK (length(note) <= 100)
);

CREATE INDEX ix_staff_contacts_staff_id ON staff_contacts (staff_id);

CREATE INDEX ix_staff_contacts_tail_digest ON staff_contacts (tail_digest);

CREATE INDEX ix_staff_contacts_value_digest ON staff_contacts (value_digest);
