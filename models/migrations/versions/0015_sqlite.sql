-- A record of another program's table may have a key that is not one whole number.

ALTER TABLE events ADD COLUMN record_key TEXT
    CONSTRAINT ck_events_record_key_length CHECK (length(record_key) <= 400)
    CONSTRAINT ck_events_record_key_no_nul CHECK (instr(record_key, char(0)) = 0);

ALTER TABLE bulk_items ADD COLUMN record_key TEXT
    CONSTRAINT ck_bulk_items_record_key_length CHECK (length(record_key) <= 400)
    CONSTRAINT ck_bulk_items_record_key_no_nul CHECK (instr(record_key, char(0)) = 0);
