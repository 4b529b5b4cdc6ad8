-- One process at a time does what time does by itself.

CREATE TABLE work_leases (
    id BIGSERIAL NOT NULL,
    name TEXT NOT NULL,
    holder TEXT,
    renewed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_work_leases PRIMARY KEY (id),
    CONSTRAINT uq_work_leases_name UNIQUE (name),
    CONSTRAINT ck_work_leases_holder_is_named CHECK (holder <> ''),
    CONSTRAINT ck_work_leases_name_length CHECK (length(name) <= 40),
    CONSTRAINT ck_work_leases_holder_length CHECK (length(holder) <= 120)
);
