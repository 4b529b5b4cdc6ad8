-- Reports of one cause are one incident; jobs go to outside parties, submissions to authorities.

-- SQLite adds no key of two columns to a table that is there: the table is made anew. Foreign keys are off meanwhile;
-- without this pragma the references of other tables would follow the old one.
PRAGMA legacy_alter_table = ON;

ALTER TABLE tickets RENAME TO tickets_before;

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
    incident_id INTEGER,
    outside_party TEXT,
    outside_contact TEXT,
    outside_phone TEXT,
    outside_at TEXT,
    outside_done_at TEXT,
    submitted_to TEXT,
    submission TEXT,
    submitted_at TEXT,
    submitted_by_id INTEGER,
    authority_answer TEXT,
    authority_answered_at TEXT,
    severity TEXT DEFAULT 'ordinary' NOT NULL,
    channel TEXT DEFAULT 'phone' NOT NULL,
    detail TEXT,
    wish TEXT,
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
    beyond_limit_by INTEGER,
    cancelled_at TEXT,
    cancel_reason TEXT,
    source TEXT,
    source_key TEXT,
    match_key TEXT,
    source_digest TEXT,
    repeats INTEGER DEFAULT '0' NOT NULL,
    desk_owner_id INTEGER,
    assignee_id INTEGER,
    follower_id INTEGER,
    unit_id INTEGER,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT fk_tickets_estate_id_category_id FOREIGN KEY(estate_id, category_id) REFERENCES categories (estate_id, id),
    CONSTRAINT fk_tickets_estate_id_complaint_id FOREIGN KEY(estate_id, complaint_id) REFERENCES complaints (estate_id, id),
    CONSTRAINT fk_tickets_estate_id_previous_id FOREIGN KEY(estate_id, previous_id) REFERENCES tickets (estate_id, id),
    CONSTRAINT fk_tickets_estate_id_incident_id FOREIGN KEY(estate_id, incident_id) REFERENCES tickets (estate_id, id),
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
    CONSTRAINT ck_tickets_outside_party_since CHECK ((outside_party IS NULL) = (outside_at IS NULL)),
    CONSTRAINT ck_tickets_outside_done_after CHECK (outside_done_at IS NULL OR outside_at <= outside_done_at),
    CONSTRAINT ck_tickets_submission_whole CHECK ((submission IS NULL) = (submitted_at IS NULL) AND (submission IS NULL) = (submitted_to IS NULL) AND (submission IS NULL) = (submitted_by_id IS NULL)),
    CONSTRAINT ck_tickets_answer_of_submission CHECK ((authority_answer IS NULL) = (authority_answered_at IS NULL) AND (authority_answered_at IS NULL OR submitted_at <= authority_answered_at)),
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
    CONSTRAINT fk_tickets_submitted_by_id FOREIGN KEY(submitted_by_id) REFERENCES staff (id),
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
    CONSTRAINT ck_tickets_outside_party_length CHECK (length(outside_party) <= 80),
    CONSTRAINT ck_tickets_outside_party_no_nul CHECK (instr(outside_party, char(0)) = 0),
    CONSTRAINT ck_tickets_outside_contact_length CHECK (length(outside_contact) <= 60),
    CONSTRAINT ck_tickets_outside_contact_no_nul CHECK (instr(outside_contact, char(0)) = 0),
    CONSTRAINT ck_tickets_outside_phone_length CHECK (length(outside_phone) <= 200),
    CONSTRAINT ck_tickets_outside_phone_no_nul CHECK (instr(outside_phone, char(0)) = 0),
    CONSTRAINT ck_tickets_outside_at_utc CHECK (outside_at IS NULL OR (outside_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(outside_at) IS NOT NULL)),
    CONSTRAINT ck_tickets_outside_done_at_utc CHECK (outside_done_at IS NULL OR (outside_done_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(outside_done_at) IS NOT NULL)),
    CONSTRAINT ck_tickets_submitted_to_length CHECK (length(submitted_to) <= 80),
    CONSTRAINT ck_tickets_submitted_to_no_nul CHECK (instr(submitted_to, char(0)) = 0),
    CONSTRAINT ck_tickets_submission_length CHECK (length(submission) <= 20000),
    CONSTRAINT ck_tickets_submission_no_nul CHECK (instr(submission, char(0)) = 0),
    CONSTRAINT ck_tickets_submitted_at_utc CHECK (submitted_at IS NULL OR (submitted_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(submitted_at) IS NOT NULL)),
    CONSTRAINT ck_tickets_authority_answer_length CHECK (length(authority_answer) <= 20000),
    CONSTRAINT ck_tickets_authority_answer_no_nul CHECK (instr(authority_answer, char(0)) = 0),
    CONSTRAINT ck_tickets_authority_answered_at_utc CHECK (authority_answered_at IS NULL OR (authority_answered_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(authority_answered_at) IS NOT NULL)),
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

INSERT INTO tickets (id, estate_id, number, kind, status, summary, category_id, complaint_id, previous_id, visit_from, visit_until, dispatched_at, accepted_at, arrived_at, finished_at, closed_at, closed_by_id, slip_taken_by_id, waiting_reason, waiting_from, waiting_note, cancel_kind, result, acceptance, acceptance_reason, charge_fen, charge_agreed_at, settled_at, invoice_number, waived_at, waive_reason, slip_returned_at, slip_returned_to_id, must_complete, imported_closed, severity, channel, detail, wish, place, resident_id, reporter_name, reporter_phone, reporter_phone_digest, reporter_phone_tail_digest, reporter_department, read_back, team_id, heard_at, registered_at, promised_at, due_at, beyond_limit_by, cancelled_at, cancel_reason, source, source_key, match_key, source_digest, repeats, desk_owner_id, assignee_id, follower_id, unit_id, created_at, updated_at, version)
SELECT id, estate_id, number, kind, status, summary, category_id, complaint_id, previous_id, visit_from, visit_until, dispatched_at, accepted_at, arrived_at, finished_at, closed_at, closed_by_id, slip_taken_by_id, waiting_reason, waiting_from, waiting_note, cancel_kind, result, acceptance, acceptance_reason, charge_fen, charge_agreed_at, settled_at, invoice_number, waived_at, waive_reason, slip_returned_at, slip_returned_to_id, must_complete, imported_closed, severity, channel, detail, wish, place, resident_id, reporter_name, reporter_phone, reporter_phone_digest, reporter_phone_tail_digest, reporter_department, read_back, team_id, heard_at, registered_at, promised_at, due_at, beyond_limit_by, cancelled_at, cancel_reason, source, source_key, match_key, source_digest, repeats, desk_owner_id, assignee_id, follower_id, unit_id, created_at, updated_at, version FROM tickets_before;

-- Numbers that were given are not given again.
INSERT INTO sqlite_sequence (name, seq) SELECT 'tickets', 0
WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'tickets');

UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'tickets_before'), 0))
WHERE name = 'tickets';

DROP TABLE tickets_before;

CREATE INDEX ix_tickets_assignee_id ON tickets (assignee_id);

CREATE INDEX ix_tickets_complaint_id ON tickets (complaint_id);

CREATE INDEX ix_tickets_due ON tickets (estate_id, coalesce(due_at, '9999-12-30 00:00:00.000000'), id);

CREATE INDEX ix_tickets_estate_id_registered_at ON tickets (estate_id, registered_at, id);

CREATE INDEX ix_tickets_estate_id_status ON tickets (estate_id, status, id);

CREATE INDEX ix_tickets_incident_id ON tickets (incident_id) WHERE incident_id IS NOT NULL;

CREATE INDEX ix_tickets_match_key ON tickets (estate_id, match_key);

CREATE INDEX ix_tickets_open_due ON tickets (estate_id, coalesce(due_at, '9999-12-30 00:00:00.000000'), id) WHERE status IN ('received', 'dispatched', 'accepted', 'in_progress', 'waiting', 'done');

CREATE INDEX ix_tickets_open_registered_at ON tickets (estate_id, registered_at, id) WHERE status IN ('received', 'dispatched', 'accepted', 'in_progress', 'waiting', 'done');

CREATE INDEX ix_tickets_previous_id ON tickets (previous_id) WHERE previous_id IS NOT NULL;

CREATE INDEX ix_tickets_reporter_phone_digest ON tickets (reporter_phone_digest);

CREATE INDEX ix_tickets_reporter_phone_tail_digest ON tickets (reporter_phone_tail_digest);

CREATE INDEX ix_tickets_resident_id ON tickets (resident_id);

CREATE INDEX ix_tickets_team_id ON tickets (estate_id, team_id, status);

CREATE INDEX ix_tickets_unit_id ON tickets (unit_id);

PRAGMA legacy_alter_table = OFF;
