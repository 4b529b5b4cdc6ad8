-- Entries know records whose key is no number.

ALTER TABLE comments ADD COLUMN record_key TEXT CONSTRAINT ck_comments_record_key_length CHECK (length(record_key) <= 400);
