-- Approvals and lost keys have a next date.

ALTER TABLE keys
    ADD COLUMN due_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN answerable_id BIGINT,
    ADD CONSTRAINT fk_keys_answerable_id FOREIGN KEY (answerable_id) REFERENCES staff (id);

ALTER TABLE key_approvals
    ADD COLUMN next_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN answerable_id BIGINT,
    ADD CONSTRAINT fk_key_approvals_answerable_id FOREIGN KEY (answerable_id) REFERENCES staff (id),
    DROP CONSTRAINT ck_key_approvals_decided,
    ADD CONSTRAINT ck_key_approvals_decided CHECK (status IN ('requested', 'withdrawn') OR (decided_at IS NOT NULL AND decided_by_id IS NOT NULL)),
    DROP CONSTRAINT ck_key_approvals_status_known,
    ADD CONSTRAINT ck_key_approvals_status_known CHECK (status IN ('requested', 'approved', 'refused', 'used', 'withdrawn'));
