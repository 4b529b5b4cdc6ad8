-- What was counted by a clock follows it.

ALTER TABLE calendar_days ADD COLUMN further_hours TEXT
    CONSTRAINT ck_calendar_days_further_hours_length CHECK (length(further_hours) <= 120)
    CONSTRAINT ck_calendar_days_further_hours_no_nul CHECK (instr(further_hours, char(0)) = 0);

ALTER TABLE bulk_items ADD COLUMN clocks TEXT;

ALTER TABLE clock_runs ADD COLUMN clock_version INTEGER;

ALTER TABLE clock_runs ADD COLUMN pauses TEXT;

ALTER TABLE clock_runs ADD COLUMN moved_because TEXT
    CONSTRAINT ck_clock_runs_moved_because_length CHECK (length(moved_because) <= 20000)
    CONSTRAINT ck_clock_runs_moved_because_no_nul CHECK (instr(moved_because, char(0)) = 0);

-- Of the clock runs that there are: what was agreed or is due at once is no clock's; all else was counted by it.
UPDATE clock_runs SET clock_version = (SELECT version FROM clocks WHERE clocks.id = clock_runs.clock_id)
WHERE NOT EXISTS (
    SELECT 1 FROM clocks
    WHERE clocks.id = clock_runs.clock_id
    AND (
        clocks.code IN ('waiting', 'measures')
        OR (clocks.code = 'formal-record' AND clock_runs.due_at = clock_runs.started_at)
        OR (clocks.code = 'promise' AND clock_runs.register <> 'tickets')
        OR (clock_runs.register = 'tickets' AND EXISTS (
            SELECT 1 FROM tickets
            WHERE tickets.id = clock_runs.record_id
            AND (
                (clocks.code = 'promise' AND tickets.promised_at IS NOT NULL)
                OR (clocks.code IN ('on-site', 'same-day') AND tickets.visit_until IS NOT NULL
                    AND tickets.kind <> 'emergency')
            )
        ))
    )
);
