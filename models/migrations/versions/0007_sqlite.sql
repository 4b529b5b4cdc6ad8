-- What the columns of files of one shape were said to hold, for the next one.

CREATE TABLE import_layouts (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    register TEXT NOT NULL,
    shape TEXT NOT NULL,
    columns TEXT NOT NULL,
    everybody TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_import_layouts_estate_id_register_shape UNIQUE (estate_id, register, shape),
    CONSTRAINT uq_import_layouts_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_import_layouts_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_import_layouts_register_length CHECK (length(register) <= 60),
    CONSTRAINT ck_import_layouts_register_no_nul CHECK (instr(register, char(0)) = 0),
    CONSTRAINT ck_import_layouts_shape_length CHECK (length(shape) <= 64),
    CONSTRAINT ck_import_layouts_shape_no_nul CHECK (instr(shape, char(0)) = 0),
    CONSTRAINT ck_import_layouts_everybody_length CHECK (length(everybody) <= 20),
    CONSTRAINT ck_import_layouts_everybody_no_nul CHECK (instr(everybody, char(0)) = 0),
    CONSTRAINT ck_import_layouts_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_import_layouts_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;
