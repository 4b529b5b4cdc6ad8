-- A record of another program's table may have a key that is not one whole number.

ALTER TABLE events ADD COLUMN record_key TEXT;

ALTER TABLE events ADD CONSTRAINT ck_events_record_key_length CHECK (length(record_key) <= 400);

ALTER TABLE bulk_items ADD COLUMN record_key TEXT;

ALTER TABLE bulk_items ADD CONSTRAINT ck_bulk_items_record_key_length CHECK (length(record_key) <= 400);
