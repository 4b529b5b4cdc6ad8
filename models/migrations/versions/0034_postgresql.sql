-- Residents are told by mail too.

ALTER TABLE resident_ways
    ALTER COLUMN contact_id DROP NOT NULL,
    ADD COLUMN address TEXT,
    ADD CONSTRAINT ck_resident_ways_address_length CHECK (length(address) <= 1000),
    ADD CONSTRAINT ck_resident_ways_one_way CHECK ((contact_id IS NULL) = (address IS NOT NULL));
