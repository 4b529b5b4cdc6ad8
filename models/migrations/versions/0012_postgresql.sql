-- Who called about a matter that was open already is kept as its first caller is, and found as that one (INT-6).

ALTER TABLE repeat_reports ADD COLUMN unit_id BIGINT;

ALTER TABLE repeat_reports ADD COLUMN place TEXT;

ALTER TABLE repeat_reports ADD COLUMN resident_id BIGINT;

ALTER TABLE repeat_reports ADD COLUMN reporter_phone TEXT;

ALTER TABLE repeat_reports ADD COLUMN reporter_phone_digest TEXT;

ALTER TABLE repeat_reports ADD COLUMN reporter_phone_tail_digest TEXT;

ALTER TABLE repeat_reports ADD COLUMN reporter_department TEXT;

ALTER TABLE repeat_reports ADD COLUMN promised_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE repeat_reports ADD CONSTRAINT ck_repeat_reports_place_length CHECK (length(place) <= 200);

ALTER TABLE repeat_reports ADD CONSTRAINT ck_repeat_reports_reporter_phone_length CHECK (length(reporter_phone) <= 200);

ALTER TABLE repeat_reports ADD CONSTRAINT ck_repeat_reports_reporter_phone_digest_length CHECK (length(reporter_phone_digest) <= 40);

ALTER TABLE repeat_reports ADD CONSTRAINT ck_repeat_reports_reporter_phone_tail_digest_length CHECK (length(reporter_phone_tail_digest) <= 40);

ALTER TABLE repeat_reports ADD CONSTRAINT ck_repeat_reports_reporter_department_length CHECK (length(reporter_department) <= 60);

ALTER TABLE repeat_reports ADD CONSTRAINT fk_repeat_reports_estate_id_unit_id FOREIGN KEY(estate_id, unit_id) REFERENCES units (estate_id, id);

ALTER TABLE repeat_reports ADD CONSTRAINT fk_repeat_reports_estate_id_resident_id FOREIGN KEY(estate_id, resident_id) REFERENCES residents (estate_id, id);

CREATE INDEX ix_repeat_reports_reporter_phone_digest ON repeat_reports (reporter_phone_digest);

CREATE INDEX ix_repeat_reports_reporter_phone_tail_digest ON repeat_reports (reporter_phone_tail_digest);

CREATE INDEX ix_repeat_reports_resident_id ON repeat_reports (resident_id);

CREATE INDEX ix_repeat_reports_unit_id ON repeat_reports (unit_id);

CREATE TABLE repeat_reports_search (id BIGINT PRIMARY KEY, tokens TSVECTOR NOT NULL);

CREATE INDEX ix_repeat_reports_search_tokens ON repeat_reports_search USING gin (tokens) WITH (fastupdate = off);
