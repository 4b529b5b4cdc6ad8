-- Written by `python -m models.migrations.snapshot`; frozen from the first release on.

CREATE TABLE audit_findings (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    rule TEXT NOT NULL,
    register TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    clock TEXT DEFAULT '' NOT NULL,
    since TEXT NOT NULL,
    due_at TEXT,
    opened_on TEXT NOT NULL,
    ended_on TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT ck_audit_findings_opened_ended CHECK (ended_on IS NULL OR opened_on <= ended_on),
    CONSTRAINT uq_audit_findings_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_audit_findings_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_audit_findings_kind_known CHECK (kind IN ('received_today', 'still_open', 'past_clock', 'no_formal_record', 'no_follow_up', 'key_not_back', 'pass_not_handed_in', 'deposit_not_refunded', 'missing_fields', 'late_registered', 'owner_gone')),
    CONSTRAINT ck_audit_findings_rule_length CHECK (length(rule) <= 20),
    CONSTRAINT ck_audit_findings_rule_no_nul CHECK (instr(rule, char(0)) = 0),
    CONSTRAINT ck_audit_findings_register_length CHECK (length(register) <= 40),
    CONSTRAINT ck_audit_findings_register_no_nul CHECK (instr(register, char(0)) = 0),
    CONSTRAINT ck_audit_findings_clock_length CHECK (length(clock) <= 40),
    CONSTRAINT ck_audit_findings_clock_no_nul CHECK (instr(clock, char(0)) = 0),
    CONSTRAINT ck_audit_findings_since_utc CHECK (since IS NULL OR (since GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(since) IS NOT NULL)),
    CONSTRAINT ck_audit_findings_due_at_utc CHECK (due_at IS NULL OR (due_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(due_at) IS NOT NULL)),
    CONSTRAINT ck_audit_findings_opened_on_date CHECK (date(opened_on) IS opened_on OR opened_on IS NULL),
    CONSTRAINT ck_audit_findings_ended_on_date CHECK (date(ended_on) IS ended_on OR ended_on IS NULL),
    CONSTRAINT ck_audit_findings_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_audit_findings_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_audit_findings_record ON audit_findings (register, record_id);

CREATE UNIQUE INDEX uq_audit_findings_open ON audit_findings (estate_id, kind, rule, register, record_id, clock) WHERE ended_on IS NULL;

CREATE TABLE audit_lines (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    finding_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    owner_id INTEGER,
    overdue INTEGER DEFAULT '0' NOT NULL,
    facts TEXT NOT NULL,
    note TEXT,
    noted_by_id INTEGER,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT fk_audit_lines_estate_id_run_id FOREIGN KEY(estate_id, run_id) REFERENCES audit_runs (estate_id, id),
    CONSTRAINT fk_audit_lines_estate_id_finding_id FOREIGN KEY(estate_id, finding_id) REFERENCES audit_findings (estate_id, id),
    CONSTRAINT uq_audit_lines_run_id_finding_id UNIQUE (run_id, finding_id),
    CONSTRAINT uq_audit_lines_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_audit_lines_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_audit_lines_owner_id FOREIGN KEY(owner_id) REFERENCES staff (id),
    CONSTRAINT fk_audit_lines_noted_by_id FOREIGN KEY(noted_by_id) REFERENCES staff (id),
    CONSTRAINT ck_audit_lines_number_length CHECK (length(number) <= 60),
    CONSTRAINT ck_audit_lines_number_no_nul CHECK (instr(number, char(0)) = 0),
    CONSTRAINT ck_audit_lines_overdue_flag CHECK (overdue IN (0, 1)),
    CONSTRAINT ck_audit_lines_note_length CHECK (length(note) <= 20000),
    CONSTRAINT ck_audit_lines_note_no_nul CHECK (instr(note, char(0)) = 0),
    CONSTRAINT ck_audit_lines_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_audit_lines_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE TABLE audit_runs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    day TEXT NOT NULL,
    ran_at TEXT NOT NULL,
    ran_by_id INTEGER NOT NULL,
    counts TEXT NOT NULL,
    signed_off_at TEXT,
    signed_off_by_id INTEGER,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT uq_audit_runs_estate_id_day UNIQUE (estate_id, day),
    CONSTRAINT ck_audit_runs_signed_off CHECK ((signed_off_at IS NULL) = (signed_off_by_id IS NULL)),
    CONSTRAINT uq_audit_runs_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_audit_runs_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_audit_runs_ran_by_id FOREIGN KEY(ran_by_id) REFERENCES staff (id),
    CONSTRAINT fk_audit_runs_signed_off_by_id FOREIGN KEY(signed_off_by_id) REFERENCES staff (id),
    CONSTRAINT ck_audit_runs_day_date CHECK (date(day) IS day OR day IS NULL),
    CONSTRAINT ck_audit_runs_ran_at_utc CHECK (ran_at IS NULL OR (ran_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(ran_at) IS NOT NULL)),
    CONSTRAINT ck_audit_runs_signed_off_at_utc CHECK (signed_off_at IS NULL OR (signed_off_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(signed_off_at) IS NOT NULL)),
    CONSTRAINT ck_audit_runs_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_audit_runs_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE TABLE bulk_items (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    record_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    version_seen INTEGER NOT NULL,
    outcome TEXT DEFAULT 'pending' NOT NULL,
    rule TEXT,
    reason TEXT,
    version_after INTEGER,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT fk_bulk_items_estate_id_run_id FOREIGN KEY(estate_id, run_id) REFERENCES bulk_runs (estate_id, id),
    CONSTRAINT uq_bulk_items_run_id_record_id UNIQUE (run_id, record_id),
    CONSTRAINT uq_bulk_items_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_bulk_items_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_bulk_items_number_length CHECK (length(number) <= 60),
    CONSTRAINT ck_bulk_items_number_no_nul CHECK (instr(number, char(0)) = 0),
    CONSTRAINT ck_bulk_items_outcome_known CHECK (outcome IN ('pending', 'done', 'refused', 'changed')),
    CONSTRAINT ck_bulk_items_rule_length CHECK (length(rule) <= 20),
    CONSTRAINT ck_bulk_items_rule_no_nul CHECK (instr(rule, char(0)) = 0),
    CONSTRAINT ck_bulk_items_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_bulk_items_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_bulk_items_run_id_outcome ON bulk_items (run_id, outcome, id);

CREATE TABLE bulk_runs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    actor_id INTEGER NOT NULL,
    register TEXT NOT NULL,
    verb TEXT NOT NULL,
    arguments TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    state TEXT DEFAULT 'previewed' NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_bulk_runs_actor_id_idempotency_key UNIQUE (actor_id, idempotency_key),
    CONSTRAINT uq_bulk_runs_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_bulk_runs_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_bulk_runs_actor_id FOREIGN KEY(actor_id) REFERENCES staff (id),
    CONSTRAINT ck_bulk_runs_register_length CHECK (length(register) <= 60),
    CONSTRAINT ck_bulk_runs_register_no_nul CHECK (instr(register, char(0)) = 0),
    CONSTRAINT ck_bulk_runs_verb_length CHECK (length(verb) <= 60),
    CONSTRAINT ck_bulk_runs_verb_no_nul CHECK (instr(verb, char(0)) = 0),
    CONSTRAINT ck_bulk_runs_idempotency_key_length CHECK (length(idempotency_key) <= 64),
    CONSTRAINT ck_bulk_runs_idempotency_key_no_nul CHECK (instr(idempotency_key, char(0)) = 0),
    CONSTRAINT ck_bulk_runs_state_known CHECK (state IN ('previewed', 'running', 'finished')),
    CONSTRAINT ck_bulk_runs_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_bulk_runs_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE TABLE calendar_days (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT,
    start_minute INTEGER,
    end_minute INTEGER,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT uq_calendar_days_estate_id_day UNIQUE (estate_id, day),
    CONSTRAINT ck_calendar_days_interval CHECK ((start_minute IS NULL) = (end_minute IS NULL) AND (start_minute IS NULL OR (kind = 'working' AND 0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440))),
    CONSTRAINT uq_calendar_days_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_calendar_days_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_calendar_days_day_date CHECK (date(day) IS day OR day IS NULL),
    CONSTRAINT ck_calendar_days_kind_known CHECK (kind IN ('off', 'working')),
    CONSTRAINT ck_calendar_days_name_length CHECK (length(name) <= 60),
    CONSTRAINT ck_calendar_days_name_no_nul CHECK (instr(name, char(0)) = 0),
    CONSTRAINT ck_calendar_days_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_calendar_days_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_calendar_days_day ON calendar_days (day);

CREATE TABLE categories (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    register TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    team_id INTEGER,
    enabled INTEGER DEFAULT '1' NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT uq_categories_estate_id_register_code UNIQUE (estate_id, register, code),
    CONSTRAINT fk_categories_estate_id_team_id FOREIGN KEY(estate_id, team_id) REFERENCES teams (estate_id, id),
    CONSTRAINT uq_categories_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_categories_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_categories_register_known CHECK (register IN ('tickets', 'complaints')),
    CONSTRAINT ck_categories_code_length CHECK (length(code) <= 40),
    CONSTRAINT ck_categories_code_no_nul CHECK (instr(code, char(0)) = 0),
    CONSTRAINT ck_categories_name_length CHECK (length(name) <= 60),
    CONSTRAINT ck_categories_name_no_nul CHECK (instr(name, char(0)) = 0),
    CONSTRAINT ck_categories_enabled_flag CHECK (enabled IN (0, 1)),
    CONSTRAINT ck_categories_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_categories_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE TABLE clock_runs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    clock_id INTEGER NOT NULL,
    follow_up_id INTEGER,
    permit_id INTEGER,
    started_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    paused_at TEXT,
    paused_minutes INTEGER DEFAULT '0' NOT NULL,
    met_at TEXT,
    cancelled_at TEXT,
    ticket_id INTEGER,
    complaint_id INTEGER,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT fk_clock_runs_estate_id_clock_id FOREIGN KEY(estate_id, clock_id) REFERENCES clocks (estate_id, id),
    CONSTRAINT fk_clock_runs_estate_id_follow_up_id FOREIGN KEY(estate_id, follow_up_id) REFERENCES follow_ups (estate_id, id),
    CONSTRAINT fk_clock_runs_estate_id_permit_id FOREIGN KEY(estate_id, permit_id) REFERENCES visitor_passes (estate_id, id),
    CONSTRAINT ck_clock_runs_one_record CHECK ((CASE WHEN ticket_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN complaint_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN follow_up_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN permit_id IS NULL THEN 0 ELSE 1 END) = 1),
    CONSTRAINT ck_clock_runs_times_in_order CHECK (started_at <= due_at),
    CONSTRAINT ck_clock_runs_met_or_cancelled CHECK (met_at IS NULL OR cancelled_at IS NULL),
    CONSTRAINT fk_clock_runs_estate_id_ticket_id FOREIGN KEY(estate_id, ticket_id) REFERENCES tickets (estate_id, id),
    CONSTRAINT fk_clock_runs_estate_id_complaint_id FOREIGN KEY(estate_id, complaint_id) REFERENCES complaints (estate_id, id),
    CONSTRAINT uq_clock_runs_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_clock_runs_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_clock_runs_started_at_utc CHECK (started_at IS NULL OR (started_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(started_at) IS NOT NULL)),
    CONSTRAINT ck_clock_runs_due_at_utc CHECK (due_at IS NULL OR (due_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(due_at) IS NOT NULL)),
    CONSTRAINT ck_clock_runs_paused_at_utc CHECK (paused_at IS NULL OR (paused_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(paused_at) IS NOT NULL)),
    CONSTRAINT ck_clock_runs_met_at_utc CHECK (met_at IS NULL OR (met_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(met_at) IS NOT NULL)),
    CONSTRAINT ck_clock_runs_cancelled_at_utc CHECK (cancelled_at IS NULL OR (cancelled_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(cancelled_at) IS NOT NULL)),
    CONSTRAINT ck_clock_runs_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_clock_runs_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_clock_runs_complaint_id ON clock_runs (complaint_id);

CREATE INDEX ix_clock_runs_follow_up_id ON clock_runs (follow_up_id);

CREATE INDEX ix_clock_runs_ticket_id ON clock_runs (ticket_id);

CREATE INDEX ix_clock_runs_unmet ON clock_runs (estate_id, due_at) WHERE met_at IS NULL AND cancelled_at IS NULL;

CREATE TABLE clocks (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    code TEXT NOT NULL,
    rule TEXT NOT NULL,
    start_event TEXT NOT NULL,
    stop_event TEXT NOT NULL,
    minutes INTEGER NOT NULL,
    calendar TEXT NOT NULL,
    enabled INTEGER DEFAULT '1' NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT uq_clocks_estate_id_code UNIQUE (estate_id, code),
    CONSTRAINT ck_clocks_minutes_range CHECK (minutes BETWEEN 0 AND 525600),
    CONSTRAINT uq_clocks_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_clocks_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_clocks_code_length CHECK (length(code) <= 40),
    CONSTRAINT ck_clocks_code_no_nul CHECK (instr(code, char(0)) = 0),
    CONSTRAINT ck_clocks_rule_length CHECK (length(rule) <= 20),
    CONSTRAINT ck_clocks_rule_no_nul CHECK (instr(rule, char(0)) = 0),
    CONSTRAINT ck_clocks_start_event_length CHECK (length(start_event) <= 60),
    CONSTRAINT ck_clocks_start_event_no_nul CHECK (instr(start_event, char(0)) = 0),
    CONSTRAINT ck_clocks_stop_event_length CHECK (length(stop_event) <= 60),
    CONSTRAINT ck_clocks_stop_event_no_nul CHECK (instr(stop_event, char(0)) = 0),
    CONSTRAINT ck_clocks_calendar_known CHECK (calendar IN ('always', 'working', 'same_day')),
    CONSTRAINT ck_clocks_enabled_flag CHECK (enabled IN (0, 1)),
    CONSTRAINT ck_clocks_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_clocks_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE TABLE comments (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    at TEXT NOT NULL,
    author_id INTEGER NOT NULL,
    kind TEXT DEFAULT 'note' NOT NULL,
    body TEXT NOT NULL,
    ticket_id INTEGER,
    complaint_id INTEGER,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT ck_comments_one_matter CHECK ((ticket_id IS NULL) <> (complaint_id IS NULL)),
    CONSTRAINT fk_comments_estate_id_ticket_id FOREIGN KEY(estate_id, ticket_id) REFERENCES tickets (estate_id, id),
    CONSTRAINT fk_comments_estate_id_complaint_id FOREIGN KEY(estate_id, complaint_id) REFERENCES complaints (estate_id, id),
    CONSTRAINT uq_comments_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_comments_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_comments_author_id FOREIGN KEY(author_id) REFERENCES staff (id),
    CONSTRAINT ck_comments_at_utc CHECK (at IS NULL OR (at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(at) IS NOT NULL)),
    CONSTRAINT ck_comments_kind_known CHECK (kind IN ('note', 'chase', 'reply', 'escalation')),
    CONSTRAINT ck_comments_body_length CHECK (length(body) <= 20000),
    CONSTRAINT ck_comments_body_no_nul CHECK (instr(body, char(0)) = 0),
    CONSTRAINT ck_comments_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_comments_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_comments_complaint_id ON comments (complaint_id);

CREATE INDEX ix_comments_ticket_id ON comments (ticket_id);

CREATE TABLE complaints (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    category TEXT NOT NULL,
    status TEXT DEFAULT 'registered' NOT NULL,
    summary TEXT NOT NULL,
    nature TEXT,
    nature_reason TEXT,
    identity_checked INTEGER DEFAULT '0' NOT NULL,
    anonymous INTEGER DEFAULT '0' NOT NULL,
    previous_id INTEGER,
    head_told_id INTEGER,
    assigned_at TEXT,
    proposal TEXT,
    agreed_at TEXT,
    carried_out_at TEXT,
    result TEXT,
    slip_complete INTEGER DEFAULT '0' NOT NULL,
    slip_signed_by_id INTEGER,
    slip_returned_at TEXT,
    formal_record_at TEXT,
    cause TEXT,
    measures TEXT,
    measures_due_at TEXT,
    measures_by_id INTEGER,
    archived_at TEXT,
    archived_by_id INTEGER,
    imported_closed INTEGER DEFAULT '0' NOT NULL,
    severity TEXT DEFAULT 'ordinary' NOT NULL,
    channel TEXT DEFAULT 'phone' NOT NULL,
    detail TEXT,
    wish TEXT,
    unit_id INTEGER,
    place TEXT,
    resident_id INTEGER,
    reporter_name TEXT,
    reporter_phone TEXT,
    reporter_phone_digest TEXT,
    reporter_phone_tail_digest TEXT,
    reporter_department TEXT,
    read_back INTEGER DEFAULT '0' NOT NULL,
    team_id INTEGER,
    heard_at TEXT NOT NULL,
    registered_at TEXT NOT NULL,
    promised_at TEXT,
    due_at TEXT,
    cancelled_at TEXT,
    cancel_reason TEXT,
    source TEXT,
    source_key TEXT,
    match_key TEXT,
    source_digest TEXT,
    repeats INTEGER DEFAULT '0' NOT NULL,
    desk_owner_id INTEGER NOT NULL,
    assignee_id INTEGER,
    follower_id INTEGER,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT fk_complaints_estate_id_previous_id FOREIGN KEY(estate_id, previous_id) REFERENCES complaints (estate_id, id),
    CONSTRAINT ck_complaints_archived_is_complete CHECK (status <> 'archived' OR (result IS NOT NULL AND length(trim(result)) > 0 AND archived_at IS NOT NULL AND archived_by_id IS NOT NULL)),
    CONSTRAINT ck_complaints_archived_at_only_when_archived CHECK (archived_at IS NULL OR status = 'archived'),
    CONSTRAINT ck_complaints_cancelled_at CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL)),
    CONSTRAINT ck_complaints_times_in_order CHECK (heard_at <= registered_at AND (assigned_at IS NULL OR registered_at <= assigned_at) AND (carried_out_at IS NULL OR registered_at <= carried_out_at) AND (archived_at IS NULL OR (registered_at <= archived_at AND (carried_out_at IS NULL OR carried_out_at <= archived_at)))),
    CONSTRAINT ck_complaints_formal_record_is_complete CHECK (NOT (formal_record_at IS NOT NULL AND (cause IS NULL OR measures IS NULL OR measures_due_at IS NULL OR measures_by_id IS NULL))),
    CONSTRAINT ck_complaints_previous_is_another CHECK (previous_id IS NULL OR previous_id <> id),
    CONSTRAINT fk_complaints_estate_id_unit_id FOREIGN KEY(estate_id, unit_id) REFERENCES units (estate_id, id),
    CONSTRAINT fk_complaints_estate_id_resident_id FOREIGN KEY(estate_id, resident_id) REFERENCES residents (estate_id, id),
    CONSTRAINT fk_complaints_estate_id_team_id FOREIGN KEY(estate_id, team_id) REFERENCES teams (estate_id, id),
    CONSTRAINT uq_complaints_estate_id_number UNIQUE (estate_id, number),
    CONSTRAINT uq_complaints_estate_id_source_source_key UNIQUE (estate_id, source, source_key),
    CONSTRAINT ck_complaints_source_and_key CHECK ((source IS NULL) = (source_key IS NULL)),
    CONSTRAINT ck_complaints_summary_present CHECK (length(trim(summary)) > 0),
    CONSTRAINT uq_complaints_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_complaints_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_complaints_head_told_id FOREIGN KEY(head_told_id) REFERENCES staff (id),
    CONSTRAINT fk_complaints_slip_signed_by_id FOREIGN KEY(slip_signed_by_id) REFERENCES staff (id),
    CONSTRAINT fk_complaints_measures_by_id FOREIGN KEY(measures_by_id) REFERENCES staff (id),
    CONSTRAINT fk_complaints_archived_by_id FOREIGN KEY(archived_by_id) REFERENCES staff (id),
    CONSTRAINT fk_complaints_desk_owner_id FOREIGN KEY(desk_owner_id) REFERENCES staff (id),
    CONSTRAINT fk_complaints_assignee_id FOREIGN KEY(assignee_id) REFERENCES staff (id),
    CONSTRAINT fk_complaints_follower_id FOREIGN KEY(follower_id) REFERENCES staff (id),
    CONSTRAINT ck_complaints_number_length CHECK (length(number) <= 40),
    CONSTRAINT ck_complaints_number_no_nul CHECK (instr(number, char(0)) = 0),
    CONSTRAINT ck_complaints_category_known CHECK (category IN ('house_fabric', 'equipment', 'safety_and_order', 'environment', 'general_service', 'neighbour_dispute', 'developer_related', 'other')),
    CONSTRAINT ck_complaints_status_known CHECK (status IN ('registered', 'assigned', 'investigating', 'proposal', 'negotiating', 'agreed', 'carried_out', 'followed_up', 'archived', 'cancelled')),
    CONSTRAINT ck_complaints_summary_length CHECK (length(summary) <= 200),
    CONSTRAINT ck_complaints_summary_no_nul CHECK (instr(summary, char(0)) = 0),
    CONSTRAINT ck_complaints_nature_known CHECK (nature IN ('valid', 'help', 'enquiry', 'venting')),
    CONSTRAINT ck_complaints_nature_reason_length CHECK (length(nature_reason) <= 20000),
    CONSTRAINT ck_complaints_nature_reason_no_nul CHECK (instr(nature_reason, char(0)) = 0),
    CONSTRAINT ck_complaints_identity_checked_flag CHECK (identity_checked IN (0, 1)),
    CONSTRAINT ck_complaints_anonymous_flag CHECK (anonymous IN (0, 1)),
    CONSTRAINT ck_complaints_assigned_at_utc CHECK (assigned_at IS NULL OR (assigned_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(assigned_at) IS NOT NULL)),
    CONSTRAINT ck_complaints_proposal_length CHECK (length(proposal) <= 20000),
    CONSTRAINT ck_complaints_proposal_no_nul CHECK (instr(proposal, char(0)) = 0),
    CONSTRAINT ck_complaints_agreed_at_utc CHECK (agreed_at IS NULL OR (agreed_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(agreed_at) IS NOT NULL)),
    CONSTRAINT ck_complaints_carried_out_at_utc CHECK (carried_out_at IS NULL OR (carried_out_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(carried_out_at) IS NOT NULL)),
    CONSTRAINT ck_complaints_result_length CHECK (length(result) <= 20000),
    CONSTRAINT ck_complaints_result_no_nul CHECK (instr(result, char(0)) = 0),
    CONSTRAINT ck_complaints_slip_complete_flag CHECK (slip_complete IN (0, 1)),
    CONSTRAINT ck_complaints_slip_returned_at_utc CHECK (slip_returned_at IS NULL OR (slip_returned_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(slip_returned_at) IS NOT NULL)),
    CONSTRAINT ck_complaints_formal_record_at_utc CHECK (formal_record_at IS NULL OR (formal_record_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(formal_record_at) IS NOT NULL)),
    CONSTRAINT ck_complaints_cause_length CHECK (length(cause) <= 20000),
    CONSTRAINT ck_complaints_cause_no_nul CHECK (instr(cause, char(0)) = 0),
    CONSTRAINT ck_complaints_measures_length CHECK (length(measures) <= 20000),
    CONSTRAINT ck_complaints_measures_no_nul CHECK (instr(measures, char(0)) = 0),
    CONSTRAINT ck_complaints_measures_due_at_utc CHECK (measures_due_at IS NULL OR (measures_due_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(measures_due_at) IS NOT NULL)),
    CONSTRAINT ck_complaints_archived_at_utc CHECK (archived_at IS NULL OR (archived_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(archived_at) IS NOT NULL)),
    CONSTRAINT ck_complaints_imported_closed_flag CHECK (imported_closed IN (0, 1)),
    CONSTRAINT ck_complaints_severity_known CHECK (severity IN ('serious', 'ordinary', 'minor')),
    CONSTRAINT ck_complaints_channel_known CHECK (channel IN ('phone', 'walk_in', 'staff', 'visit', 'forum', 'email', 'fax', 'suggestion_box', 'mini_programme', 'import')),
    CONSTRAINT ck_complaints_detail_length CHECK (length(detail) <= 20000),
    CONSTRAINT ck_complaints_detail_no_nul CHECK (instr(detail, char(0)) = 0),
    CONSTRAINT ck_complaints_wish_length CHECK (length(wish) <= 20000),
    CONSTRAINT ck_complaints_wish_no_nul CHECK (instr(wish, char(0)) = 0),
    CONSTRAINT ck_complaints_place_length CHECK (length(place) <= 200),
    CONSTRAINT ck_complaints_place_no_nul CHECK (instr(place, char(0)) = 0),
    CONSTRAINT ck_complaints_reporter_name_length CHECK (length(reporter_name) <= 60),
    CONSTRAINT ck_complaints_reporter_name_no_nul CHECK (instr(reporter_name, char(0)) = 0),
    CONSTRAINT ck_complaints_reporter_phone_length CHECK (length(reporter_phone) <= 200),
    CONSTRAINT ck_complaints_reporter_phone_no_nul CHECK (instr(reporter_phone, char(0)) = 0),
    CONSTRAINT ck_complaints_reporter_phone_digest_length CHECK (length(reporter_phone_digest) <= 40),
    CONSTRAINT ck_complaints_reporter_phone_digest_no_nul CHECK (instr(reporter_phone_digest, char(0)) = 0),
    CONSTRAINT ck_complaints_reporter_phone_tail_digest_length CHECK (length(reporter_phone_tail_digest) <= 40),
    CONSTRAINT ck_complaints_reporter_phone_tail_digest_no_nul CHECK (instr(reporter_phone_tail_digest, char(0)) = 0),
    CONSTRAINT ck_complaints_reporter_department_length CHECK (length(reporter_department) <= 60),
    CONSTRAINT ck_complaints_reporter_department_no_nul CHECK (instr(reporter_department, char(0)) = 0),
    CONSTRAINT ck_complaints_read_back_flag CHECK (read_back IN (0, 1)),
    CONSTRAINT ck_complaints_heard_at_utc CHECK (heard_at IS NULL OR (heard_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(heard_at) IS NOT NULL)),
    CONSTRAINT ck_complaints_registered_at_utc CHECK (registered_at IS NULL OR (registered_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(registered_at) IS NOT NULL)),
    CONSTRAINT ck_complaints_promised_at_utc CHECK (promised_at IS NULL OR (promised_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(promised_at) IS NOT NULL)),
    CONSTRAINT ck_complaints_due_at_utc CHECK (due_at IS NULL OR (due_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(due_at) IS NOT NULL)),
    CONSTRAINT ck_complaints_cancelled_at_utc CHECK (cancelled_at IS NULL OR (cancelled_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(cancelled_at) IS NOT NULL)),
    CONSTRAINT ck_complaints_cancel_reason_length CHECK (length(cancel_reason) <= 20000),
    CONSTRAINT ck_complaints_cancel_reason_no_nul CHECK (instr(cancel_reason, char(0)) = 0),
    CONSTRAINT ck_complaints_source_length CHECK (length(source) <= 40),
    CONSTRAINT ck_complaints_source_no_nul CHECK (instr(source, char(0)) = 0),
    CONSTRAINT ck_complaints_source_key_length CHECK (length(source_key) <= 80),
    CONSTRAINT ck_complaints_source_key_no_nul CHECK (instr(source_key, char(0)) = 0),
    CONSTRAINT ck_complaints_match_key_length CHECK (length(match_key) <= 64),
    CONSTRAINT ck_complaints_match_key_no_nul CHECK (instr(match_key, char(0)) = 0),
    CONSTRAINT ck_complaints_source_digest_length CHECK (length(source_digest) <= 64),
    CONSTRAINT ck_complaints_source_digest_no_nul CHECK (instr(source_digest, char(0)) = 0),
    CONSTRAINT ck_complaints_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_complaints_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_complaints_assignee_id ON complaints (assignee_id);

CREATE INDEX ix_complaints_due ON complaints (estate_id, coalesce(due_at, '9999-12-30 00:00:00.000000'), id);

CREATE INDEX ix_complaints_estate_id_registered_at ON complaints (estate_id, registered_at, id);

CREATE INDEX ix_complaints_estate_id_status ON complaints (estate_id, status, id);

CREATE INDEX ix_complaints_match_key ON complaints (estate_id, match_key);

CREATE INDEX ix_complaints_open_due ON complaints (estate_id, coalesce(due_at, '9999-12-30 00:00:00.000000'), id) WHERE status IN ('registered', 'assigned', 'investigating', 'proposal', 'negotiating', 'agreed', 'carried_out', 'followed_up');

CREATE INDEX ix_complaints_previous_id ON complaints (previous_id);

CREATE INDEX ix_complaints_reporter_phone_digest ON complaints (reporter_phone_digest);

CREATE INDEX ix_complaints_reporter_phone_tail_digest ON complaints (reporter_phone_tail_digest);

CREATE INDEX ix_complaints_resident_id ON complaints (resident_id);

CREATE INDEX ix_complaints_unit_id ON complaints (unit_id);

CREATE TABLE database_mark (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    use TEXT NOT NULL,
    key_digest TEXT NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT ck_database_mark_only_one CHECK (id = 1),
    CONSTRAINT ck_database_mark_use_known CHECK (use IN ('demo', 'production')),
    CONSTRAINT ck_database_mark_key_digest_length CHECK (length(key_digest) <= 64),
    CONSTRAINT ck_database_mark_key_digest_no_nul CHECK (instr(key_digest, char(0)) = 0),
    CONSTRAINT ck_database_mark_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_database_mark_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE TABLE estates (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    timezone TEXT DEFAULT 'Asia/Shanghai' NOT NULL,
    address TEXT,
    desk_phone TEXT,
    version INTEGER DEFAULT '1' NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_estates_code UNIQUE (code),
    CONSTRAINT ck_estates_code_length CHECK (length(code) <= 20),
    CONSTRAINT ck_estates_code_no_nul CHECK (instr(code, char(0)) = 0),
    CONSTRAINT ck_estates_name_length CHECK (length(name) <= 100),
    CONSTRAINT ck_estates_name_no_nul CHECK (instr(name, char(0)) = 0),
    CONSTRAINT ck_estates_timezone_length CHECK (length(timezone) <= 60),
    CONSTRAINT ck_estates_timezone_no_nul CHECK (instr(timezone, char(0)) = 0),
    CONSTRAINT ck_estates_address_length CHECK (length(address) <= 200),
    CONSTRAINT ck_estates_address_no_nul CHECK (instr(address, char(0)) = 0),
    CONSTRAINT ck_estates_desk_phone_length CHECK (length(desk_phone) <= 40),
    CONSTRAINT ck_estates_desk_phone_no_nul CHECK (instr(desk_phone, char(0)) = 0),
    CONSTRAINT ck_estates_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_estates_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE TABLE event_heads (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    chain INTEGER NOT NULL,
    seal TEXT NOT NULL,
    length INTEGER NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_event_heads_chain UNIQUE (chain),
    CONSTRAINT ck_event_heads_seal_length CHECK (length(seal) <= 64),
    CONSTRAINT ck_event_heads_seal_no_nul CHECK (instr(seal, char(0)) = 0),
    CONSTRAINT ck_event_heads_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_event_heads_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE TABLE event_seals (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    chain INTEGER NOT NULL,
    event_id INTEGER NOT NULL,
    seal TEXT NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_event_seals_event_id UNIQUE (event_id),
    CONSTRAINT fk_event_seals_event_id FOREIGN KEY(event_id) REFERENCES events (id),
    CONSTRAINT ck_event_seals_seal_length CHECK (length(seal) <= 64),
    CONSTRAINT ck_event_seals_seal_no_nul CHECK (instr(seal, char(0)) = 0),
    CONSTRAINT ck_event_seals_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_event_seals_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_event_seals_chain ON event_seals (chain, id);

CREATE TABLE events (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER,
    at TEXT NOT NULL,
    actor_id INTEGER NOT NULL,
    role TEXT NOT NULL,
    session_id TEXT,
    address TEXT,
    verb TEXT NOT NULL,
    register TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    record_version INTEGER,
    "before" TEXT NOT NULL,
    "after" TEXT NOT NULL,
    reason TEXT,
    rule TEXT,
    request_id TEXT,
    bulk_run_id INTEGER,
    outcome TEXT DEFAULT 'done' NOT NULL,
    source TEXT DEFAULT 'panel' NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT fk_events_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_events_actor_id FOREIGN KEY(actor_id) REFERENCES staff (id),
    CONSTRAINT ck_events_at_utc CHECK (at IS NULL OR (at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(at) IS NOT NULL)),
    CONSTRAINT ck_events_role_length CHECK (length(role) <= 20),
    CONSTRAINT ck_events_role_no_nul CHECK (instr(role, char(0)) = 0),
    CONSTRAINT ck_events_session_id_length CHECK (length(session_id) <= 64),
    CONSTRAINT ck_events_session_id_no_nul CHECK (instr(session_id, char(0)) = 0),
    CONSTRAINT ck_events_address_length CHECK (length(address) <= 64),
    CONSTRAINT ck_events_address_no_nul CHECK (instr(address, char(0)) = 0),
    CONSTRAINT ck_events_verb_length CHECK (length(verb) <= 60),
    CONSTRAINT ck_events_verb_no_nul CHECK (instr(verb, char(0)) = 0),
    CONSTRAINT ck_events_register_length CHECK (length(register) <= 60),
    CONSTRAINT ck_events_register_no_nul CHECK (instr(register, char(0)) = 0),
    CONSTRAINT ck_events_reason_length CHECK (length(reason) <= 20000),
    CONSTRAINT ck_events_reason_no_nul CHECK (instr(reason, char(0)) = 0),
    CONSTRAINT ck_events_rule_length CHECK (length(rule) <= 20),
    CONSTRAINT ck_events_rule_no_nul CHECK (instr(rule, char(0)) = 0),
    CONSTRAINT ck_events_request_id_length CHECK (length(request_id) <= 64),
    CONSTRAINT ck_events_request_id_no_nul CHECK (instr(request_id, char(0)) = 0),
    CONSTRAINT ck_events_outcome_length CHECK (length(outcome) <= 20),
    CONSTRAINT ck_events_outcome_no_nul CHECK (instr(outcome, char(0)) = 0),
    CONSTRAINT ck_events_source_length CHECK (length(source) <= 20),
    CONSTRAINT ck_events_source_no_nul CHECK (instr(source, char(0)) = 0),
    CONSTRAINT ck_events_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_events_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_events_actor_id ON events (actor_id, id);

CREATE INDEX ix_events_estate_id_at ON events (estate_id, at, id);

CREATE INDEX ix_events_register_record_id ON events (register, record_id, id);

CREATE TABLE follow_up_attempts (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    follow_up_id INTEGER NOT NULL,
    at TEXT NOT NULL,
    made_by_id INTEGER NOT NULL,
    way TEXT NOT NULL,
    outcome TEXT NOT NULL,
    words TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT fk_follow_up_attempts_estate_id_follow_up_id FOREIGN KEY(estate_id, follow_up_id) REFERENCES follow_ups (estate_id, id),
    CONSTRAINT uq_follow_up_attempts_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_follow_up_attempts_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_follow_up_attempts_made_by_id FOREIGN KEY(made_by_id) REFERENCES staff (id),
    CONSTRAINT ck_follow_up_attempts_at_utc CHECK (at IS NULL OR (at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(at) IS NOT NULL)),
    CONSTRAINT ck_follow_up_attempts_way_known CHECK (way IN ('phone', 'email', 'sms', 'visit')),
    CONSTRAINT ck_follow_up_attempts_outcome_known CHECK (outcome IN ('satisfied', 'not_satisfied', 'not_reached')),
    CONSTRAINT ck_follow_up_attempts_words_length CHECK (length(words) <= 20000),
    CONSTRAINT ck_follow_up_attempts_words_no_nul CHECK (instr(words, char(0)) = 0),
    CONSTRAINT ck_follow_up_attempts_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_follow_up_attempts_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_follow_up_attempts_follow_up_id ON follow_up_attempts (follow_up_id);

CREATE TABLE follow_ups (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    status TEXT DEFAULT 'scheduled' NOT NULL,
    assignee_id INTEGER NOT NULL,
    due_at TEXT NOT NULL,
    preferred_time TEXT,
    finished_at TEXT,
    finished_by_id INTEGER,
    attempts INTEGER DEFAULT '0' NOT NULL,
    quality INTEGER,
    timeliness INTEGER,
    attitude INTEGER,
    words TEXT,
    ticket_id INTEGER,
    complaint_id INTEGER,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT ck_follow_ups_one_matter CHECK ((ticket_id IS NULL) <> (complaint_id IS NULL)),
    CONSTRAINT ck_follow_ups_finished_at CHECK ((status = 'scheduled') = (finished_at IS NULL)),
    CONSTRAINT ck_follow_ups_quality CHECK (quality IS NULL OR quality BETWEEN 1 AND 5),
    CONSTRAINT ck_follow_ups_timeliness CHECK (timeliness IS NULL OR timeliness BETWEEN 1 AND 5),
    CONSTRAINT ck_follow_ups_attitude CHECK (attitude IS NULL OR attitude BETWEEN 1 AND 5),
    CONSTRAINT fk_follow_ups_estate_id_ticket_id FOREIGN KEY(estate_id, ticket_id) REFERENCES tickets (estate_id, id),
    CONSTRAINT fk_follow_ups_estate_id_complaint_id FOREIGN KEY(estate_id, complaint_id) REFERENCES complaints (estate_id, id),
    CONSTRAINT uq_follow_ups_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_follow_ups_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_follow_ups_assignee_id FOREIGN KEY(assignee_id) REFERENCES staff (id),
    CONSTRAINT fk_follow_ups_finished_by_id FOREIGN KEY(finished_by_id) REFERENCES staff (id),
    CONSTRAINT ck_follow_ups_status_known CHECK (status IN ('scheduled', 'satisfied', 'not_satisfied', 'not_reached', 'cancelled')),
    CONSTRAINT ck_follow_ups_due_at_utc CHECK (due_at IS NULL OR (due_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(due_at) IS NOT NULL)),
    CONSTRAINT ck_follow_ups_preferred_time_utc CHECK (preferred_time IS NULL OR (preferred_time GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(preferred_time) IS NOT NULL)),
    CONSTRAINT ck_follow_ups_finished_at_utc CHECK (finished_at IS NULL OR (finished_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(finished_at) IS NOT NULL)),
    CONSTRAINT ck_follow_ups_words_length CHECK (length(words) <= 20000),
    CONSTRAINT ck_follow_ups_words_no_nul CHECK (instr(words, char(0)) = 0),
    CONSTRAINT ck_follow_ups_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_follow_ups_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_follow_ups_complaint_id ON follow_ups (complaint_id);

CREATE INDEX ix_follow_ups_estate_id_due_at ON follow_ups (estate_id, due_at, id);

CREATE INDEX ix_follow_ups_scheduled ON follow_ups (estate_id, due_at) WHERE status IN ('scheduled');

CREATE INDEX ix_follow_ups_ticket_id ON follow_ups (ticket_id);

CREATE UNIQUE INDEX uq_follow_ups_scheduled_complaint_id ON follow_ups (complaint_id) WHERE status IN ('scheduled');

CREATE UNIQUE INDEX uq_follow_ups_scheduled_ticket_id ON follow_ups (ticket_id) WHERE status IN ('scheduled');

CREATE TABLE import_chunks (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    content TEXT,
    refusals TEXT,
    done INTEGER DEFAULT '0' NOT NULL,
    imported INTEGER DEFAULT '0' NOT NULL,
    updated INTEGER DEFAULT '0' NOT NULL,
    unchanged INTEGER DEFAULT '0' NOT NULL,
    refused INTEGER DEFAULT '0' NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT fk_import_chunks_estate_id_run_id FOREIGN KEY(estate_id, run_id) REFERENCES import_runs (estate_id, id),
    CONSTRAINT uq_import_chunks_run_id_position UNIQUE (run_id, position),
    CONSTRAINT uq_import_chunks_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_import_chunks_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_import_chunks_content_length CHECK (length(content) <= 20000000),
    CONSTRAINT ck_import_chunks_content_no_nul CHECK (instr(content, char(0)) = 0),
    CONSTRAINT ck_import_chunks_refusals_length CHECK (length(refusals) <= 20000000),
    CONSTRAINT ck_import_chunks_refusals_no_nul CHECK (instr(refusals, char(0)) = 0),
    CONSTRAINT ck_import_chunks_done_flag CHECK (done IN (0, 1)),
    CONSTRAINT ck_import_chunks_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_import_chunks_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_import_chunks_run_id_done ON import_chunks (run_id, done, position);

CREATE TABLE import_runs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    actor_id INTEGER NOT NULL,
    register TEXT NOT NULL,
    file_name TEXT NOT NULL,
    sheet TEXT NOT NULL,
    header TEXT NOT NULL,
    columns TEXT NOT NULL,
    rows INTEGER NOT NULL,
    state TEXT DEFAULT 'uploaded' NOT NULL,
    idempotency_key TEXT NOT NULL,
    checked_at TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_import_runs_actor_id_idempotency_key UNIQUE (actor_id, idempotency_key),
    CONSTRAINT uq_import_runs_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_import_runs_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_import_runs_actor_id FOREIGN KEY(actor_id) REFERENCES staff (id),
    CONSTRAINT ck_import_runs_register_length CHECK (length(register) <= 60),
    CONSTRAINT ck_import_runs_register_no_nul CHECK (instr(register, char(0)) = 0),
    CONSTRAINT ck_import_runs_file_name_length CHECK (length(file_name) <= 200),
    CONSTRAINT ck_import_runs_file_name_no_nul CHECK (instr(file_name, char(0)) = 0),
    CONSTRAINT ck_import_runs_sheet_length CHECK (length(sheet) <= 100),
    CONSTRAINT ck_import_runs_sheet_no_nul CHECK (instr(sheet, char(0)) = 0),
    CONSTRAINT ck_import_runs_header_length CHECK (length(header) <= 20000000),
    CONSTRAINT ck_import_runs_header_no_nul CHECK (instr(header, char(0)) = 0),
    CONSTRAINT ck_import_runs_state_known CHECK (state IN ('uploaded', 'mapped', 'checked', 'running', 'finished')),
    CONSTRAINT ck_import_runs_idempotency_key_length CHECK (length(idempotency_key) <= 64),
    CONSTRAINT ck_import_runs_idempotency_key_no_nul CHECK (instr(idempotency_key, char(0)) = 0),
    CONSTRAINT ck_import_runs_checked_at_utc CHECK (checked_at IS NULL OR (checked_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(checked_at) IS NOT NULL)),
    CONSTRAINT ck_import_runs_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_import_runs_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE TABLE key_approvals (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    key_id INTEGER NOT NULL,
    borrower_kind TEXT NOT NULL,
    borrower_name TEXT NOT NULL,
    borrower_staff_id INTEGER,
    purpose TEXT NOT NULL,
    requested_at TEXT NOT NULL,
    requested_by_id INTEGER NOT NULL,
    status TEXT DEFAULT 'requested' NOT NULL,
    decided_at TEXT,
    decided_by_id INTEGER,
    decision_reason TEXT,
    due_at TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT fk_key_approvals_estate_id_key_id FOREIGN KEY(estate_id, key_id) REFERENCES keys (estate_id, id),
    CONSTRAINT ck_key_approvals_decided CHECK (status = 'requested' OR (decided_at IS NOT NULL AND decided_by_id IS NOT NULL)),
    CONSTRAINT ck_key_approvals_not_by_borrower CHECK (decided_by_id IS NULL OR borrower_staff_id IS NULL OR decided_by_id <> borrower_staff_id),
    CONSTRAINT uq_key_approvals_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_key_approvals_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_key_approvals_borrower_staff_id FOREIGN KEY(borrower_staff_id) REFERENCES staff (id),
    CONSTRAINT fk_key_approvals_requested_by_id FOREIGN KEY(requested_by_id) REFERENCES staff (id),
    CONSTRAINT fk_key_approvals_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES staff (id),
    CONSTRAINT ck_key_approvals_borrower_kind_known CHECK (borrower_kind IN ('owner', 'developer_sales', 'staff', 'other')),
    CONSTRAINT ck_key_approvals_borrower_name_length CHECK (length(borrower_name) <= 60),
    CONSTRAINT ck_key_approvals_borrower_name_no_nul CHECK (instr(borrower_name, char(0)) = 0),
    CONSTRAINT ck_key_approvals_purpose_length CHECK (length(purpose) <= 20000),
    CONSTRAINT ck_key_approvals_purpose_no_nul CHECK (instr(purpose, char(0)) = 0),
    CONSTRAINT ck_key_approvals_requested_at_utc CHECK (requested_at IS NULL OR (requested_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(requested_at) IS NOT NULL)),
    CONSTRAINT ck_key_approvals_status_known CHECK (status IN ('requested', 'approved', 'refused', 'used')),
    CONSTRAINT ck_key_approvals_decided_at_utc CHECK (decided_at IS NULL OR (decided_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(decided_at) IS NOT NULL)),
    CONSTRAINT ck_key_approvals_decision_reason_length CHECK (length(decision_reason) <= 20000),
    CONSTRAINT ck_key_approvals_decision_reason_no_nul CHECK (instr(decision_reason, char(0)) = 0),
    CONSTRAINT ck_key_approvals_due_at_utc CHECK (due_at IS NULL OR (due_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(due_at) IS NOT NULL)),
    CONSTRAINT ck_key_approvals_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_key_approvals_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_key_approvals_key_id ON key_approvals (key_id);

CREATE TABLE key_loans (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    key_id INTEGER NOT NULL,
    borrower_kind TEXT NOT NULL,
    borrower_name TEXT NOT NULL,
    borrower_phone TEXT,
    borrower_resident_id INTEGER,
    borrower_staff_id INTEGER,
    identity_checked INTEGER DEFAULT '0' NOT NULL,
    signed INTEGER DEFAULT '0' NOT NULL,
    purpose TEXT,
    approval_id INTEGER,
    lent_at TEXT NOT NULL,
    lent_by_id INTEGER NOT NULL,
    due_at TEXT NOT NULL,
    returned_at TEXT,
    returned_to_id INTEGER,
    lost_at TEXT,
    note TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT fk_key_loans_estate_id_key_id FOREIGN KEY(estate_id, key_id) REFERENCES keys (estate_id, id),
    CONSTRAINT fk_key_loans_estate_id_approval_id FOREIGN KEY(estate_id, approval_id) REFERENCES key_approvals (estate_id, id),
    CONSTRAINT fk_key_loans_estate_id_borrower_resident_id FOREIGN KEY(estate_id, borrower_resident_id) REFERENCES residents (estate_id, id),
    CONSTRAINT ck_key_loans_times_in_order CHECK (lent_at <= due_at AND (returned_at IS NULL OR lent_at <= returned_at) AND (lost_at IS NULL OR lent_at <= lost_at)),
    CONSTRAINT ck_key_loans_one_end CHECK (returned_at IS NULL OR lost_at IS NULL),
    CONSTRAINT uq_key_loans_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_key_loans_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_key_loans_borrower_staff_id FOREIGN KEY(borrower_staff_id) REFERENCES staff (id),
    CONSTRAINT fk_key_loans_lent_by_id FOREIGN KEY(lent_by_id) REFERENCES staff (id),
    CONSTRAINT fk_key_loans_returned_to_id FOREIGN KEY(returned_to_id) REFERENCES staff (id),
    CONSTRAINT ck_key_loans_borrower_kind_known CHECK (borrower_kind IN ('owner', 'developer_sales', 'staff', 'other')),
    CONSTRAINT ck_key_loans_borrower_name_length CHECK (length(borrower_name) <= 60),
    CONSTRAINT ck_key_loans_borrower_name_no_nul CHECK (instr(borrower_name, char(0)) = 0),
    CONSTRAINT ck_key_loans_borrower_phone_length CHECK (length(borrower_phone) <= 200),
    CONSTRAINT ck_key_loans_borrower_phone_no_nul CHECK (instr(borrower_phone, char(0)) = 0),
    CONSTRAINT ck_key_loans_identity_checked_flag CHECK (identity_checked IN (0, 1)),
    CONSTRAINT ck_key_loans_signed_flag CHECK (signed IN (0, 1)),
    CONSTRAINT ck_key_loans_purpose_length CHECK (length(purpose) <= 20000),
    CONSTRAINT ck_key_loans_purpose_no_nul CHECK (instr(purpose, char(0)) = 0),
    CONSTRAINT ck_key_loans_lent_at_utc CHECK (lent_at IS NULL OR (lent_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(lent_at) IS NOT NULL)),
    CONSTRAINT ck_key_loans_due_at_utc CHECK (due_at IS NULL OR (due_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(due_at) IS NOT NULL)),
    CONSTRAINT ck_key_loans_returned_at_utc CHECK (returned_at IS NULL OR (returned_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(returned_at) IS NOT NULL)),
    CONSTRAINT ck_key_loans_lost_at_utc CHECK (lost_at IS NULL OR (lost_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(lost_at) IS NOT NULL)),
    CONSTRAINT ck_key_loans_note_length CHECK (length(note) <= 20000),
    CONSTRAINT ck_key_loans_note_no_nul CHECK (instr(note, char(0)) = 0),
    CONSTRAINT ck_key_loans_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_key_loans_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_key_loans_estate_id_due_at ON key_loans (estate_id, due_at, id);

CREATE INDEX ix_key_loans_estate_id_lent_at ON key_loans (estate_id, lent_at, id);

CREATE INDEX ix_key_loans_key_id ON key_loans (key_id);

CREATE INDEX ix_key_loans_unended_due ON key_loans (estate_id, due_at) WHERE returned_at IS NULL AND lost_at IS NULL;

CREATE UNIQUE INDEX uq_key_loans_unended ON key_loans (key_id) WHERE returned_at IS NULL AND lost_at IS NULL;

CREATE TABLE keys (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    unit_id INTEGER,
    place TEXT,
    hook TEXT NOT NULL,
    seal TEXT,
    origin TEXT NOT NULL,
    received_at TEXT NOT NULL,
    lost_at TEXT,
    handed_back_at TEXT,
    handed_back_to TEXT,
    receipt_number TEXT,
    owner_told_at TEXT,
    note TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT fk_keys_estate_id_unit_id FOREIGN KEY(estate_id, unit_id) REFERENCES units (estate_id, id),
    CONSTRAINT uq_keys_estate_id_number UNIQUE (estate_id, number),
    CONSTRAINT ck_keys_unit_or_place CHECK (unit_id IS NOT NULL OR place IS NOT NULL),
    CONSTRAINT ck_keys_one_place CHECK (lost_at IS NULL OR handed_back_at IS NULL),
    CONSTRAINT ck_keys_handed_back_to CHECK (handed_back_at IS NULL OR handed_back_to IS NOT NULL),
    CONSTRAINT uq_keys_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_keys_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_keys_number_length CHECK (length(number) <= 40),
    CONSTRAINT ck_keys_number_no_nul CHECK (instr(number, char(0)) = 0),
    CONSTRAINT ck_keys_place_length CHECK (length(place) <= 100),
    CONSTRAINT ck_keys_place_no_nul CHECK (instr(place, char(0)) = 0),
    CONSTRAINT ck_keys_hook_length CHECK (length(hook) <= 40),
    CONSTRAINT ck_keys_hook_no_nul CHECK (instr(hook, char(0)) = 0),
    CONSTRAINT ck_keys_seal_length CHECK (length(seal) <= 40),
    CONSTRAINT ck_keys_seal_no_nul CHECK (instr(seal, char(0)) = 0),
    CONSTRAINT ck_keys_origin_known CHECK (origin IN ('delivery', 'rectification', 'entrusted', 'common')),
    CONSTRAINT ck_keys_received_at_utc CHECK (received_at IS NULL OR (received_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(received_at) IS NOT NULL)),
    CONSTRAINT ck_keys_lost_at_utc CHECK (lost_at IS NULL OR (lost_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(lost_at) IS NOT NULL)),
    CONSTRAINT ck_keys_handed_back_at_utc CHECK (handed_back_at IS NULL OR (handed_back_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(handed_back_at) IS NOT NULL)),
    CONSTRAINT ck_keys_handed_back_to_length CHECK (length(handed_back_to) <= 60),
    CONSTRAINT ck_keys_handed_back_to_no_nul CHECK (instr(handed_back_to, char(0)) = 0),
    CONSTRAINT ck_keys_receipt_number_length CHECK (length(receipt_number) <= 40),
    CONSTRAINT ck_keys_receipt_number_no_nul CHECK (instr(receipt_number, char(0)) = 0),
    CONSTRAINT ck_keys_owner_told_at_utc CHECK (owner_told_at IS NULL OR (owner_told_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(owner_told_at) IS NOT NULL)),
    CONSTRAINT ck_keys_note_length CHECK (length(note) <= 20000),
    CONSTRAINT ck_keys_note_no_nul CHECK (instr(note, char(0)) = 0),
    CONSTRAINT ck_keys_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_keys_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_keys_unit_id ON keys (unit_id);

CREATE TABLE number_series (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    prefix TEXT NOT NULL,
    last INTEGER NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_number_series_estate_id_prefix UNIQUE (estate_id, prefix),
    CONSTRAINT uq_number_series_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_number_series_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_number_series_prefix_length CHECK (length(prefix) <= 20),
    CONSTRAINT ck_number_series_prefix_no_nul CHECK (instr(prefix, char(0)) = 0),
    CONSTRAINT ck_number_series_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_number_series_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE TABLE occupancies (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    unit_id INTEGER NOT NULL,
    resident_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    from_on TEXT NOT NULL,
    until_on TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT fk_occupancies_estate_id_unit_id FOREIGN KEY(estate_id, unit_id) REFERENCES units (estate_id, id),
    CONSTRAINT fk_occupancies_estate_id_resident_id FOREIGN KEY(estate_id, resident_id) REFERENCES residents (estate_id, id),
    CONSTRAINT ck_occupancies_from_until CHECK (until_on IS NULL OR from_on <= until_on),
    CONSTRAINT uq_occupancies_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_occupancies_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_occupancies_kind_known CHECK (kind IN ('owner', 'tenant', 'family')),
    CONSTRAINT ck_occupancies_from_on_date CHECK (date(from_on) IS from_on OR from_on IS NULL),
    CONSTRAINT ck_occupancies_until_on_date CHECK (date(until_on) IS until_on OR until_on IS NULL),
    CONSTRAINT ck_occupancies_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_occupancies_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_occupancies_resident_id ON occupancies (resident_id);

CREATE INDEX ix_occupancies_unit_id ON occupancies (unit_id);

CREATE UNIQUE INDEX uq_occupancies_current ON occupancies (unit_id, resident_id, kind) WHERE until_on IS NULL;

CREATE TABLE pass_movements (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    pass_id INTEGER NOT NULL,
    direction TEXT NOT NULL,
    at TEXT NOT NULL,
    noted_by_id INTEGER NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT fk_pass_movements_estate_id_pass_id FOREIGN KEY(estate_id, pass_id) REFERENCES visitor_passes (estate_id, id),
    CONSTRAINT uq_pass_movements_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_pass_movements_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_pass_movements_noted_by_id FOREIGN KEY(noted_by_id) REFERENCES staff (id),
    CONSTRAINT ck_pass_movements_direction_known CHECK (direction IN ('in', 'out')),
    CONSTRAINT ck_pass_movements_at_utc CHECK (at IS NULL OR (at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(at) IS NOT NULL)),
    CONSTRAINT ck_pass_movements_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_pass_movements_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_pass_movements_pass_id ON pass_movements (pass_id);

CREATE TABLE repeat_reports (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    heard_at TEXT NOT NULL,
    words TEXT NOT NULL,
    channel TEXT NOT NULL,
    reporter_name TEXT,
    taken_by_id INTEGER NOT NULL,
    source TEXT,
    source_key TEXT,
    ticket_id INTEGER,
    complaint_id INTEGER,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT ck_repeat_reports_one_matter CHECK ((ticket_id IS NULL) <> (complaint_id IS NULL)),
    CONSTRAINT uq_repeat_reports_estate_id_source_source_key UNIQUE (estate_id, source, source_key),
    CONSTRAINT fk_repeat_reports_estate_id_ticket_id FOREIGN KEY(estate_id, ticket_id) REFERENCES tickets (estate_id, id),
    CONSTRAINT fk_repeat_reports_estate_id_complaint_id FOREIGN KEY(estate_id, complaint_id) REFERENCES complaints (estate_id, id),
    CONSTRAINT uq_repeat_reports_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_repeat_reports_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_repeat_reports_taken_by_id FOREIGN KEY(taken_by_id) REFERENCES staff (id),
    CONSTRAINT ck_repeat_reports_heard_at_utc CHECK (heard_at IS NULL OR (heard_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(heard_at) IS NOT NULL)),
    CONSTRAINT ck_repeat_reports_words_length CHECK (length(words) <= 20000),
    CONSTRAINT ck_repeat_reports_words_no_nul CHECK (instr(words, char(0)) = 0),
    CONSTRAINT ck_repeat_reports_channel_known CHECK (channel IN ('phone', 'walk_in', 'staff', 'visit', 'forum', 'email', 'fax', 'suggestion_box', 'mini_programme', 'import')),
    CONSTRAINT ck_repeat_reports_reporter_name_length CHECK (length(reporter_name) <= 60),
    CONSTRAINT ck_repeat_reports_reporter_name_no_nul CHECK (instr(reporter_name, char(0)) = 0),
    CONSTRAINT ck_repeat_reports_source_length CHECK (length(source) <= 40),
    CONSTRAINT ck_repeat_reports_source_no_nul CHECK (instr(source, char(0)) = 0),
    CONSTRAINT ck_repeat_reports_source_key_length CHECK (length(source_key) <= 80),
    CONSTRAINT ck_repeat_reports_source_key_no_nul CHECK (instr(source_key, char(0)) = 0),
    CONSTRAINT ck_repeat_reports_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_repeat_reports_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_repeat_reports_complaint_id ON repeat_reports (complaint_id);

CREATE INDEX ix_repeat_reports_ticket_id ON repeat_reports (ticket_id);

CREATE TABLE residents (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    name_pinyin TEXT DEFAULT '' NOT NULL,
    phone TEXT,
    phone_digest TEXT,
    phone_tail_digest TEXT,
    id_document TEXT,
    id_number TEXT,
    id_number_digest TEXT,
    vehicles TEXT,
    emergency_contact TEXT,
    moved_in_on TEXT,
    note TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT ck_residents_name_present CHECK (length(trim(name)) > 0),
    CONSTRAINT uq_residents_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_residents_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_residents_name_length CHECK (length(name) <= 60),
    CONSTRAINT ck_residents_name_no_nul CHECK (instr(name, char(0)) = 0),
    CONSTRAINT ck_residents_name_pinyin_length CHECK (length(name_pinyin) <= 400),
    CONSTRAINT ck_residents_name_pinyin_no_nul CHECK (instr(name_pinyin, char(0)) = 0),
    CONSTRAINT ck_residents_phone_length CHECK (length(phone) <= 200),
    CONSTRAINT ck_residents_phone_no_nul CHECK (instr(phone, char(0)) = 0),
    CONSTRAINT ck_residents_phone_digest_length CHECK (length(phone_digest) <= 40),
    CONSTRAINT ck_residents_phone_digest_no_nul CHECK (instr(phone_digest, char(0)) = 0),
    CONSTRAINT ck_residents_phone_tail_digest_length CHECK (length(phone_tail_digest) <= 40),
    CONSTRAINT ck_residents_phone_tail_digest_no_nul CHECK (instr(phone_tail_digest, char(0)) = 0),
    CONSTRAINT ck_residents_id_document_known CHECK (id_document IN ('id_card', 'passport', 'permit', 'other')),
    CONSTRAINT ck_residents_id_number_length CHECK (length(id_number) <= 300),
    CONSTRAINT ck_residents_id_number_no_nul CHECK (instr(id_number, char(0)) = 0),
    CONSTRAINT ck_residents_id_number_digest_length CHECK (length(id_number_digest) <= 40),
    CONSTRAINT ck_residents_id_number_digest_no_nul CHECK (instr(id_number_digest, char(0)) = 0),
    CONSTRAINT ck_residents_vehicles_length CHECK (length(vehicles) <= 200),
    CONSTRAINT ck_residents_vehicles_no_nul CHECK (instr(vehicles, char(0)) = 0),
    CONSTRAINT ck_residents_emergency_contact_length CHECK (length(emergency_contact) <= 200),
    CONSTRAINT ck_residents_emergency_contact_no_nul CHECK (instr(emergency_contact, char(0)) = 0),
    CONSTRAINT ck_residents_moved_in_on_date CHECK (date(moved_in_on) IS moved_in_on OR moved_in_on IS NULL),
    CONSTRAINT ck_residents_note_length CHECK (length(note) <= 20000),
    CONSTRAINT ck_residents_note_no_nul CHECK (instr(note, char(0)) = 0),
    CONSTRAINT ck_residents_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_residents_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_residents_id_number_digest ON residents (estate_id, id_number_digest);

CREATE INDEX ix_residents_name ON residents (estate_id, name);

CREATE INDEX ix_residents_name_pinyin ON residents (estate_id, name_pinyin);

CREATE INDEX ix_residents_phone_digest ON residents (phone_digest);

CREATE INDEX ix_residents_phone_tail_digest ON residents (phone_tail_digest);

CREATE TABLE settings (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    code TEXT NOT NULL,
    rule TEXT NOT NULL,
    value TEXT NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT uq_settings_estate_id_code UNIQUE (estate_id, code),
    CONSTRAINT uq_settings_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_settings_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_settings_code_length CHECK (length(code) <= 60),
    CONSTRAINT ck_settings_code_no_nul CHECK (instr(code, char(0)) = 0),
    CONSTRAINT ck_settings_rule_length CHECK (length(rule) <= 20),
    CONSTRAINT ck_settings_rule_no_nul CHECK (instr(rule, char(0)) = 0),
    CONSTRAINT ck_settings_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_settings_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE TABLE sign_in_attempts (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL,
    address TEXT NOT NULL,
    failures INTEGER NOT NULL,
    last_at TEXT NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_sign_in_attempts_username_address UNIQUE (username, address),
    CONSTRAINT ck_sign_in_attempts_username_length CHECK (length(username) <= 60),
    CONSTRAINT ck_sign_in_attempts_username_no_nul CHECK (instr(username, char(0)) = 0),
    CONSTRAINT ck_sign_in_attempts_address_length CHECK (length(address) <= 60),
    CONSTRAINT ck_sign_in_attempts_address_no_nul CHECK (instr(address, char(0)) = 0),
    CONSTRAINT ck_sign_in_attempts_last_at_utc CHECK (last_at IS NULL OR (last_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(last_at) IS NOT NULL)),
    CONSTRAINT ck_sign_in_attempts_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_sign_in_attempts_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE TABLE staff (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT,
    must_change_password INTEGER DEFAULT '0' NOT NULL,
    session_generation INTEGER DEFAULT '1' NOT NULL,
    disabled_at TEXT,
    language TEXT,
    estate_id INTEGER,
    version INTEGER DEFAULT '1' NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT uq_staff_username UNIQUE (username),
    CONSTRAINT fk_staff_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_staff_username_length CHECK (length(username) <= 60),
    CONSTRAINT ck_staff_username_no_nul CHECK (instr(username, char(0)) = 0),
    CONSTRAINT ck_staff_name_length CHECK (length(name) <= 60),
    CONSTRAINT ck_staff_name_no_nul CHECK (instr(name, char(0)) = 0),
    CONSTRAINT ck_staff_password_hash_length CHECK (length(password_hash) <= 300),
    CONSTRAINT ck_staff_password_hash_no_nul CHECK (instr(password_hash, char(0)) = 0),
    CONSTRAINT ck_staff_must_change_password_flag CHECK (must_change_password IN (0, 1)),
    CONSTRAINT ck_staff_disabled_at_utc CHECK (disabled_at IS NULL OR (disabled_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(disabled_at) IS NOT NULL)),
    CONSTRAINT ck_staff_language_length CHECK (length(language) <= 20),
    CONSTRAINT ck_staff_language_no_nul CHECK (instr(language, char(0)) = 0),
    CONSTRAINT ck_staff_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_staff_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE TABLE staff_assignments (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    staff_id INTEGER NOT NULL,
    role TEXT NOT NULL,
    team_id INTEGER,
    ended_at TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    CONSTRAINT fk_staff_assignments_estate_id_team_id FOREIGN KEY(estate_id, team_id) REFERENCES teams (estate_id, id),
    CONSTRAINT ck_staff_assignments_team_needed CHECK (role NOT IN ('technician', 'lead') OR team_id IS NOT NULL),
    CONSTRAINT uq_staff_assignments_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_staff_assignments_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_staff_assignments_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT ck_staff_assignments_role_known CHECK (role IN ('clerk', 'technician', 'lead', 'supervisor', 'manager', 'auditor', 'admin', 'system')),
    CONSTRAINT ck_staff_assignments_ended_at_utc CHECK (ended_at IS NULL OR (ended_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(ended_at) IS NOT NULL)),
    CONSTRAINT ck_staff_assignments_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_staff_assignments_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_staff_assignments_staff_id ON staff_assignments (staff_id);

CREATE TABLE teams (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    department TEXT NOT NULL,
    lead_id INTEGER,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT uq_teams_estate_id_name UNIQUE (estate_id, name),
    CONSTRAINT uq_teams_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_teams_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_teams_lead_id FOREIGN KEY(lead_id) REFERENCES staff (id),
    CONSTRAINT ck_teams_name_length CHECK (length(name) <= 60),
    CONSTRAINT ck_teams_name_no_nul CHECK (instr(name, char(0)) = 0),
    CONSTRAINT ck_teams_department_known CHECK (department IN ('engineering', 'housekeeping', 'security', 'greening', 'customer_service', 'finance')),
    CONSTRAINT ck_teams_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_teams_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE TABLE tickets (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT DEFAULT 'received' NOT NULL,
    summary TEXT NOT NULL,
    category_id INTEGER,
    complaint_id INTEGER,
    previous_id INTEGER,
    visit_from TEXT,
    visit_until TEXT,
    dispatched_at TEXT,
    accepted_at TEXT,
    arrived_at TEXT,
    finished_at TEXT,
    closed_at TEXT,
    closed_by_id INTEGER,
    slip_taken_by_id INTEGER,
    waiting_reason TEXT,
    waiting_from TEXT,
    waiting_note TEXT,
    cancel_kind TEXT,
    result TEXT,
    acceptance TEXT,
    acceptance_reason TEXT,
    charge_fen INTEGER,
    charge_agreed_at TEXT,
    settled_at TEXT,
    invoice_number TEXT,
    waived_at TEXT,
    waive_reason TEXT,
    slip_returned_at TEXT,
    slip_returned_to_id INTEGER,
    must_complete INTEGER DEFAULT '0' NOT NULL,
    imported_closed INTEGER DEFAULT '0' NOT NULL,
    severity TEXT DEFAULT 'ordinary' NOT NULL,
    channel TEXT DEFAULT 'phone' NOT NULL,
    detail TEXT,
    wish TEXT,
    unit_id INTEGER,
    place TEXT,
    resident_id INTEGER,
    reporter_name TEXT,
    reporter_phone TEXT,
    reporter_phone_digest TEXT,
    reporter_phone_tail_digest TEXT,
    reporter_department TEXT,
    read_back INTEGER DEFAULT '0' NOT NULL,
    team_id INTEGER,
    heard_at TEXT NOT NULL,
    registered_at TEXT NOT NULL,
    promised_at TEXT,
    due_at TEXT,
    cancelled_at TEXT,
    cancel_reason TEXT,
    source TEXT,
    source_key TEXT,
    match_key TEXT,
    source_digest TEXT,
    repeats INTEGER DEFAULT '0' NOT NULL,
    desk_owner_id INTEGER NOT NULL,
    assignee_id INTEGER,
    follower_id INTEGER,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT fk_tickets_estate_id_category_id FOREIGN KEY(estate_id, category_id) REFERENCES categories (estate_id, id),
    CONSTRAINT fk_tickets_estate_id_complaint_id FOREIGN KEY(estate_id, complaint_id) REFERENCES complaints (estate_id, id),
    CONSTRAINT fk_tickets_estate_id_previous_id FOREIGN KEY(estate_id, previous_id) REFERENCES tickets (estate_id, id),
    CONSTRAINT ck_tickets_closed_is_complete CHECK (status <> 'closed' OR (result IS NOT NULL AND length(trim(result)) > 0 AND closed_at IS NOT NULL AND closed_by_id IS NOT NULL)),
    CONSTRAINT ck_tickets_closed_at_only_when_closed CHECK (closed_at IS NULL OR status = 'closed'),
    CONSTRAINT ck_tickets_finished_at_only_when_done CHECK (finished_at IS NULL OR status IN ('done', 'closed')),
    CONSTRAINT ck_tickets_waiting_reason CHECK ((status = 'waiting') = (waiting_reason IS NOT NULL AND waiting_from IS NOT NULL)),
    CONSTRAINT ck_tickets_cancelled_at CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL)),
    CONSTRAINT ck_tickets_times_in_order CHECK ((heard_at IS NULL OR registered_at IS NULL OR heard_at <= registered_at) AND (heard_at IS NULL OR dispatched_at IS NULL OR heard_at <= dispatched_at) AND (heard_at IS NULL OR accepted_at IS NULL OR heard_at <= accepted_at) AND (heard_at IS NULL OR arrived_at IS NULL OR heard_at <= arrived_at) AND (heard_at IS NULL OR finished_at IS NULL OR heard_at <= finished_at) AND (heard_at IS NULL OR closed_at IS NULL OR heard_at <= closed_at) AND (registered_at IS NULL OR dispatched_at IS NULL OR registered_at <= dispatched_at) AND (registered_at IS NULL OR accepted_at IS NULL OR registered_at <= accepted_at) AND (registered_at IS NULL OR arrived_at IS NULL OR registered_at <= arrived_at) AND (registered_at IS NULL OR finished_at IS NULL OR registered_at <= finished_at) AND (registered_at IS NULL OR closed_at IS NULL OR registered_at <= closed_at) AND (dispatched_at IS NULL OR accepted_at IS NULL OR dispatched_at <= accepted_at) AND (dispatched_at IS NULL OR arrived_at IS NULL OR dispatched_at <= arrived_at) AND (dispatched_at IS NULL OR finished_at IS NULL OR dispatched_at <= finished_at) AND (dispatched_at IS NULL OR closed_at IS NULL OR dispatched_at <= closed_at) AND (accepted_at IS NULL OR arrived_at IS NULL OR accepted_at <= arrived_at) AND (accepted_at IS NULL OR finished_at IS NULL OR accepted_at <= finished_at) AND (accepted_at IS NULL OR closed_at IS NULL OR accepted_at <= closed_at) AND (arrived_at IS NULL OR finished_at IS NULL OR arrived_at <= finished_at) AND (arrived_at IS NULL OR closed_at IS NULL OR arrived_at <= closed_at) AND (finished_at IS NULL OR closed_at IS NULL OR finished_at <= closed_at)),
    CONSTRAINT ck_tickets_visit_window CHECK (visit_from IS NULL OR visit_until IS NULL OR visit_from <= visit_until),
    CONSTRAINT ck_tickets_charge_not_negative CHECK (charge_fen IS NULL OR charge_fen >= 0),
    CONSTRAINT ck_tickets_settled_needs_charge CHECK (settled_at IS NULL OR charge_fen IS NOT NULL),
    CONSTRAINT ck_tickets_previous_is_another CHECK (previous_id IS NULL OR previous_id <> id),
    CONSTRAINT fk_tickets_estate_id_unit_id FOREIGN KEY(estate_id, unit_id) REFERENCES units (estate_id, id),
    CONSTRAINT fk_tickets_estate_id_resident_id FOREIGN KEY(estate_id, resident_id) REFERENCES residents (estate_id, id),
    CONSTRAINT fk_tickets_estate_id_team_id FOREIGN KEY(estate_id, team_id) REFERENCES teams (estate_id, id),
    CONSTRAINT uq_tickets_estate_id_number UNIQUE (estate_id, number),
    CONSTRAINT uq_tickets_estate_id_source_source_key UNIQUE (estate_id, source, source_key),
    CONSTRAINT ck_tickets_source_and_key CHECK ((source IS NULL) = (source_key IS NULL)),
    CONSTRAINT ck_tickets_summary_present CHECK (length(trim(summary)) > 0),
    CONSTRAINT uq_tickets_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_tickets_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_tickets_closed_by_id FOREIGN KEY(closed_by_id) REFERENCES staff (id),
    CONSTRAINT fk_tickets_slip_taken_by_id FOREIGN KEY(slip_taken_by_id) REFERENCES staff (id),
    CONSTRAINT fk_tickets_slip_returned_to_id FOREIGN KEY(slip_returned_to_id) REFERENCES staff (id),
    CONSTRAINT fk_tickets_desk_owner_id FOREIGN KEY(desk_owner_id) REFERENCES staff (id),
    CONSTRAINT fk_tickets_assignee_id FOREIGN KEY(assignee_id) REFERENCES staff (id),
    CONSTRAINT fk_tickets_follower_id FOREIGN KEY(follower_id) REFERENCES staff (id),
    CONSTRAINT ck_tickets_number_length CHECK (length(number) <= 40),
    CONSTRAINT ck_tickets_number_no_nul CHECK (instr(number, char(0)) = 0),
    CONSTRAINT ck_tickets_kind_known CHECK (kind IN ('repair', 'household_service', 'suggestion', 'enquiry', 'query', 'emergency')),
    CONSTRAINT ck_tickets_status_known CHECK (status IN ('received', 'dispatched', 'accepted', 'in_progress', 'waiting', 'done', 'closed', 'cancelled')),
    CONSTRAINT ck_tickets_summary_length CHECK (length(summary) <= 200),
    CONSTRAINT ck_tickets_summary_no_nul CHECK (instr(summary, char(0)) = 0),
    CONSTRAINT ck_tickets_visit_from_utc CHECK (visit_from IS NULL OR (visit_from GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(visit_from) IS NOT NULL)),
    CONSTRAINT ck_tickets_visit_until_utc CHECK (visit_until IS NULL OR (visit_until GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(visit_until) IS NOT NULL)),
    CONSTRAINT ck_tickets_dispatched_at_utc CHECK (dispatched_at IS NULL OR (dispatched_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(dispatched_at) IS NOT NULL)),
    CONSTRAINT ck_tickets_accepted_at_utc CHECK (accepted_at IS NULL OR (accepted_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(accepted_at) IS NOT NULL)),
    CONSTRAINT ck_tickets_arrived_at_utc CHECK (arrived_at IS NULL OR (arrived_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(arrived_at) IS NOT NULL)),
    CONSTRAINT ck_tickets_finished_at_utc CHECK (finished_at IS NULL OR (finished_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(finished_at) IS NOT NULL)),
    CONSTRAINT ck_tickets_closed_at_utc CHECK (closed_at IS NULL OR (closed_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(closed_at) IS NOT NULL)),
    CONSTRAINT ck_tickets_waiting_reason_known CHECK (waiting_reason IN ('materials', 'resident_absent', 'third_party', 'authority', 'quote')),
    CONSTRAINT ck_tickets_waiting_from_known CHECK (waiting_from IN ('received', 'dispatched', 'accepted', 'in_progress', 'waiting', 'done', 'closed', 'cancelled')),
    CONSTRAINT ck_tickets_waiting_note_length CHECK (length(waiting_note) <= 20000),
    CONSTRAINT ck_tickets_waiting_note_no_nul CHECK (instr(waiting_note, char(0)) = 0),
    CONSTRAINT ck_tickets_cancel_kind_known CHECK (cancel_kind IN ('duplicate', 'withdrawn')),
    CONSTRAINT ck_tickets_result_length CHECK (length(result) <= 20000),
    CONSTRAINT ck_tickets_result_no_nul CHECK (instr(result, char(0)) = 0),
    CONSTRAINT ck_tickets_acceptance_known CHECK (acceptance IN ('signed', 'not_signed', 'not_needed', 'unknown')),
    CONSTRAINT ck_tickets_acceptance_reason_length CHECK (length(acceptance_reason) <= 20000),
    CONSTRAINT ck_tickets_acceptance_reason_no_nul CHECK (instr(acceptance_reason, char(0)) = 0),
    CONSTRAINT ck_tickets_charge_agreed_at_utc CHECK (charge_agreed_at IS NULL OR (charge_agreed_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(charge_agreed_at) IS NOT NULL)),
    CONSTRAINT ck_tickets_settled_at_utc CHECK (settled_at IS NULL OR (settled_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(settled_at) IS NOT NULL)),
    CONSTRAINT ck_tickets_invoice_number_length CHECK (length(invoice_number) <= 40),
    CONSTRAINT ck_tickets_invoice_number_no_nul CHECK (instr(invoice_number, char(0)) = 0),
    CONSTRAINT ck_tickets_waived_at_utc CHECK (waived_at IS NULL OR (waived_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(waived_at) IS NOT NULL)),
    CONSTRAINT ck_tickets_waive_reason_length CHECK (length(waive_reason) <= 20000),
    CONSTRAINT ck_tickets_waive_reason_no_nul CHECK (instr(waive_reason, char(0)) = 0),
    CONSTRAINT ck_tickets_slip_returned_at_utc CHECK (slip_returned_at IS NULL OR (slip_returned_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(slip_returned_at) IS NOT NULL)),
    CONSTRAINT ck_tickets_must_complete_flag CHECK (must_complete IN (0, 1)),
    CONSTRAINT ck_tickets_imported_closed_flag CHECK (imported_closed IN (0, 1)),
    CONSTRAINT ck_tickets_severity_known CHECK (severity IN ('serious', 'ordinary', 'minor')),
    CONSTRAINT ck_tickets_channel_known CHECK (channel IN ('phone', 'walk_in', 'staff', 'visit', 'forum', 'email', 'fax', 'suggestion_box', 'mini_programme', 'import')),
    CONSTRAINT ck_tickets_detail_length CHECK (length(detail) <= 20000),
    CONSTRAINT ck_tickets_detail_no_nul CHECK (instr(detail, char(0)) = 0),
    CONSTRAINT ck_tickets_wish_length CHECK (length(wish) <= 20000),
    CONSTRAINT ck_tickets_wish_no_nul CHECK (instr(wish, char(0)) = 0),
    CONSTRAINT ck_tickets_place_length CHECK (length(place) <= 200),
    CONSTRAINT ck_tickets_place_no_nul CHECK (instr(place, char(0)) = 0),
    CONSTRAINT ck_tickets_reporter_name_length CHECK (length(reporter_name) <= 60),
    CONSTRAINT ck_tickets_reporter_name_no_nul CHECK (instr(reporter_name, char(0)) = 0),
    CONSTRAINT ck_tickets_reporter_phone_length CHECK (length(reporter_phone) <= 200),
    CONSTRAINT ck_tickets_reporter_phone_no_nul CHECK (instr(reporter_phone, char(0)) = 0),
    CONSTRAINT ck_tickets_reporter_phone_digest_length CHECK (length(reporter_phone_digest) <= 40),
    CONSTRAINT ck_tickets_reporter_phone_digest_no_nul CHECK (instr(reporter_phone_digest, char(0)) = 0),
    CONSTRAINT ck_tickets_reporter_phone_tail_digest_length CHECK (length(reporter_phone_tail_digest) <= 40),
    CONSTRAINT ck_tickets_reporter_phone_tail_digest_no_nul CHECK (instr(reporter_phone_tail_digest, char(0)) = 0),
    CONSTRAINT ck_tickets_reporter_department_length CHECK (length(reporter_department) <= 60),
    CONSTRAINT ck_tickets_reporter_department_no_nul CHECK (instr(reporter_department, char(0)) = 0),
    CONSTRAINT ck_tickets_read_back_flag CHECK (read_back IN (0, 1)),
    CONSTRAINT ck_tickets_heard_at_utc CHECK (heard_at IS NULL OR (heard_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(heard_at) IS NOT NULL)),
    CONSTRAINT ck_tickets_registered_at_utc CHECK (registered_at IS NULL OR (registered_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(registered_at) IS NOT NULL)),
    CONSTRAINT ck_tickets_promised_at_utc CHECK (promised_at IS NULL OR (promised_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(promised_at) IS NOT NULL)),
    CONSTRAINT ck_tickets_due_at_utc CHECK (due_at IS NULL OR (due_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(due_at) IS NOT NULL)),
    CONSTRAINT ck_tickets_cancelled_at_utc CHECK (cancelled_at IS NULL OR (cancelled_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(cancelled_at) IS NOT NULL)),
    CONSTRAINT ck_tickets_cancel_reason_length CHECK (length(cancel_reason) <= 20000),
    CONSTRAINT ck_tickets_cancel_reason_no_nul CHECK (instr(cancel_reason, char(0)) = 0),
    CONSTRAINT ck_tickets_source_length CHECK (length(source) <= 40),
    CONSTRAINT ck_tickets_source_no_nul CHECK (instr(source, char(0)) = 0),
    CONSTRAINT ck_tickets_source_key_length CHECK (length(source_key) <= 80),
    CONSTRAINT ck_tickets_source_key_no_nul CHECK (instr(source_key, char(0)) = 0),
    CONSTRAINT ck_tickets_match_key_length CHECK (length(match_key) <= 64),
    CONSTRAINT ck_tickets_match_key_no_nul CHECK (instr(match_key, char(0)) = 0),
    CONSTRAINT ck_tickets_source_digest_length CHECK (length(source_digest) <= 64),
    CONSTRAINT ck_tickets_source_digest_no_nul CHECK (instr(source_digest, char(0)) = 0),
    CONSTRAINT ck_tickets_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_tickets_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_tickets_assignee_id ON tickets (assignee_id);

CREATE INDEX ix_tickets_complaint_id ON tickets (complaint_id);

CREATE INDEX ix_tickets_due ON tickets (estate_id, coalesce(due_at, '9999-12-30 00:00:00.000000'), id);

CREATE INDEX ix_tickets_estate_id_registered_at ON tickets (estate_id, registered_at, id);

CREATE INDEX ix_tickets_estate_id_status ON tickets (estate_id, status, id);

CREATE INDEX ix_tickets_match_key ON tickets (estate_id, match_key);

CREATE INDEX ix_tickets_open_due ON tickets (estate_id, coalesce(due_at, '9999-12-30 00:00:00.000000'), id) WHERE status IN ('received', 'dispatched', 'accepted', 'in_progress', 'waiting', 'done');

CREATE INDEX ix_tickets_previous_id ON tickets (previous_id) WHERE previous_id IS NOT NULL;

CREATE INDEX ix_tickets_reporter_phone_digest ON tickets (reporter_phone_digest);

CREATE INDEX ix_tickets_reporter_phone_tail_digest ON tickets (reporter_phone_tail_digest);

CREATE INDEX ix_tickets_resident_id ON tickets (resident_id);

CREATE INDEX ix_tickets_team_id ON tickets (estate_id, team_id, status);

CREATE INDEX ix_tickets_unit_id ON tickets (unit_id);

CREATE TABLE units (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    building TEXT,
    floor INTEGER,
    code TEXT NOT NULL,
    use TEXT DEFAULT 'home' NOT NULL,
    fee_status TEXT DEFAULT 'unknown' NOT NULL,
    butler_id INTEGER,
    handed_over_on TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT uq_units_estate_id_code UNIQUE (estate_id, code),
    CONSTRAINT uq_units_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_units_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_units_butler_id FOREIGN KEY(butler_id) REFERENCES staff (id),
    CONSTRAINT ck_units_building_length CHECK (length(building) <= 40),
    CONSTRAINT ck_units_building_no_nul CHECK (instr(building, char(0)) = 0),
    CONSTRAINT ck_units_code_length CHECK (length(code) <= 100),
    CONSTRAINT ck_units_code_no_nul CHECK (instr(code, char(0)) = 0),
    CONSTRAINT ck_units_use_known CHECK (use IN ('home', 'shop', 'place')),
    CONSTRAINT ck_units_fee_status_known CHECK (fee_status IN ('paid', 'owing', 'unknown')),
    CONSTRAINT ck_units_handed_over_on_date CHECK (date(handed_over_on) IS handed_over_on OR handed_over_on IS NULL),
    CONSTRAINT ck_units_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_units_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE TABLE visitor_passes (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    kind TEXT DEFAULT 'visitor' NOT NULL,
    number TEXT NOT NULL,
    code TEXT NOT NULL,
    holder_name TEXT NOT NULL,
    organisation TEXT,
    phone TEXT,
    phone_digest TEXT,
    phone_tail_digest TEXT,
    purpose TEXT,
    id_document TEXT,
    id_number TEXT,
    id_number_digest TEXT,
    identity_checked INTEGER DEFAULT '0' NOT NULL,
    id_copied INTEGER DEFAULT '0' NOT NULL,
    residence_paper_seen INTEGER DEFAULT '0' NOT NULL,
    permit_number TEXT,
    permit_until TEXT,
    host_unit_id INTEGER,
    host_asked INTEGER DEFAULT '0' NOT NULL,
    badge_number TEXT,
    safety_told INTEGER DEFAULT '0' NOT NULL,
    valid_from TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    issued_at TEXT NOT NULL,
    issued_by_id INTEGER NOT NULL,
    handed_in_at TEXT,
    revoked_at TEXT,
    revoke_reason TEXT,
    deposit_fen INTEGER DEFAULT '0' NOT NULL,
    card_fee_fen INTEGER DEFAULT '0' NOT NULL,
    deposit_refunded_at TEXT,
    inside INTEGER DEFAULT '0' NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT fk_visitor_passes_estate_id_host_unit_id FOREIGN KEY(estate_id, host_unit_id) REFERENCES units (estate_id, id),
    CONSTRAINT uq_visitor_passes_estate_id_number UNIQUE (estate_id, number),
    CONSTRAINT ck_visitor_passes_from_until CHECK (valid_from < valid_until),
    CONSTRAINT ck_visitor_passes_times_in_order CHECK ((handed_in_at IS NULL OR issued_at <= handed_in_at) AND (revoked_at IS NULL OR issued_at <= revoked_at)),
    CONSTRAINT ck_visitor_passes_within_permit CHECK (kind <> 'worker' OR (permit_until IS NOT NULL AND valid_until <= permit_until)),
    CONSTRAINT ck_visitor_passes_money_not_negative CHECK (deposit_fen >= 0 AND card_fee_fen >= 0),
    CONSTRAINT ck_visitor_passes_refund_after_end CHECK (deposit_refunded_at IS NULL OR handed_in_at IS NOT NULL OR revoked_at IS NOT NULL),
    CONSTRAINT uq_visitor_passes_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_visitor_passes_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT uq_visitor_passes_code UNIQUE (code),
    CONSTRAINT fk_visitor_passes_issued_by_id FOREIGN KEY(issued_by_id) REFERENCES staff (id),
    CONSTRAINT ck_visitor_passes_kind_known CHECK (kind IN ('visitor', 'temporary', 'worker')),
    CONSTRAINT ck_visitor_passes_number_length CHECK (length(number) <= 40),
    CONSTRAINT ck_visitor_passes_number_no_nul CHECK (instr(number, char(0)) = 0),
    CONSTRAINT ck_visitor_passes_code_length CHECK (length(code) <= 40),
    CONSTRAINT ck_visitor_passes_code_no_nul CHECK (instr(code, char(0)) = 0),
    CONSTRAINT ck_visitor_passes_holder_name_length CHECK (length(holder_name) <= 60),
    CONSTRAINT ck_visitor_passes_holder_name_no_nul CHECK (instr(holder_name, char(0)) = 0),
    CONSTRAINT ck_visitor_passes_organisation_length CHECK (length(organisation) <= 100),
    CONSTRAINT ck_visitor_passes_organisation_no_nul CHECK (instr(organisation, char(0)) = 0),
    CONSTRAINT ck_visitor_passes_phone_length CHECK (length(phone) <= 200),
    CONSTRAINT ck_visitor_passes_phone_no_nul CHECK (instr(phone, char(0)) = 0),
    CONSTRAINT ck_visitor_passes_phone_digest_length CHECK (length(phone_digest) <= 40),
    CONSTRAINT ck_visitor_passes_phone_digest_no_nul CHECK (instr(phone_digest, char(0)) = 0),
    CONSTRAINT ck_visitor_passes_phone_tail_digest_length CHECK (length(phone_tail_digest) <= 40),
    CONSTRAINT ck_visitor_passes_phone_tail_digest_no_nul CHECK (instr(phone_tail_digest, char(0)) = 0),
    CONSTRAINT ck_visitor_passes_purpose_length CHECK (length(purpose) <= 20000),
    CONSTRAINT ck_visitor_passes_purpose_no_nul CHECK (instr(purpose, char(0)) = 0),
    CONSTRAINT ck_visitor_passes_id_document_known CHECK (id_document IN ('id_card', 'passport', 'permit', 'other')),
    CONSTRAINT ck_visitor_passes_id_number_length CHECK (length(id_number) <= 300),
    CONSTRAINT ck_visitor_passes_id_number_no_nul CHECK (instr(id_number, char(0)) = 0),
    CONSTRAINT ck_visitor_passes_id_number_digest_length CHECK (length(id_number_digest) <= 40),
    CONSTRAINT ck_visitor_passes_id_number_digest_no_nul CHECK (instr(id_number_digest, char(0)) = 0),
    CONSTRAINT ck_visitor_passes_identity_checked_flag CHECK (identity_checked IN (0, 1)),
    CONSTRAINT ck_visitor_passes_id_copied_flag CHECK (id_copied IN (0, 1)),
    CONSTRAINT ck_visitor_passes_residence_paper_seen_flag CHECK (residence_paper_seen IN (0, 1)),
    CONSTRAINT ck_visitor_passes_permit_number_length CHECK (length(permit_number) <= 60),
    CONSTRAINT ck_visitor_passes_permit_number_no_nul CHECK (instr(permit_number, char(0)) = 0),
    CONSTRAINT ck_visitor_passes_permit_until_utc CHECK (permit_until IS NULL OR (permit_until GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(permit_until) IS NOT NULL)),
    CONSTRAINT ck_visitor_passes_host_asked_flag CHECK (host_asked IN (0, 1)),
    CONSTRAINT ck_visitor_passes_badge_number_length CHECK (length(badge_number) <= 40),
    CONSTRAINT ck_visitor_passes_badge_number_no_nul CHECK (instr(badge_number, char(0)) = 0),
    CONSTRAINT ck_visitor_passes_safety_told_flag CHECK (safety_told IN (0, 1)),
    CONSTRAINT ck_visitor_passes_valid_from_utc CHECK (valid_from IS NULL OR (valid_from GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(valid_from) IS NOT NULL)),
    CONSTRAINT ck_visitor_passes_valid_until_utc CHECK (valid_until IS NULL OR (valid_until GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(valid_until) IS NOT NULL)),
    CONSTRAINT ck_visitor_passes_issued_at_utc CHECK (issued_at IS NULL OR (issued_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(issued_at) IS NOT NULL)),
    CONSTRAINT ck_visitor_passes_handed_in_at_utc CHECK (handed_in_at IS NULL OR (handed_in_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(handed_in_at) IS NOT NULL)),
    CONSTRAINT ck_visitor_passes_revoked_at_utc CHECK (revoked_at IS NULL OR (revoked_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(revoked_at) IS NOT NULL)),
    CONSTRAINT ck_visitor_passes_revoke_reason_length CHECK (length(revoke_reason) <= 20000),
    CONSTRAINT ck_visitor_passes_revoke_reason_no_nul CHECK (instr(revoke_reason, char(0)) = 0),
    CONSTRAINT ck_visitor_passes_deposit_refunded_at_utc CHECK (deposit_refunded_at IS NULL OR (deposit_refunded_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(deposit_refunded_at) IS NOT NULL)),
    CONSTRAINT ck_visitor_passes_inside_flag CHECK (inside IN (0, 1)),
    CONSTRAINT ck_visitor_passes_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_visitor_passes_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE INDEX ix_visitor_passes_deposit ON visitor_passes (estate_id) WHERE deposit_fen > 0 AND deposit_refunded_at IS NULL;

CREATE INDEX ix_visitor_passes_estate_id_issued_at ON visitor_passes (estate_id, issued_at, id);

CREATE INDEX ix_visitor_passes_estate_id_valid_until ON visitor_passes (estate_id, valid_until, id);

CREATE INDEX ix_visitor_passes_host_unit_id ON visitor_passes (host_unit_id);

CREATE INDEX ix_visitor_passes_out ON visitor_passes (estate_id, valid_until) WHERE handed_in_at IS NULL AND revoked_at IS NULL;

CREATE INDEX ix_visitor_passes_phone_digest ON visitor_passes (phone_digest);

CREATE INDEX ix_visitor_passes_phone_tail_digest ON visitor_passes (phone_tail_digest);

CREATE TABLE working_hours (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    weekday INTEGER NOT NULL,
    start_minute INTEGER NOT NULL,
    end_minute INTEGER NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT uq_working_hours_estate_id_weekday_start_minute UNIQUE (estate_id, weekday, start_minute),
    CONSTRAINT ck_working_hours_weekday_range CHECK (weekday BETWEEN 0 AND 6),
    CONSTRAINT ck_working_hours_interval CHECK (0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440),
    CONSTRAINT uq_working_hours_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_working_hours_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_working_hours_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_working_hours_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;

CREATE TABLE search_places (n INTEGER PRIMARY KEY) STRICT;

INSERT INTO search_places (n) WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 4000) SELECT n FROM c;

CREATE VIRTUAL TABLE tickets_search USING fts5(tokens, content='', columnsize=0, detail=none, tokenize='unicode61 remove_diacritics 0');

CREATE VIRTUAL TABLE complaints_search USING fts5(tokens, content='', columnsize=0, detail=none, tokenize='unicode61 remove_diacritics 0');

CREATE VIRTUAL TABLE residents_search USING fts5(tokens, content='', columnsize=0, detail=none, tokenize='unicode61 remove_diacritics 0');

CREATE VIRTUAL TABLE units_search USING fts5(tokens, content='', columnsize=0, detail=none, tokenize='unicode61 remove_diacritics 0');

CREATE VIRTUAL TABLE keys_search USING fts5(tokens, content='', columnsize=0, detail=none, tokenize='unicode61 remove_diacritics 0');

CREATE VIRTUAL TABLE key_loans_search USING fts5(tokens, content='', columnsize=0, detail=none, tokenize='unicode61 remove_diacritics 0');

CREATE VIRTUAL TABLE key_approvals_search USING fts5(tokens, content='', columnsize=0, detail=none, tokenize='unicode61 remove_diacritics 0');

CREATE VIRTUAL TABLE visitor_passes_search USING fts5(tokens, content='', columnsize=0, detail=none, tokenize='unicode61 remove_diacritics 0');
