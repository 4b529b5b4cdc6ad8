-- A bunch has pieces, of which some may come back before the others; and who brought a key back (KEY-2, KEY-4).

ALTER TABLE keys ADD COLUMN pieces INTEGER DEFAULT '1' NOT NULL;

ALTER TABLE keys ADD CONSTRAINT ck_keys_pieces CHECK (pieces BETWEEN 1 AND 99);

ALTER TABLE key_loans ADD COLUMN pieces INTEGER DEFAULT '1' NOT NULL;

ALTER TABLE key_loans ADD COLUMN pieces_back INTEGER DEFAULT '0' NOT NULL;

ALTER TABLE key_loans ADD COLUMN brought_by_kind TEXT;

ALTER TABLE key_loans ADD COLUMN brought_by_name TEXT;

ALTER TABLE key_loans ADD COLUMN brought_by_phone TEXT;

ALTER TABLE key_loans ADD CONSTRAINT ck_key_loans_pieces CHECK (pieces BETWEEN 1 AND 99);

ALTER TABLE key_loans ADD CONSTRAINT ck_key_loans_pieces_back CHECK (pieces_back >= 0 AND pieces_back < pieces);

ALTER TABLE key_loans ADD CONSTRAINT ck_key_loans_brought_back CHECK (brought_by_kind IS NULL OR returned_at IS NOT NULL);

ALTER TABLE key_loans ADD CONSTRAINT ck_key_loans_brought_by_kind_known CHECK (brought_by_kind IN ('borrower', 'resident', 'staff', 'other'));

ALTER TABLE key_loans ADD CONSTRAINT ck_key_loans_brought_by_somebody CHECK ((brought_by_name IS NULL) = (brought_by_kind IS NULL OR brought_by_kind = 'borrower'));

ALTER TABLE key_loans ADD CONSTRAINT ck_key_loans_brought_by_named CHECK (length(trim(brought_by_name)) > 0);

ALTER TABLE key_loans ADD CONSTRAINT ck_key_loans_brought_by_name_length CHECK (length(brought_by_name) <= 60);

ALTER TABLE key_loans ADD CONSTRAINT ck_key_loans_brought_by_phone CHECK (brought_by_phone IS NULL OR brought_by_name IS NOT NULL);

ALTER TABLE key_loans ADD CONSTRAINT ck_key_loans_brought_by_phone_length CHECK (length(brought_by_phone) <= 200);
