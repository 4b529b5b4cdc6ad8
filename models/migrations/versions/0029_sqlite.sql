-- A later date needs a supervisor's reason.

ALTER TABLE complaints ADD COLUMN beyond_limit_by INTEGER;

ALTER TABLE tickets ADD COLUMN beyond_limit_by INTEGER;
