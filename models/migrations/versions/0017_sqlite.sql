-- What hangs on a record is found by the record first.

CREATE INDEX ix_audit_findings_record_id ON audit_findings (record_id, register);

CREATE INDEX ix_comments_record_id ON comments (record_id, register);

CREATE INDEX ix_follow_ups_record_id ON follow_ups (record_id, register);

CREATE INDEX ix_repeat_reports_record_id ON repeat_reports (record_id, register);

CREATE INDEX ix_clock_runs_record_id ON clock_runs (record_id, register);

DROP INDEX ix_audit_findings_record;

DROP INDEX ix_comments_record;

DROP INDEX ix_follow_ups_record;

DROP INDEX ix_repeat_reports_record;

DROP INDEX ix_clock_runs_record;
