-- What an audit's notes promise, and what was done late.

ALTER TABLE audit_lines ADD COLUMN noted_on TEXT
    CONSTRAINT ck_audit_lines_noted_on_date CHECK (date(noted_on) IS noted_on OR noted_on IS NULL);

ALTER TABLE audit_lines ADD COLUMN step_by_id INTEGER;

ALTER TABLE audit_lines ADD COLUMN until TEXT
    CONSTRAINT ck_audit_lines_until_utc CHECK (until IS NULL OR (until GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(until) IS NOT NULL));

CREATE INDEX ix_clock_runs_late ON clock_runs (estate_id, met_at) WHERE met_at > due_at;
