-- What the columns of files of one shape were said to hold, for the next one.

CREATE TABLE import_layouts (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    register TEXT NOT NULL,
    shape TEXT NOT NULL,
    columns TEXT NOT NULL,
    everybody TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_import_layouts PRIMARY KEY (id),
    CONSTRAINT uq_import_layouts_estate_id_register_shape UNIQUE (estate_id, register, shape),
    CONSTRAINT uq_import_layouts_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_import_layouts_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_import_layouts_register_length CHECK (length(register) <= 60),
    CONSTRAINT ck_import_layouts_shape_length CHECK (length(shape) <= 64),
    CONSTRAINT ck_import_layouts_everybody_length CHECK (length(everybody) <= 20)
);
