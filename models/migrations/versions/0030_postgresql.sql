-- Reports of one cause are one incident; jobs go to outside parties, submissions to authorities.

ALTER TABLE tickets
    ADD COLUMN incident_id BIGINT,
    ADD COLUMN outside_party TEXT,
    ADD COLUMN outside_contact TEXT,
    ADD COLUMN outside_phone TEXT,
    ADD COLUMN outside_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN outside_done_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN submitted_to TEXT,
    ADD COLUMN submission TEXT,
    ADD COLUMN submitted_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN submitted_by_id BIGINT,
    ADD COLUMN authority_answer TEXT,
    ADD COLUMN authority_answered_at TIMESTAMP WITH TIME ZONE,
    ADD CONSTRAINT ck_tickets_answer_of_submission CHECK ((authority_answer IS NULL) = (authority_answered_at IS NULL) AND (authority_answered_at IS NULL OR submitted_at <= authority_answered_at)),
    ADD CONSTRAINT ck_tickets_authority_answer_length CHECK (length(authority_answer) <= 20000),
    ADD CONSTRAINT ck_tickets_outside_contact_length CHECK (length(outside_contact) <= 60),
    ADD CONSTRAINT ck_tickets_outside_done_after CHECK (outside_done_at IS NULL OR outside_at <= outside_done_at),
    ADD CONSTRAINT ck_tickets_outside_party_length CHECK (length(outside_party) <= 80),
    ADD CONSTRAINT ck_tickets_outside_party_since CHECK ((outside_party IS NULL) = (outside_at IS NULL)),
    ADD CONSTRAINT ck_tickets_outside_phone_length CHECK (length(outside_phone) <= 200),
    ADD CONSTRAINT ck_tickets_submission_length CHECK (length(submission) <= 20000),
    ADD CONSTRAINT ck_tickets_submission_whole CHECK ((submission IS NULL) = (submitted_at IS NULL) AND (submission IS NULL) = (submitted_to IS NULL) AND (submission IS NULL) = (submitted_by_id IS NULL)),
    ADD CONSTRAINT ck_tickets_submitted_to_length CHECK (length(submitted_to) <= 80),
    ADD CONSTRAINT fk_tickets_estate_id_incident_id FOREIGN KEY(estate_id, incident_id) REFERENCES tickets (estate_id, id),
    ADD CONSTRAINT fk_tickets_submitted_by_id FOREIGN KEY(submitted_by_id) REFERENCES staff (id);

CREATE INDEX ix_tickets_incident_id ON tickets (incident_id) WHERE incident_id IS NOT NULL;
