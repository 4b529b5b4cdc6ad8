-- What hangs on a record is keyed by the register and its record; a finding's kind and a role are declared words.

-- Worked out once and then plain, the new columns cost one writing of the table, not an update of each row.

ALTER TABLE clock_runs
    ADD COLUMN register TEXT GENERATED ALWAYS AS (CASE WHEN ticket_id IS NOT NULL THEN 'tickets' WHEN complaint_id IS NOT NULL THEN 'complaints' WHEN follow_up_id IS NOT NULL THEN 'follow_ups' WHEN permit_id IS NOT NULL THEN 'visitor_passes' END) STORED,
    ADD COLUMN record_id BIGINT GENERATED ALWAYS AS (coalesce(ticket_id, complaint_id, follow_up_id, permit_id)) STORED;

ALTER TABLE clock_runs ALTER COLUMN register DROP EXPRESSION, ALTER COLUMN record_id DROP EXPRESSION;

ALTER TABLE clock_runs
    DROP CONSTRAINT ck_clock_runs_one_record,
    DROP COLUMN ticket_id,
    DROP COLUMN complaint_id,
    DROP COLUMN follow_up_id,
    DROP COLUMN permit_id,
    ALTER COLUMN register SET NOT NULL,
    ALTER COLUMN record_id SET NOT NULL,
    ADD CONSTRAINT ck_clock_runs_register_length CHECK (length(register) <= 40);

ALTER TABLE clock_runs
    ADD COLUMN ticket_id BIGINT GENERATED ALWAYS AS (CASE WHEN register = 'tickets' THEN record_id END) STORED,
    ADD COLUMN complaint_id BIGINT GENERATED ALWAYS AS (CASE WHEN register = 'complaints' THEN record_id END) STORED,
    ADD COLUMN follow_up_id BIGINT GENERATED ALWAYS AS (CASE WHEN register = 'follow_ups' THEN record_id END) STORED,
    ADD COLUMN permit_id BIGINT GENERATED ALWAYS AS (CASE WHEN register = 'visitor_passes' THEN record_id END) STORED,
    ADD CONSTRAINT fk_clock_runs_estate_id_ticket_id FOREIGN KEY (estate_id, ticket_id) REFERENCES tickets (estate_id, id),
    ADD CONSTRAINT fk_clock_runs_estate_id_complaint_id FOREIGN KEY (estate_id, complaint_id) REFERENCES complaints (estate_id, id),
    ADD CONSTRAINT fk_clock_runs_estate_id_follow_up_id FOREIGN KEY (estate_id, follow_up_id) REFERENCES follow_ups (estate_id, id),
    ADD CONSTRAINT fk_clock_runs_estate_id_permit_id FOREIGN KEY (estate_id, permit_id) REFERENCES visitor_passes (estate_id, id);

CREATE INDEX ix_clock_runs_complaint_id ON clock_runs (complaint_id) WHERE complaint_id IS NOT NULL;

CREATE INDEX ix_clock_runs_follow_up_id ON clock_runs (follow_up_id) WHERE follow_up_id IS NOT NULL;

CREATE INDEX ix_clock_runs_permit_id ON clock_runs (permit_id) WHERE permit_id IS NOT NULL;

CREATE INDEX ix_clock_runs_record ON clock_runs (register, record_id);

CREATE INDEX ix_clock_runs_ticket_id ON clock_runs (ticket_id) WHERE ticket_id IS NOT NULL;

ALTER TABLE comments
    ADD COLUMN register TEXT GENERATED ALWAYS AS (CASE WHEN ticket_id IS NOT NULL THEN 'tickets' WHEN complaint_id IS NOT NULL THEN 'complaints' END) STORED,
    ADD COLUMN record_id BIGINT GENERATED ALWAYS AS (coalesce(ticket_id, complaint_id)) STORED;

ALTER TABLE comments ALTER COLUMN register DROP EXPRESSION, ALTER COLUMN record_id DROP EXPRESSION;

ALTER TABLE comments
    DROP CONSTRAINT ck_comments_one_matter,
    DROP COLUMN ticket_id,
    DROP COLUMN complaint_id,
    ALTER COLUMN register SET NOT NULL,
    ALTER COLUMN record_id SET NOT NULL,
    ADD CONSTRAINT ck_comments_register_length CHECK (length(register) <= 40);

ALTER TABLE comments
    ADD COLUMN ticket_id BIGINT GENERATED ALWAYS AS (CASE WHEN register = 'tickets' THEN record_id END) STORED,
    ADD COLUMN complaint_id BIGINT GENERATED ALWAYS AS (CASE WHEN register = 'complaints' THEN record_id END) STORED,
    ADD CONSTRAINT fk_comments_estate_id_ticket_id FOREIGN KEY (estate_id, ticket_id) REFERENCES tickets (estate_id, id),
    ADD CONSTRAINT fk_comments_estate_id_complaint_id FOREIGN KEY (estate_id, complaint_id) REFERENCES complaints (estate_id, id);

CREATE INDEX ix_comments_complaint_id ON comments (complaint_id) WHERE complaint_id IS NOT NULL;

CREATE INDEX ix_comments_record ON comments (register, record_id);

CREATE INDEX ix_comments_ticket_id ON comments (ticket_id) WHERE ticket_id IS NOT NULL;

ALTER TABLE repeat_reports
    ADD COLUMN register TEXT GENERATED ALWAYS AS (CASE WHEN ticket_id IS NOT NULL THEN 'tickets' WHEN complaint_id IS NOT NULL THEN 'complaints' END) STORED,
    ADD COLUMN record_id BIGINT GENERATED ALWAYS AS (coalesce(ticket_id, complaint_id)) STORED;

ALTER TABLE repeat_reports ALTER COLUMN register DROP EXPRESSION, ALTER COLUMN record_id DROP EXPRESSION;

ALTER TABLE repeat_reports
    DROP CONSTRAINT ck_repeat_reports_one_matter,
    DROP COLUMN ticket_id,
    DROP COLUMN complaint_id,
    ALTER COLUMN register SET NOT NULL,
    ALTER COLUMN record_id SET NOT NULL,
    ADD CONSTRAINT ck_repeat_reports_register_length CHECK (length(register) <= 40);

ALTER TABLE repeat_reports
    ADD COLUMN ticket_id BIGINT GENERATED ALWAYS AS (CASE WHEN register = 'tickets' THEN record_id END) STORED,
    ADD COLUMN complaint_id BIGINT GENERATED ALWAYS AS (CASE WHEN register = 'complaints' THEN record_id END) STORED,
    ADD CONSTRAINT fk_repeat_reports_estate_id_ticket_id FOREIGN KEY (estate_id, ticket_id) REFERENCES tickets (estate_id, id),
    ADD CONSTRAINT fk_repeat_reports_estate_id_complaint_id FOREIGN KEY (estate_id, complaint_id) REFERENCES complaints (estate_id, id);

CREATE INDEX ix_repeat_reports_complaint_id ON repeat_reports (complaint_id) WHERE complaint_id IS NOT NULL;

CREATE INDEX ix_repeat_reports_record ON repeat_reports (register, record_id);

CREATE INDEX ix_repeat_reports_ticket_id ON repeat_reports (ticket_id) WHERE ticket_id IS NOT NULL;

ALTER TABLE follow_ups
    ADD COLUMN register TEXT GENERATED ALWAYS AS (CASE WHEN ticket_id IS NOT NULL THEN 'tickets' WHEN complaint_id IS NOT NULL THEN 'complaints' END) STORED,
    ADD COLUMN record_id BIGINT GENERATED ALWAYS AS (coalesce(ticket_id, complaint_id)) STORED;

ALTER TABLE follow_ups ALTER COLUMN register DROP EXPRESSION, ALTER COLUMN record_id DROP EXPRESSION;

ALTER TABLE follow_ups
    DROP CONSTRAINT ck_follow_ups_one_matter,
    DROP COLUMN ticket_id,
    DROP COLUMN complaint_id,
    ALTER COLUMN register SET NOT NULL,
    ALTER COLUMN record_id SET NOT NULL,
    ADD CONSTRAINT ck_follow_ups_register_length CHECK (length(register) <= 40);

ALTER TABLE follow_ups
    ADD COLUMN ticket_id BIGINT GENERATED ALWAYS AS (CASE WHEN register = 'tickets' THEN record_id END) STORED,
    ADD COLUMN complaint_id BIGINT GENERATED ALWAYS AS (CASE WHEN register = 'complaints' THEN record_id END) STORED,
    ADD CONSTRAINT fk_follow_ups_estate_id_ticket_id FOREIGN KEY (estate_id, ticket_id) REFERENCES tickets (estate_id, id),
    ADD CONSTRAINT fk_follow_ups_estate_id_complaint_id FOREIGN KEY (estate_id, complaint_id) REFERENCES complaints (estate_id, id);

CREATE INDEX ix_follow_ups_complaint_id ON follow_ups (complaint_id) WHERE complaint_id IS NOT NULL;

CREATE INDEX ix_follow_ups_record ON follow_ups (register, record_id);

CREATE INDEX ix_follow_ups_ticket_id ON follow_ups (ticket_id) WHERE ticket_id IS NOT NULL;

CREATE UNIQUE INDEX uq_follow_ups_scheduled_record ON follow_ups (register, record_id) WHERE status IN ('scheduled');

ALTER TABLE audit_findings
    DROP CONSTRAINT ck_audit_findings_kind_known,
    ADD CONSTRAINT ck_audit_findings_kind_word CHECK (length(trim(kind)) BETWEEN 1 AND 40);

ALTER TABLE staff_assignments
    DROP CONSTRAINT ck_staff_assignments_role_known,
    ADD CONSTRAINT ck_staff_assignments_role_word CHECK (length(trim(role)) BETWEEN 1 AND 40);
