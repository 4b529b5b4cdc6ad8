-- What an audit's notes promise, and what was done late.

ALTER TABLE audit_lines ADD COLUMN noted_on DATE;

ALTER TABLE audit_lines ADD COLUMN step_by_id BIGINT;

ALTER TABLE audit_lines ADD COLUMN until TIMESTAMP WITH TIME ZONE;

CREATE INDEX ix_clock_runs_late ON clock_runs (estate_id, met_at) WHERE met_at > due_at;
