-- Written by `python -m models.migrations.snapshot`; frozen from the first release on.

CREATE TABLE audit_findings (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    rule TEXT NOT NULL,
    register TEXT NOT NULL,
    record_id BIGINT NOT NULL,
    clock TEXT DEFAULT '' NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    opened_on DATE NOT NULL,
    ended_on DATE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_audit_findings PRIMARY KEY (id),
    CONSTRAINT ck_audit_findings_opened_ended CHECK (ended_on IS NULL OR opened_on <= ended_on),
    CONSTRAINT uq_audit_findings_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_audit_findings_kind_known CHECK (kind IN ('received_today', 'still_open', 'past_clock', 'no_formal_record', 'no_follow_up', 'key_not_back', 'pass_not_handed_in', 'deposit_not_refunded', 'missing_fields', 'late_registered', 'owner_gone')),
    CONSTRAINT ck_audit_findings_rule_length CHECK (length(rule) <= 20),
    CONSTRAINT ck_audit_findings_register_length CHECK (length(register) <= 40),
    CONSTRAINT ck_audit_findings_clock_length CHECK (length(clock) <= 40)
);

CREATE INDEX ix_audit_findings_record ON audit_findings (register, record_id);

CREATE UNIQUE INDEX uq_audit_findings_open ON audit_findings (estate_id, kind, rule, register, record_id, clock) WHERE ended_on IS NULL;

CREATE TABLE audit_lines (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    finding_id BIGINT NOT NULL,
    number TEXT NOT NULL,
    owner_id BIGINT,
    overdue BOOLEAN DEFAULT '0' NOT NULL,
    facts TEXT NOT NULL,
    note TEXT,
    noted_by_id BIGINT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_audit_lines PRIMARY KEY (id),
    CONSTRAINT uq_audit_lines_run_id_finding_id UNIQUE (run_id, finding_id),
    CONSTRAINT uq_audit_lines_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_audit_lines_number_length CHECK (length(number) <= 60),
    CONSTRAINT ck_audit_lines_note_length CHECK (length(note) <= 20000)
);

CREATE TABLE audit_runs (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    day DATE NOT NULL,
    ran_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ran_by_id BIGINT NOT NULL,
    counts TEXT NOT NULL,
    signed_off_at TIMESTAMP WITH TIME ZONE,
    signed_off_by_id BIGINT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_audit_runs PRIMARY KEY (id),
    CONSTRAINT uq_audit_runs_estate_id_day UNIQUE (estate_id, day),
    CONSTRAINT ck_audit_runs_signed_off CHECK ((signed_off_at IS NULL) = (signed_off_by_id IS NULL)),
    CONSTRAINT uq_audit_runs_estate_id_id UNIQUE (estate_id, id)
);

CREATE TABLE bulk_items (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    number TEXT NOT NULL,
    version_seen INTEGER NOT NULL,
    outcome TEXT DEFAULT 'pending' NOT NULL,
    rule TEXT,
    reason TEXT,
    version_after INTEGER,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_bulk_items PRIMARY KEY (id),
    CONSTRAINT uq_bulk_items_run_id_record_id UNIQUE (run_id, record_id),
    CONSTRAINT uq_bulk_items_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_bulk_items_number_length CHECK (length(number) <= 60),
    CONSTRAINT ck_bulk_items_outcome_known CHECK (outcome IN ('pending', 'done', 'refused', 'changed')),
    CONSTRAINT ck_bulk_items_rule_length CHECK (length(rule) <= 20)
);

CREATE INDEX ix_bulk_items_run_id_outcome ON bulk_items (run_id, outcome, id);

CREATE TABLE bulk_runs (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    actor_id BIGINT NOT NULL,
    register TEXT NOT NULL,
    verb TEXT NOT NULL,
    arguments TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    state TEXT DEFAULT 'previewed' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_bulk_runs PRIMARY KEY (id),
    CONSTRAINT uq_bulk_runs_actor_id_idempotency_key UNIQUE (actor_id, idempotency_key),
    CONSTRAINT uq_bulk_runs_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_bulk_runs_register_length CHECK (length(register) <= 60),
    CONSTRAINT ck_bulk_runs_verb_length CHECK (length(verb) <= 60),
    CONSTRAINT ck_bulk_runs_idempotency_key_length CHECK (length(idempotency_key) <= 64),
    CONSTRAINT ck_bulk_runs_state_known CHECK (state IN ('previewed', 'running', 'finished'))
);

CREATE TABLE calendar_days (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    day DATE NOT NULL,
    kind TEXT NOT NULL,
    name TEXT,
    start_minute INTEGER,
    end_minute INTEGER,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_calendar_days PRIMARY KEY (id),
    CONSTRAINT uq_calendar_days_estate_id_day UNIQUE (estate_id, day),
    CONSTRAINT ck_calendar_days_interval CHECK ((start_minute IS NULL) = (end_minute IS NULL) AND (start_minute IS NULL OR (kind = 'working' AND 0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440))),
    CONSTRAINT uq_calendar_days_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_calendar_days_kind_known CHECK (kind IN ('off', 'working')),
    CONSTRAINT ck_calendar_days_name_length CHECK (length(name) <= 60)
);

CREATE INDEX ix_calendar_days_day ON calendar_days (day);

CREATE TABLE categories (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    register TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    team_id BIGINT,
    enabled BOOLEAN DEFAULT '1' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_categories PRIMARY KEY (id),
    CONSTRAINT uq_categories_estate_id_register_code UNIQUE (estate_id, register, code),
    CONSTRAINT uq_categories_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_categories_register_known CHECK (register IN ('tickets', 'complaints')),
    CONSTRAINT ck_categories_code_length CHECK (length(code) <= 40),
    CONSTRAINT ck_categories_name_length CHECK (length(name) <= 60)
);

CREATE TABLE clock_runs (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    clock_id BIGINT NOT NULL,
    follow_up_id BIGINT,
    permit_id BIGINT,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    paused_at TIMESTAMP WITH TIME ZONE,
    paused_minutes INTEGER DEFAULT '0' NOT NULL,
    met_at TIMESTAMP WITH TIME ZONE,
    cancelled_at TIMESTAMP WITH TIME ZONE,
    ticket_id BIGINT,
    complaint_id BIGINT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_clock_runs PRIMARY KEY (id),
    CONSTRAINT ck_clock_runs_one_record CHECK ((CASE WHEN ticket_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN complaint_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN follow_up_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN permit_id IS NULL THEN 0 ELSE 1 END) = 1),
    CONSTRAINT ck_clock_runs_times_in_order CHECK (started_at <= due_at),
    CONSTRAINT ck_clock_runs_met_or_cancelled CHECK (met_at IS NULL OR cancelled_at IS NULL),
    CONSTRAINT uq_clock_runs_estate_id_id UNIQUE (estate_id, id)
);

CREATE INDEX ix_clock_runs_complaint_id ON clock_runs (complaint_id);

CREATE INDEX ix_clock_runs_follow_up_id ON clock_runs (follow_up_id);

CREATE INDEX ix_clock_runs_ticket_id ON clock_runs (ticket_id);

CREATE INDEX ix_clock_runs_unmet ON clock_runs (estate_id, due_at) WHERE met_at IS NULL AND cancelled_at IS NULL;

CREATE TABLE clocks (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    rule TEXT NOT NULL,
    start_event TEXT NOT NULL,
    stop_event TEXT NOT NULL,
    minutes INTEGER NOT NULL,
    calendar TEXT NOT NULL,
    enabled BOOLEAN DEFAULT '1' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_clocks PRIMARY KEY (id),
    CONSTRAINT uq_clocks_estate_id_code UNIQUE (estate_id, code),
    CONSTRAINT ck_clocks_minutes_range CHECK (minutes BETWEEN 0 AND 525600),
    CONSTRAINT uq_clocks_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_clocks_code_length CHECK (length(code) <= 40),
    CONSTRAINT ck_clocks_rule_length CHECK (length(rule) <= 20),
    CONSTRAINT ck_clocks_start_event_length CHECK (length(start_event) <= 60),
    CONSTRAINT ck_clocks_stop_event_length CHECK (length(stop_event) <= 60),
    CONSTRAINT ck_clocks_calendar_known CHECK (calendar IN ('always', 'working', 'same_day'))
);

CREATE TABLE comments (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    author_id BIGINT NOT NULL,
    kind TEXT DEFAULT 'note' NOT NULL,
    body TEXT NOT NULL,
    ticket_id BIGINT,
    complaint_id BIGINT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_comments PRIMARY KEY (id),
    CONSTRAINT ck_comments_one_matter CHECK ((ticket_id IS NULL) <> (complaint_id IS NULL)),
    CONSTRAINT uq_comments_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_comments_kind_known CHECK (kind IN ('note', 'chase', 'reply', 'escalation')),
    CONSTRAINT ck_comments_body_length CHECK (length(body) <= 20000)
);

CREATE INDEX ix_comments_complaint_id ON comments (complaint_id);

CREATE INDEX ix_comments_ticket_id ON comments (ticket_id);

CREATE TABLE complaints (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    number TEXT NOT NULL,
    category TEXT NOT NULL,
    status TEXT DEFAULT 'registered' NOT NULL,
    summary TEXT NOT NULL,
    nature TEXT,
    nature_reason TEXT,
    identity_checked BOOLEAN DEFAULT '0' NOT NULL,
    anonymous BOOLEAN DEFAULT '0' NOT NULL,
    previous_id BIGINT,
    head_told_id BIGINT,
    assigned_at TIMESTAMP WITH TIME ZONE,
    proposal TEXT,
    agreed_at TIMESTAMP WITH TIME ZONE,
    carried_out_at TIMESTAMP WITH TIME ZONE,
    result TEXT,
    slip_complete BOOLEAN DEFAULT '0' NOT NULL,
    slip_signed_by_id BIGINT,
    slip_returned_at TIMESTAMP WITH TIME ZONE,
    formal_record_at TIMESTAMP WITH TIME ZONE,
    cause TEXT,
    measures TEXT,
    measures_due_at TIMESTAMP WITH TIME ZONE,
    measures_by_id BIGINT,
    archived_at TIMESTAMP WITH TIME ZONE,
    archived_by_id BIGINT,
    imported_closed BOOLEAN DEFAULT '0' NOT NULL,
    severity TEXT DEFAULT 'ordinary' NOT NULL,
    channel TEXT DEFAULT 'phone' NOT NULL,
    detail TEXT,
    wish TEXT,
    unit_id BIGINT,
    place TEXT,
    resident_id BIGINT,
    reporter_name TEXT,
    reporter_phone TEXT,
    reporter_phone_digest TEXT,
    reporter_phone_tail_digest TEXT,
    reporter_department TEXT,
    read_back BOOLEAN DEFAULT '0' NOT NULL,
    team_id BIGINT,
    heard_at TIMESTAMP WITH TIME ZONE NOT NULL,
    registered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    promised_at TIMESTAMP WITH TIME ZONE,
    due_at TIMESTAMP WITH TIME ZONE,
    cancelled_at TIMESTAMP WITH TIME ZONE,
    cancel_reason TEXT,
    source TEXT,
    source_key TEXT,
    match_key TEXT,
    source_digest TEXT,
    repeats INTEGER DEFAULT '0' NOT NULL,
    desk_owner_id BIGINT NOT NULL,
    assignee_id BIGINT,
    follower_id BIGINT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_complaints PRIMARY KEY (id),
    CONSTRAINT ck_complaints_archived_is_complete CHECK (status <> 'archived' OR (result IS NOT NULL AND length(trim(result)) > 0 AND archived_at IS NOT NULL AND archived_by_id IS NOT NULL)),
    CONSTRAINT ck_complaints_archived_at_only_when_archived CHECK (archived_at IS NULL OR status = 'archived'),
    CONSTRAINT ck_complaints_cancelled_at CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL)),
    CONSTRAINT ck_complaints_times_in_order CHECK (heard_at <= registered_at AND (assigned_at IS NULL OR registered_at <= assigned_at) AND (carried_out_at IS NULL OR registered_at <= carried_out_at) AND (archived_at IS NULL OR (registered_at <= archived_at AND (carried_out_at IS NULL OR carried_out_at <= archived_at)))),
    CONSTRAINT ck_complaints_formal_record_is_complete CHECK (NOT (formal_record_at IS NOT NULL AND (cause IS NULL OR measures IS NULL OR measures_due_at IS NULL OR measures_by_id IS NULL))),
    CONSTRAINT ck_complaints_previous_is_another CHECK (previous_id IS NULL OR previous_id <> id),
    CONSTRAINT uq_complaints_estate_id_number UNIQUE (estate_id, number),
    CONSTRAINT uq_complaints_estate_id_source_source_key UNIQUE (estate_id, source, source_key),
    CONSTRAINT ck_complaints_source_and_key CHECK ((source IS NULL) = (source_key IS NULL)),
    CONSTRAINT ck_complaints_summary_present CHECK (length(trim(summary)) > 0),
    CONSTRAINT uq_complaints_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_complaints_number_length CHECK (length(number) <= 40),
    CONSTRAINT ck_complaints_category_known CHECK (category IN ('house_fabric', 'equipment', 'safety_and_order', 'environment', 'general_service', 'neighbour_dispute', 'developer_related', 'other')),
    CONSTRAINT ck_complaints_status_known CHECK (status IN ('registered', 'assigned', 'investigating', 'proposal', 'negotiating', 'agreed', 'carried_out', 'followed_up', 'archived', 'cancelled')),
    CONSTRAINT ck_complaints_summary_length CHECK (length(summary) <= 200),
    CONSTRAINT ck_complaints_nature_known CHECK (nature IN ('valid', 'help', 'enquiry', 'venting')),
    CONSTRAINT ck_complaints_nature_reason_length CHECK (length(nature_reason) <= 20000),
    CONSTRAINT ck_complaints_proposal_length CHECK (length(proposal) <= 20000),
    CONSTRAINT ck_complaints_result_length CHECK (length(result) <= 20000),
    CONSTRAINT ck_complaints_cause_length CHECK (length(cause) <= 20000),
    CONSTRAINT ck_complaints_measures_length CHECK (length(measures) <= 20000),
    CONSTRAINT ck_complaints_severity_known CHECK (severity IN ('serious', 'ordinary', 'minor')),
    CONSTRAINT ck_complaints_channel_known CHECK (channel IN ('phone', 'walk_in', 'staff', 'visit', 'forum', 'email', 'fax', 'suggestion_box', 'mini_programme', 'import')),
    CONSTRAINT ck_complaints_detail_length CHECK (length(detail) <= 20000),
    CONSTRAINT ck_complaints_wish_length CHECK (length(wish) <= 20000),
    CONSTRAINT ck_complaints_place_length CHECK (length(place) <= 200),
    CONSTRAINT ck_complaints_reporter_name_length CHECK (length(reporter_name) <= 60),
    CONSTRAINT ck_complaints_reporter_phone_length CHECK (length(reporter_phone) <= 200),
    CONSTRAINT ck_complaints_reporter_phone_digest_length CHECK (length(reporter_phone_digest) <= 40),
    CONSTRAINT ck_complaints_reporter_phone_tail_digest_length CHECK (length(reporter_phone_tail_digest) <= 40),
    CONSTRAINT ck_complaints_reporter_department_length CHECK (length(reporter_department) <= 60),
    CONSTRAINT ck_complaints_cancel_reason_length CHECK (length(cancel_reason) <= 20000),
    CONSTRAINT ck_complaints_source_length CHECK (length(source) <= 40),
    CONSTRAINT ck_complaints_source_key_length CHECK (length(source_key) <= 80),
    CONSTRAINT ck_complaints_match_key_length CHECK (length(match_key) <= 64),
    CONSTRAINT ck_complaints_source_digest_length CHECK (length(source_digest) <= 64)
);

CREATE INDEX ix_complaints_assignee_id ON complaints (assignee_id);

CREATE INDEX ix_complaints_due ON complaints (estate_id, coalesce(due_at, TIMESTAMP WITH TIME ZONE '9999-12-30 00:00:00+00:00'), id);

CREATE INDEX ix_complaints_estate_id_registered_at ON complaints (estate_id, registered_at, id);

CREATE INDEX ix_complaints_estate_id_status ON complaints (estate_id, status, id);

CREATE INDEX ix_complaints_match_key ON complaints (estate_id, match_key);

CREATE INDEX ix_complaints_open_due ON complaints (estate_id, coalesce(due_at, TIMESTAMP WITH TIME ZONE '9999-12-30 00:00:00+00:00'), id) WHERE status IN ('registered', 'assigned', 'investigating', 'proposal', 'negotiating', 'agreed', 'carried_out', 'followed_up');

CREATE INDEX ix_complaints_previous_id ON complaints (previous_id);

CREATE INDEX ix_complaints_reporter_phone_digest ON complaints (reporter_phone_digest);

CREATE INDEX ix_complaints_reporter_phone_tail_digest ON complaints (reporter_phone_tail_digest);

CREATE INDEX ix_complaints_resident_id ON complaints (resident_id);

CREATE INDEX ix_complaints_unit_id ON complaints (unit_id);

CREATE TABLE database_mark (
    id BIGSERIAL NOT NULL,
    use TEXT NOT NULL,
    key_digest TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_database_mark PRIMARY KEY (id),
    CONSTRAINT ck_database_mark_only_one CHECK (id = 1),
    CONSTRAINT ck_database_mark_use_known CHECK (use IN ('demo', 'production')),
    CONSTRAINT ck_database_mark_key_digest_length CHECK (length(key_digest) <= 64)
);

CREATE TABLE estates (
    id BIGSERIAL NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    timezone TEXT DEFAULT 'Asia/Shanghai' NOT NULL,
    address TEXT,
    desk_phone TEXT,
    version INTEGER DEFAULT '1' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_estates PRIMARY KEY (id),
    CONSTRAINT uq_estates_code UNIQUE (code),
    CONSTRAINT ck_estates_code_length CHECK (length(code) <= 20),
    CONSTRAINT ck_estates_name_length CHECK (length(name) <= 100),
    CONSTRAINT ck_estates_timezone_length CHECK (length(timezone) <= 60),
    CONSTRAINT ck_estates_address_length CHECK (length(address) <= 200),
    CONSTRAINT ck_estates_desk_phone_length CHECK (length(desk_phone) <= 40)
);

CREATE TABLE event_heads (
    id BIGSERIAL NOT NULL,
    chain BIGINT NOT NULL,
    seal TEXT NOT NULL,
    length INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_event_heads PRIMARY KEY (id),
    CONSTRAINT uq_event_heads_chain UNIQUE (chain),
    CONSTRAINT ck_event_heads_seal_length CHECK (length(seal) <= 64)
);

CREATE TABLE event_seals (
    id BIGSERIAL NOT NULL,
    chain BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    seal TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_event_seals PRIMARY KEY (id),
    CONSTRAINT uq_event_seals_event_id UNIQUE (event_id),
    CONSTRAINT ck_event_seals_seal_length CHECK (length(seal) <= 64)
);

CREATE INDEX ix_event_seals_chain ON event_seals (chain, id);

CREATE TABLE events (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor_id BIGINT NOT NULL,
    role TEXT NOT NULL,
    session_id TEXT,
    address TEXT,
    verb TEXT NOT NULL,
    register TEXT NOT NULL,
    record_id BIGINT NOT NULL,
    record_version INTEGER,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    reason TEXT,
    rule TEXT,
    request_id TEXT,
    bulk_run_id BIGINT,
    outcome TEXT DEFAULT 'done' NOT NULL,
    source TEXT DEFAULT 'panel' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_events PRIMARY KEY (id),
    CONSTRAINT ck_events_role_length CHECK (length(role) <= 20),
    CONSTRAINT ck_events_session_id_length CHECK (length(session_id) <= 64),
    CONSTRAINT ck_events_address_length CHECK (length(address) <= 64),
    CONSTRAINT ck_events_verb_length CHECK (length(verb) <= 60),
    CONSTRAINT ck_events_register_length CHECK (length(register) <= 60),
    CONSTRAINT ck_events_reason_length CHECK (length(reason) <= 20000),
    CONSTRAINT ck_events_rule_length CHECK (length(rule) <= 20),
    CONSTRAINT ck_events_request_id_length CHECK (length(request_id) <= 64),
    CONSTRAINT ck_events_outcome_length CHECK (length(outcome) <= 20),
    CONSTRAINT ck_events_source_length CHECK (length(source) <= 20)
);

CREATE INDEX ix_events_actor_id ON events (actor_id, id);

CREATE INDEX ix_events_estate_id_at ON events (estate_id, at, id);

CREATE INDEX ix_events_register_record_id ON events (register, record_id, id);

CREATE TABLE follow_up_attempts (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    follow_up_id BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    made_by_id BIGINT NOT NULL,
    way TEXT NOT NULL,
    outcome TEXT NOT NULL,
    words TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_follow_up_attempts PRIMARY KEY (id),
    CONSTRAINT uq_follow_up_attempts_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_follow_up_attempts_way_known CHECK (way IN ('phone', 'email', 'sms', 'visit')),
    CONSTRAINT ck_follow_up_attempts_outcome_known CHECK (outcome IN ('satisfied', 'not_satisfied', 'not_reached')),
    CONSTRAINT ck_follow_up_attempts_words_length CHECK (length(words) <= 20000)
);

CREATE INDEX ix_follow_up_attempts_follow_up_id ON follow_up_attempts (follow_up_id);

CREATE TABLE follow_ups (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    status TEXT DEFAULT 'scheduled' NOT NULL,
    assignee_id BIGINT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    preferred_time TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    finished_by_id BIGINT,
    attempts INTEGER DEFAULT '0' NOT NULL,
    quality INTEGER,
    timeliness INTEGER,
    attitude INTEGER,
    words TEXT,
    ticket_id BIGINT,
    complaint_id BIGINT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_follow_ups PRIMARY KEY (id),
    CONSTRAINT ck_follow_ups_one_matter CHECK ((ticket_id IS NULL) <> (complaint_id IS NULL)),
    CONSTRAINT ck_follow_ups_finished_at CHECK ((status = 'scheduled') = (finished_at IS NULL)),
    CONSTRAINT ck_follow_ups_quality CHECK (quality IS NULL OR quality BETWEEN 1 AND 5),
    CONSTRAINT ck_follow_ups_timeliness CHECK (timeliness IS NULL OR timeliness BETWEEN 1 AND 5),
    CONSTRAINT ck_follow_ups_attitude CHECK (attitude IS NULL OR attitude BETWEEN 1 AND 5),
    CONSTRAINT uq_follow_ups_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_follow_ups_status_known CHECK (status IN ('scheduled', 'satisfied', 'not_satisfied', 'not_reached', 'cancelled')),
    CONSTRAINT ck_follow_ups_words_length CHECK (length(words) <= 20000)
);

CREATE INDEX ix_follow_ups_complaint_id ON follow_ups (complaint_id);

CREATE INDEX ix_follow_ups_estate_id_due_at ON follow_ups (estate_id, due_at, id);

CREATE INDEX ix_follow_ups_scheduled ON follow_ups (estate_id, due_at) WHERE status IN ('scheduled');

CREATE INDEX ix_follow_ups_ticket_id ON follow_ups (ticket_id);

CREATE UNIQUE INDEX uq_follow_ups_scheduled_complaint_id ON follow_ups (complaint_id) WHERE status IN ('scheduled');

CREATE UNIQUE INDEX uq_follow_ups_scheduled_ticket_id ON follow_ups (ticket_id) WHERE status IN ('scheduled');

CREATE TABLE import_chunks (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    content TEXT,
    refusals TEXT,
    done BOOLEAN DEFAULT '0' NOT NULL,
    imported INTEGER DEFAULT '0' NOT NULL,
    updated INTEGER DEFAULT '0' NOT NULL,
    unchanged INTEGER DEFAULT '0' NOT NULL,
    refused INTEGER DEFAULT '0' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_import_chunks PRIMARY KEY (id),
    CONSTRAINT uq_import_chunks_run_id_position UNIQUE (run_id, position),
    CONSTRAINT uq_import_chunks_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_import_chunks_content_length CHECK (length(content) <= 20000000),
    CONSTRAINT ck_import_chunks_refusals_length CHECK (length(refusals) <= 20000000)
);

CREATE INDEX ix_import_chunks_run_id_done ON import_chunks (run_id, done, position);

CREATE TABLE import_runs (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    actor_id BIGINT NOT NULL,
    register TEXT NOT NULL,
    file_name TEXT NOT NULL,
    sheet TEXT NOT NULL,
    header TEXT NOT NULL,
    columns TEXT NOT NULL,
    rows INTEGER NOT NULL,
    state TEXT DEFAULT 'uploaded' NOT NULL,
    idempotency_key TEXT NOT NULL,
    checked_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_import_runs PRIMARY KEY (id),
    CONSTRAINT uq_import_runs_actor_id_idempotency_key UNIQUE (actor_id, idempotency_key),
    CONSTRAINT uq_import_runs_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_import_runs_register_length CHECK (length(register) <= 60),
    CONSTRAINT ck_import_runs_file_name_length CHECK (length(file_name) <= 200),
    CONSTRAINT ck_import_runs_sheet_length CHECK (length(sheet) <= 100),
    CONSTRAINT ck_import_runs_header_length CHECK (length(header) <= 20000000),
    CONSTRAINT ck_import_runs_state_known CHECK (state IN ('uploaded', 'mapped', 'checked', 'running', 'finished')),
    CONSTRAINT ck_import_runs_idempotency_key_length CHECK (length(idempotency_key) <= 64)
);

CREATE TABLE key_approvals (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    key_id BIGINT NOT NULL,
    borrower_kind TEXT NOT NULL,
    borrower_name TEXT NOT NULL,
    borrower_staff_id BIGINT,
    purpose TEXT NOT NULL,
    requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
    requested_by_id BIGINT NOT NULL,
    status TEXT DEFAULT 'requested' NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE,
    decided_by_id BIGINT,
    decision_reason TEXT,
    due_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_key_approvals PRIMARY KEY (id),
    CONSTRAINT ck_key_approvals_decided CHECK (status = 'requested' OR (decided_at IS NOT NULL AND decided_by_id IS NOT NULL)),
    CONSTRAINT ck_key_approvals_not_by_borrower CHECK (decided_by_id IS NULL OR borrower_staff_id IS NULL OR decided_by_id <> borrower_staff_id),
    CONSTRAINT uq_key_approvals_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_key_approvals_borrower_kind_known CHECK (borrower_kind IN ('owner', 'developer_sales', 'staff', 'other')),
    CONSTRAINT ck_key_approvals_borrower_name_length CHECK (length(borrower_name) <= 60),
    CONSTRAINT ck_key_approvals_purpose_length CHECK (length(purpose) <= 20000),
    CONSTRAINT ck_key_approvals_status_known CHECK (status IN ('requested', 'approved', 'refused', 'used')),
    CONSTRAINT ck_key_approvals_decision_reason_length CHECK (length(decision_reason) <= 20000)
);

CREATE INDEX ix_key_approvals_key_id ON key_approvals (key_id);

CREATE TABLE key_loans (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    key_id BIGINT NOT NULL,
    borrower_kind TEXT NOT NULL,
    borrower_name TEXT NOT NULL,
    borrower_phone TEXT,
    borrower_resident_id BIGINT,
    borrower_staff_id BIGINT,
    identity_checked BOOLEAN DEFAULT '0' NOT NULL,
    signed BOOLEAN DEFAULT '0' NOT NULL,
    purpose TEXT,
    approval_id BIGINT,
    lent_at TIMESTAMP WITH TIME ZONE NOT NULL,
    lent_by_id BIGINT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    returned_at TIMESTAMP WITH TIME ZONE,
    returned_to_id BIGINT,
    lost_at TIMESTAMP WITH TIME ZONE,
    note TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_key_loans PRIMARY KEY (id),
    CONSTRAINT ck_key_loans_times_in_order CHECK (lent_at <= due_at AND (returned_at IS NULL OR lent_at <= returned_at) AND (lost_at IS NULL OR lent_at <= lost_at)),
    CONSTRAINT ck_key_loans_one_end CHECK (returned_at IS NULL OR lost_at IS NULL),
    CONSTRAINT uq_key_loans_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_key_loans_borrower_kind_known CHECK (borrower_kind IN ('owner', 'developer_sales', 'staff', 'other')),
    CONSTRAINT ck_key_loans_borrower_name_length CHECK (length(borrower_name) <= 60),
    CONSTRAINT ck_key_loans_borrower_phone_length CHECK (length(borrower_phone) <= 200),
    CONSTRAINT ck_key_loans_purpose_length CHECK (length(purpose) <= 20000),
    CONSTRAINT ck_key_loans_note_length CHECK (length(note) <= 20000)
);

CREATE INDEX ix_key_loans_estate_id_due_at ON key_loans (estate_id, due_at, id);

CREATE INDEX ix_key_loans_estate_id_lent_at ON key_loans (estate_id, lent_at, id);

CREATE INDEX ix_key_loans_key_id ON key_loans (key_id);

CREATE INDEX ix_key_loans_unended_due ON key_loans (estate_id, due_at) WHERE returned_at IS NULL AND lost_at IS NULL;

CREATE UNIQUE INDEX uq_key_loans_unended ON key_loans (key_id) WHERE returned_at IS NULL AND lost_at IS NULL;

CREATE TABLE keys (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    number TEXT NOT NULL,
    unit_id BIGINT,
    place TEXT,
    hook TEXT NOT NULL,
    seal TEXT,
    origin TEXT NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    lost_at TIMESTAMP WITH TIME ZONE,
    handed_back_at TIMESTAMP WITH TIME ZONE,
    handed_back_to TEXT,
    receipt_number TEXT,
    owner_told_at TIMESTAMP WITH TIME ZONE,
    note TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_keys PRIMARY KEY (id),
    CONSTRAINT uq_keys_estate_id_number UNIQUE (estate_id, number),
    CONSTRAINT ck_keys_unit_or_place CHECK (unit_id IS NOT NULL OR place IS NOT NULL),
    CONSTRAINT ck_keys_one_place CHECK (lost_at IS NULL OR handed_back_at IS NULL),
    CONSTRAINT ck_keys_handed_back_to CHECK (handed_back_at IS NULL OR handed_back_to IS NOT NULL),
    CONSTRAINT uq_keys_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_keys_number_length CHECK (length(number) <= 40),
    CONSTRAINT ck_keys_place_length CHECK (length(place) <= 100),
    CONSTRAINT ck_keys_hook_length CHECK (length(hook) <= 40),
    CONSTRAINT ck_keys_seal_length CHECK (length(seal) <= 40),
    CONSTRAINT ck_keys_origin_known CHECK (origin IN ('delivery', 'rectification', 'entrusted', 'common')),
    CONSTRAINT ck_keys_handed_back_to_length CHECK (length(handed_back_to) <= 60),
    CONSTRAINT ck_keys_receipt_number_length CHECK (length(receipt_number) <= 40),
    CONSTRAINT ck_keys_note_length CHECK (length(note) <= 20000)
);

CREATE INDEX ix_keys_unit_id ON keys (unit_id);

CREATE TABLE number_series (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    prefix TEXT NOT NULL,
    last INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_number_series PRIMARY KEY (id),
    CONSTRAINT uq_number_series_estate_id_prefix UNIQUE (estate_id, prefix),
    CONSTRAINT uq_number_series_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_number_series_prefix_length CHECK (length(prefix) <= 20)
);

CREATE TABLE occupancies (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    unit_id BIGINT NOT NULL,
    resident_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    from_on DATE NOT NULL,
    until_on DATE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_occupancies PRIMARY KEY (id),
    CONSTRAINT ck_occupancies_from_until CHECK (until_on IS NULL OR from_on <= until_on),
    CONSTRAINT uq_occupancies_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_occupancies_kind_known CHECK (kind IN ('owner', 'tenant', 'family'))
);

CREATE INDEX ix_occupancies_resident_id ON occupancies (resident_id);

CREATE INDEX ix_occupancies_unit_id ON occupancies (unit_id);

CREATE UNIQUE INDEX uq_occupancies_current ON occupancies (unit_id, resident_id, kind) WHERE until_on IS NULL;

CREATE TABLE pass_movements (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    pass_id BIGINT NOT NULL,
    direction TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    noted_by_id BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_pass_movements PRIMARY KEY (id),
    CONSTRAINT uq_pass_movements_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_pass_movements_direction_known CHECK (direction IN ('in', 'out'))
);

CREATE INDEX ix_pass_movements_pass_id ON pass_movements (pass_id);

CREATE TABLE repeat_reports (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    heard_at TIMESTAMP WITH TIME ZONE NOT NULL,
    words TEXT NOT NULL,
    channel TEXT NOT NULL,
    reporter_name TEXT,
    taken_by_id BIGINT NOT NULL,
    source TEXT,
    source_key TEXT,
    ticket_id BIGINT,
    complaint_id BIGINT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_repeat_reports PRIMARY KEY (id),
    CONSTRAINT ck_repeat_reports_one_matter CHECK ((ticket_id IS NULL) <> (complaint_id IS NULL)),
    CONSTRAINT uq_repeat_reports_estate_id_source_source_key UNIQUE (estate_id, source, source_key),
    CONSTRAINT uq_repeat_reports_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_repeat_reports_words_length CHECK (length(words) <= 20000),
    CONSTRAINT ck_repeat_reports_channel_known CHECK (channel IN ('phone', 'walk_in', 'staff', 'visit', 'forum', 'email', 'fax', 'suggestion_box', 'mini_programme', 'import')),
    CONSTRAINT ck_repeat_reports_reporter_name_length CHECK (length(reporter_name) <= 60),
    CONSTRAINT ck_repeat_reports_source_length CHECK (length(source) <= 40),
    CONSTRAINT ck_repeat_reports_source_key_length CHECK (length(source_key) <= 80)
);

CREATE INDEX ix_repeat_reports_complaint_id ON repeat_reports (complaint_id);

CREATE INDEX ix_repeat_reports_ticket_id ON repeat_reports (ticket_id);

CREATE TABLE residents (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
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
    moved_in_on DATE,
    note TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_residents PRIMARY KEY (id),
    CONSTRAINT ck_residents_name_present CHECK (length(trim(name)) > 0),
    CONSTRAINT uq_residents_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_residents_name_length CHECK (length(name) <= 60),
    CONSTRAINT ck_residents_name_pinyin_length CHECK (length(name_pinyin) <= 400),
    CONSTRAINT ck_residents_phone_length CHECK (length(phone) <= 200),
    CONSTRAINT ck_residents_phone_digest_length CHECK (length(phone_digest) <= 40),
    CONSTRAINT ck_residents_phone_tail_digest_length CHECK (length(phone_tail_digest) <= 40),
    CONSTRAINT ck_residents_id_document_known CHECK (id_document IN ('id_card', 'passport', 'permit', 'other')),
    CONSTRAINT ck_residents_id_number_length CHECK (length(id_number) <= 300),
    CONSTRAINT ck_residents_id_number_digest_length CHECK (length(id_number_digest) <= 40),
    CONSTRAINT ck_residents_vehicles_length CHECK (length(vehicles) <= 200),
    CONSTRAINT ck_residents_emergency_contact_length CHECK (length(emergency_contact) <= 200),
    CONSTRAINT ck_residents_note_length CHECK (length(note) <= 20000)
);

CREATE INDEX ix_residents_id_number_digest ON residents (estate_id, id_number_digest);

CREATE INDEX ix_residents_name ON residents (estate_id, name);

CREATE INDEX ix_residents_name_pinyin ON residents (estate_id, name_pinyin);

CREATE INDEX ix_residents_phone_digest ON residents (phone_digest);

CREATE INDEX ix_residents_phone_tail_digest ON residents (phone_tail_digest);

CREATE TABLE settings (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    rule TEXT NOT NULL,
    value TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_settings PRIMARY KEY (id),
    CONSTRAINT uq_settings_estate_id_code UNIQUE (estate_id, code),
    CONSTRAINT uq_settings_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_settings_code_length CHECK (length(code) <= 60),
    CONSTRAINT ck_settings_rule_length CHECK (length(rule) <= 20)
);

CREATE TABLE sign_in_attempts (
    id BIGSERIAL NOT NULL,
    username TEXT NOT NULL,
    address TEXT NOT NULL,
    failures INTEGER NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_sign_in_attempts PRIMARY KEY (id),
    CONSTRAINT uq_sign_in_attempts_username_address UNIQUE (username, address),
    CONSTRAINT ck_sign_in_attempts_username_length CHECK (length(username) <= 60),
    CONSTRAINT ck_sign_in_attempts_address_length CHECK (length(address) <= 60)
);

CREATE TABLE staff (
    id BIGSERIAL NOT NULL,
    username TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT,
    must_change_password BOOLEAN DEFAULT '0' NOT NULL,
    session_generation INTEGER DEFAULT '1' NOT NULL,
    disabled_at TIMESTAMP WITH TIME ZONE,
    language TEXT,
    estate_id BIGINT,
    version INTEGER DEFAULT '1' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_staff PRIMARY KEY (id),
    CONSTRAINT uq_staff_username UNIQUE (username),
    CONSTRAINT ck_staff_username_length CHECK (length(username) <= 60),
    CONSTRAINT ck_staff_name_length CHECK (length(name) <= 60),
    CONSTRAINT ck_staff_password_hash_length CHECK (length(password_hash) <= 300),
    CONSTRAINT ck_staff_language_length CHECK (length(language) <= 20)
);

CREATE TABLE staff_assignments (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    staff_id BIGINT NOT NULL,
    role TEXT NOT NULL,
    team_id BIGINT,
    ended_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_staff_assignments PRIMARY KEY (id),
    CONSTRAINT ck_staff_assignments_team_needed CHECK (role NOT IN ('technician', 'lead') OR team_id IS NOT NULL),
    CONSTRAINT uq_staff_assignments_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_staff_assignments_role_known CHECK (role IN ('clerk', 'technician', 'lead', 'supervisor', 'manager', 'auditor', 'admin', 'system'))
);

CREATE INDEX ix_staff_assignments_staff_id ON staff_assignments (staff_id);

CREATE TABLE teams (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    department TEXT NOT NULL,
    lead_id BIGINT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_teams PRIMARY KEY (id),
    CONSTRAINT uq_teams_estate_id_name UNIQUE (estate_id, name),
    CONSTRAINT uq_teams_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_teams_name_length CHECK (length(name) <= 60),
    CONSTRAINT ck_teams_department_known CHECK (department IN ('engineering', 'housekeeping', 'security', 'greening', 'customer_service', 'finance'))
);

CREATE TABLE tickets (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    number TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT DEFAULT 'received' NOT NULL,
    summary TEXT NOT NULL,
    category_id BIGINT,
    complaint_id BIGINT,
    previous_id BIGINT,
    visit_from TIMESTAMP WITH TIME ZONE,
    visit_until TIMESTAMP WITH TIME ZONE,
    dispatched_at TIMESTAMP WITH TIME ZONE,
    accepted_at TIMESTAMP WITH TIME ZONE,
    arrived_at TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    closed_at TIMESTAMP WITH TIME ZONE,
    closed_by_id BIGINT,
    slip_taken_by_id BIGINT,
    waiting_reason TEXT,
    waiting_from TEXT,
    waiting_note TEXT,
    cancel_kind TEXT,
    result TEXT,
    acceptance TEXT,
    acceptance_reason TEXT,
    charge_fen INTEGER,
    charge_agreed_at TIMESTAMP WITH TIME ZONE,
    settled_at TIMESTAMP WITH TIME ZONE,
    invoice_number TEXT,
    waived_at TIMESTAMP WITH TIME ZONE,
    waive_reason TEXT,
    slip_returned_at TIMESTAMP WITH TIME ZONE,
    slip_returned_to_id BIGINT,
    must_complete BOOLEAN DEFAULT '0' NOT NULL,
    imported_closed BOOLEAN DEFAULT '0' NOT NULL,
    severity TEXT DEFAULT 'ordinary' NOT NULL,
    channel TEXT DEFAULT 'phone' NOT NULL,
    detail TEXT,
    wish TEXT,
    unit_id BIGINT,
    place TEXT,
    resident_id BIGINT,
    reporter_name TEXT,
    reporter_phone TEXT,
    reporter_phone_digest TEXT,
    reporter_phone_tail_digest TEXT,
    reporter_department TEXT,
    read_back BOOLEAN DEFAULT '0' NOT NULL,
    team_id BIGINT,
    heard_at TIMESTAMP WITH TIME ZONE NOT NULL,
    registered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    promised_at TIMESTAMP WITH TIME ZONE,
    due_at TIMESTAMP WITH TIME ZONE,
    cancelled_at TIMESTAMP WITH TIME ZONE,
    cancel_reason TEXT,
    source TEXT,
    source_key TEXT,
    match_key TEXT,
    source_digest TEXT,
    repeats INTEGER DEFAULT '0' NOT NULL,
    desk_owner_id BIGINT NOT NULL,
    assignee_id BIGINT,
    follower_id BIGINT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_tickets PRIMARY KEY (id),
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
    CONSTRAINT uq_tickets_estate_id_number UNIQUE (estate_id, number),
    CONSTRAINT uq_tickets_estate_id_source_source_key UNIQUE (estate_id, source, source_key),
    CONSTRAINT ck_tickets_source_and_key CHECK ((source IS NULL) = (source_key IS NULL)),
    CONSTRAINT ck_tickets_summary_present CHECK (length(trim(summary)) > 0),
    CONSTRAINT uq_tickets_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_tickets_number_length CHECK (length(number) <= 40),
    CONSTRAINT ck_tickets_kind_known CHECK (kind IN ('repair', 'household_service', 'suggestion', 'enquiry', 'query', 'emergency')),
    CONSTRAINT ck_tickets_status_known CHECK (status IN ('received', 'dispatched', 'accepted', 'in_progress', 'waiting', 'done', 'closed', 'cancelled')),
    CONSTRAINT ck_tickets_summary_length CHECK (length(summary) <= 200),
    CONSTRAINT ck_tickets_waiting_reason_known CHECK (waiting_reason IN ('materials', 'resident_absent', 'third_party', 'authority', 'quote')),
    CONSTRAINT ck_tickets_waiting_from_known CHECK (waiting_from IN ('received', 'dispatched', 'accepted', 'in_progress', 'waiting', 'done', 'closed', 'cancelled')),
    CONSTRAINT ck_tickets_waiting_note_length CHECK (length(waiting_note) <= 20000),
    CONSTRAINT ck_tickets_cancel_kind_known CHECK (cancel_kind IN ('duplicate', 'withdrawn')),
    CONSTRAINT ck_tickets_result_length CHECK (length(result) <= 20000),
    CONSTRAINT ck_tickets_acceptance_known CHECK (acceptance IN ('signed', 'not_signed', 'not_needed', 'unknown')),
    CONSTRAINT ck_tickets_acceptance_reason_length CHECK (length(acceptance_reason) <= 20000),
    CONSTRAINT ck_tickets_invoice_number_length CHECK (length(invoice_number) <= 40),
    CONSTRAINT ck_tickets_waive_reason_length CHECK (length(waive_reason) <= 20000),
    CONSTRAINT ck_tickets_severity_known CHECK (severity IN ('serious', 'ordinary', 'minor')),
    CONSTRAINT ck_tickets_channel_known CHECK (channel IN ('phone', 'walk_in', 'staff', 'visit', 'forum', 'email', 'fax', 'suggestion_box', 'mini_programme', 'import')),
    CONSTRAINT ck_tickets_detail_length CHECK (length(detail) <= 20000),
    CONSTRAINT ck_tickets_wish_length CHECK (length(wish) <= 20000),
    CONSTRAINT ck_tickets_place_length CHECK (length(place) <= 200),
    CONSTRAINT ck_tickets_reporter_name_length CHECK (length(reporter_name) <= 60),
    CONSTRAINT ck_tickets_reporter_phone_length CHECK (length(reporter_phone) <= 200),
    CONSTRAINT ck_tickets_reporter_phone_digest_length CHECK (length(reporter_phone_digest) <= 40),
    CONSTRAINT ck_tickets_reporter_phone_tail_digest_length CHECK (length(reporter_phone_tail_digest) <= 40),
    CONSTRAINT ck_tickets_reporter_department_length CHECK (length(reporter_department) <= 60),
    CONSTRAINT ck_tickets_cancel_reason_length CHECK (length(cancel_reason) <= 20000),
    CONSTRAINT ck_tickets_source_length CHECK (length(source) <= 40),
    CONSTRAINT ck_tickets_source_key_length CHECK (length(source_key) <= 80),
    CONSTRAINT ck_tickets_match_key_length CHECK (length(match_key) <= 64),
    CONSTRAINT ck_tickets_source_digest_length CHECK (length(source_digest) <= 64)
);

CREATE INDEX ix_tickets_assignee_id ON tickets (assignee_id);

CREATE INDEX ix_tickets_complaint_id ON tickets (complaint_id);

CREATE INDEX ix_tickets_due ON tickets (estate_id, coalesce(due_at, TIMESTAMP WITH TIME ZONE '9999-12-30 00:00:00+00:00'), id);

CREATE INDEX ix_tickets_estate_id_registered_at ON tickets (estate_id, registered_at, id);

CREATE INDEX ix_tickets_estate_id_status ON tickets (estate_id, status, id);

CREATE INDEX ix_tickets_match_key ON tickets (estate_id, match_key);

CREATE INDEX ix_tickets_open_due ON tickets (estate_id, coalesce(due_at, TIMESTAMP WITH TIME ZONE '9999-12-30 00:00:00+00:00'), id) WHERE status IN ('received', 'dispatched', 'accepted', 'in_progress', 'waiting', 'done');

CREATE INDEX ix_tickets_previous_id ON tickets (previous_id) WHERE previous_id IS NOT NULL;

CREATE INDEX ix_tickets_reporter_phone_digest ON tickets (reporter_phone_digest);

CREATE INDEX ix_tickets_reporter_phone_tail_digest ON tickets (reporter_phone_tail_digest);

CREATE INDEX ix_tickets_resident_id ON tickets (resident_id);

CREATE INDEX ix_tickets_team_id ON tickets (estate_id, team_id, status);

CREATE INDEX ix_tickets_unit_id ON tickets (unit_id);

CREATE TABLE units (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    building TEXT,
    floor INTEGER,
    code TEXT NOT NULL,
    use TEXT DEFAULT 'home' NOT NULL,
    fee_status TEXT DEFAULT 'unknown' NOT NULL,
    butler_id BIGINT,
    handed_over_on DATE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_units PRIMARY KEY (id),
    CONSTRAINT uq_units_estate_id_code UNIQUE (estate_id, code),
    CONSTRAINT uq_units_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT ck_units_building_length CHECK (length(building) <= 40),
    CONSTRAINT ck_units_code_length CHECK (length(code) <= 100),
    CONSTRAINT ck_units_use_known CHECK (use IN ('home', 'shop', 'place')),
    CONSTRAINT ck_units_fee_status_known CHECK (fee_status IN ('paid', 'owing', 'unknown'))
);

CREATE TABLE visitor_passes (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
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
    identity_checked BOOLEAN DEFAULT '0' NOT NULL,
    id_copied BOOLEAN DEFAULT '0' NOT NULL,
    residence_paper_seen BOOLEAN DEFAULT '0' NOT NULL,
    permit_number TEXT,
    permit_until TIMESTAMP WITH TIME ZONE,
    host_unit_id BIGINT,
    host_asked BOOLEAN DEFAULT '0' NOT NULL,
    badge_number TEXT,
    safety_told BOOLEAN DEFAULT '0' NOT NULL,
    valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
    valid_until TIMESTAMP WITH TIME ZONE NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    issued_by_id BIGINT NOT NULL,
    handed_in_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    revoke_reason TEXT,
    deposit_fen INTEGER DEFAULT '0' NOT NULL,
    card_fee_fen INTEGER DEFAULT '0' NOT NULL,
    deposit_refunded_at TIMESTAMP WITH TIME ZONE,
    inside BOOLEAN DEFAULT '0' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_visitor_passes PRIMARY KEY (id),
    CONSTRAINT uq_visitor_passes_estate_id_number UNIQUE (estate_id, number),
    CONSTRAINT ck_visitor_passes_from_until CHECK (valid_from < valid_until),
    CONSTRAINT ck_visitor_passes_times_in_order CHECK ((handed_in_at IS NULL OR issued_at <= handed_in_at) AND (revoked_at IS NULL OR issued_at <= revoked_at)),
    CONSTRAINT ck_visitor_passes_within_permit CHECK (kind <> 'worker' OR (permit_until IS NOT NULL AND valid_until <= permit_until)),
    CONSTRAINT ck_visitor_passes_money_not_negative CHECK (deposit_fen >= 0 AND card_fee_fen >= 0),
    CONSTRAINT ck_visitor_passes_refund_after_end CHECK (deposit_refunded_at IS NULL OR handed_in_at IS NOT NULL OR revoked_at IS NOT NULL),
    CONSTRAINT uq_visitor_passes_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT uq_visitor_passes_code UNIQUE (code),
    CONSTRAINT ck_visitor_passes_kind_known CHECK (kind IN ('visitor', 'temporary', 'worker')),
    CONSTRAINT ck_visitor_passes_number_length CHECK (length(number) <= 40),
    CONSTRAINT ck_visitor_passes_code_length CHECK (length(code) <= 40),
    CONSTRAINT ck_visitor_passes_holder_name_length CHECK (length(holder_name) <= 60),
    CONSTRAINT ck_visitor_passes_organisation_length CHECK (length(organisation) <= 100),
    CONSTRAINT ck_visitor_passes_phone_length CHECK (length(phone) <= 200),
    CONSTRAINT ck_visitor_passes_phone_digest_length CHECK (length(phone_digest) <= 40),
    CONSTRAINT ck_visitor_passes_phone_tail_digest_length CHECK (length(phone_tail_digest) <= 40),
    CONSTRAINT ck_visitor_passes_purpose_length CHECK (length(purpose) <= 20000),
    CONSTRAINT ck_visitor_passes_id_document_known CHECK (id_document IN ('id_card', 'passport', 'permit', 'other')),
    CONSTRAINT ck_visitor_passes_id_number_length CHECK (length(id_number) <= 300),
    CONSTRAINT ck_visitor_passes_id_number_digest_length CHECK (length(id_number_digest) <= 40),
    CONSTRAINT ck_visitor_passes_permit_number_length CHECK (length(permit_number) <= 60),
    CONSTRAINT ck_visitor_passes_badge_number_length CHECK (length(badge_number) <= 40),
    CONSTRAINT ck_visitor_passes_revoke_reason_length CHECK (length(revoke_reason) <= 20000)
);

CREATE INDEX ix_visitor_passes_deposit ON visitor_passes (estate_id) WHERE deposit_fen > 0 AND deposit_refunded_at IS NULL;

CREATE INDEX ix_visitor_passes_estate_id_issued_at ON visitor_passes (estate_id, issued_at, id);

CREATE INDEX ix_visitor_passes_estate_id_valid_until ON visitor_passes (estate_id, valid_until, id);

CREATE INDEX ix_visitor_passes_host_unit_id ON visitor_passes (host_unit_id);

CREATE INDEX ix_visitor_passes_out ON visitor_passes (estate_id, valid_until) WHERE handed_in_at IS NULL AND revoked_at IS NULL;

CREATE INDEX ix_visitor_passes_phone_digest ON visitor_passes (phone_digest);

CREATE INDEX ix_visitor_passes_phone_tail_digest ON visitor_passes (phone_tail_digest);

CREATE TABLE working_hours (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    weekday INTEGER NOT NULL,
    start_minute INTEGER NOT NULL,
    end_minute INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_working_hours PRIMARY KEY (id),
    CONSTRAINT uq_working_hours_estate_id_weekday_start_minute UNIQUE (estate_id, weekday, start_minute),
    CONSTRAINT ck_working_hours_weekday_range CHECK (weekday BETWEEN 0 AND 6),
    CONSTRAINT ck_working_hours_interval CHECK (0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440),
    CONSTRAINT uq_working_hours_estate_id_id UNIQUE (estate_id, id)
);

ALTER TABLE audit_findings ADD CONSTRAINT fk_audit_findings_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE audit_lines ADD CONSTRAINT fk_audit_lines_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE audit_lines ADD CONSTRAINT fk_audit_lines_estate_id_finding_id FOREIGN KEY(estate_id, finding_id) REFERENCES audit_findings (estate_id, id);

ALTER TABLE audit_lines ADD CONSTRAINT fk_audit_lines_estate_id_run_id FOREIGN KEY(estate_id, run_id) REFERENCES audit_runs (estate_id, id);

ALTER TABLE audit_lines ADD CONSTRAINT fk_audit_lines_noted_by_id FOREIGN KEY(noted_by_id) REFERENCES staff (id);

ALTER TABLE audit_lines ADD CONSTRAINT fk_audit_lines_owner_id FOREIGN KEY(owner_id) REFERENCES staff (id);

ALTER TABLE audit_runs ADD CONSTRAINT fk_audit_runs_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE audit_runs ADD CONSTRAINT fk_audit_runs_ran_by_id FOREIGN KEY(ran_by_id) REFERENCES staff (id);

ALTER TABLE audit_runs ADD CONSTRAINT fk_audit_runs_signed_off_by_id FOREIGN KEY(signed_off_by_id) REFERENCES staff (id);

ALTER TABLE bulk_items ADD CONSTRAINT fk_bulk_items_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE bulk_items ADD CONSTRAINT fk_bulk_items_estate_id_run_id FOREIGN KEY(estate_id, run_id) REFERENCES bulk_runs (estate_id, id);

ALTER TABLE bulk_runs ADD CONSTRAINT fk_bulk_runs_actor_id FOREIGN KEY(actor_id) REFERENCES staff (id);

ALTER TABLE bulk_runs ADD CONSTRAINT fk_bulk_runs_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE calendar_days ADD CONSTRAINT fk_calendar_days_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE categories ADD CONSTRAINT fk_categories_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE categories ADD CONSTRAINT fk_categories_estate_id_team_id FOREIGN KEY(estate_id, team_id) REFERENCES teams (estate_id, id);

ALTER TABLE clock_runs ADD CONSTRAINT fk_clock_runs_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE clock_runs ADD CONSTRAINT fk_clock_runs_estate_id_clock_id FOREIGN KEY(estate_id, clock_id) REFERENCES clocks (estate_id, id);

ALTER TABLE clock_runs ADD CONSTRAINT fk_clock_runs_estate_id_complaint_id FOREIGN KEY(estate_id, complaint_id) REFERENCES complaints (estate_id, id);

ALTER TABLE clock_runs ADD CONSTRAINT fk_clock_runs_estate_id_follow_up_id FOREIGN KEY(estate_id, follow_up_id) REFERENCES follow_ups (estate_id, id);

ALTER TABLE clock_runs ADD CONSTRAINT fk_clock_runs_estate_id_permit_id FOREIGN KEY(estate_id, permit_id) REFERENCES visitor_passes (estate_id, id);

ALTER TABLE clock_runs ADD CONSTRAINT fk_clock_runs_estate_id_ticket_id FOREIGN KEY(estate_id, ticket_id) REFERENCES tickets (estate_id, id);

ALTER TABLE clocks ADD CONSTRAINT fk_clocks_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE comments ADD CONSTRAINT fk_comments_author_id FOREIGN KEY(author_id) REFERENCES staff (id);

ALTER TABLE comments ADD CONSTRAINT fk_comments_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE comments ADD CONSTRAINT fk_comments_estate_id_complaint_id FOREIGN KEY(estate_id, complaint_id) REFERENCES complaints (estate_id, id);

ALTER TABLE comments ADD CONSTRAINT fk_comments_estate_id_ticket_id FOREIGN KEY(estate_id, ticket_id) REFERENCES tickets (estate_id, id);

ALTER TABLE complaints ADD CONSTRAINT fk_complaints_archived_by_id FOREIGN KEY(archived_by_id) REFERENCES staff (id);

ALTER TABLE complaints ADD CONSTRAINT fk_complaints_assignee_id FOREIGN KEY(assignee_id) REFERENCES staff (id);

ALTER TABLE complaints ADD CONSTRAINT fk_complaints_desk_owner_id FOREIGN KEY(desk_owner_id) REFERENCES staff (id);

ALTER TABLE complaints ADD CONSTRAINT fk_complaints_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE complaints ADD CONSTRAINT fk_complaints_estate_id_previous_id FOREIGN KEY(estate_id, previous_id) REFERENCES complaints (estate_id, id);

ALTER TABLE complaints ADD CONSTRAINT fk_complaints_estate_id_resident_id FOREIGN KEY(estate_id, resident_id) REFERENCES residents (estate_id, id);

ALTER TABLE complaints ADD CONSTRAINT fk_complaints_estate_id_team_id FOREIGN KEY(estate_id, team_id) REFERENCES teams (estate_id, id);

ALTER TABLE complaints ADD CONSTRAINT fk_complaints_estate_id_unit_id FOREIGN KEY(estate_id, unit_id) REFERENCES units (estate_id, id);

ALTER TABLE complaints ADD CONSTRAINT fk_complaints_follower_id FOREIGN KEY(follower_id) REFERENCES staff (id);

ALTER TABLE complaints ADD CONSTRAINT fk_complaints_head_told_id FOREIGN KEY(head_told_id) REFERENCES staff (id);

ALTER TABLE complaints ADD CONSTRAINT fk_complaints_measures_by_id FOREIGN KEY(measures_by_id) REFERENCES staff (id);

ALTER TABLE complaints ADD CONSTRAINT fk_complaints_slip_signed_by_id FOREIGN KEY(slip_signed_by_id) REFERENCES staff (id);

ALTER TABLE event_seals ADD CONSTRAINT fk_event_seals_event_id FOREIGN KEY(event_id) REFERENCES events (id);

ALTER TABLE events ADD CONSTRAINT fk_events_actor_id FOREIGN KEY(actor_id) REFERENCES staff (id);

ALTER TABLE events ADD CONSTRAINT fk_events_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE follow_up_attempts ADD CONSTRAINT fk_follow_up_attempts_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE follow_up_attempts ADD CONSTRAINT fk_follow_up_attempts_estate_id_follow_up_id FOREIGN KEY(estate_id, follow_up_id) REFERENCES follow_ups (estate_id, id);

ALTER TABLE follow_up_attempts ADD CONSTRAINT fk_follow_up_attempts_made_by_id FOREIGN KEY(made_by_id) REFERENCES staff (id);

ALTER TABLE follow_ups ADD CONSTRAINT fk_follow_ups_assignee_id FOREIGN KEY(assignee_id) REFERENCES staff (id);

ALTER TABLE follow_ups ADD CONSTRAINT fk_follow_ups_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE follow_ups ADD CONSTRAINT fk_follow_ups_estate_id_complaint_id FOREIGN KEY(estate_id, complaint_id) REFERENCES complaints (estate_id, id);

ALTER TABLE follow_ups ADD CONSTRAINT fk_follow_ups_estate_id_ticket_id FOREIGN KEY(estate_id, ticket_id) REFERENCES tickets (estate_id, id);

ALTER TABLE follow_ups ADD CONSTRAINT fk_follow_ups_finished_by_id FOREIGN KEY(finished_by_id) REFERENCES staff (id);

ALTER TABLE import_chunks ADD CONSTRAINT fk_import_chunks_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE import_chunks ADD CONSTRAINT fk_import_chunks_estate_id_run_id FOREIGN KEY(estate_id, run_id) REFERENCES import_runs (estate_id, id);

ALTER TABLE import_runs ADD CONSTRAINT fk_import_runs_actor_id FOREIGN KEY(actor_id) REFERENCES staff (id);

ALTER TABLE import_runs ADD CONSTRAINT fk_import_runs_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE key_approvals ADD CONSTRAINT fk_key_approvals_borrower_staff_id FOREIGN KEY(borrower_staff_id) REFERENCES staff (id);

ALTER TABLE key_approvals ADD CONSTRAINT fk_key_approvals_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES staff (id);

ALTER TABLE key_approvals ADD CONSTRAINT fk_key_approvals_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE key_approvals ADD CONSTRAINT fk_key_approvals_estate_id_key_id FOREIGN KEY(estate_id, key_id) REFERENCES keys (estate_id, id);

ALTER TABLE key_approvals ADD CONSTRAINT fk_key_approvals_requested_by_id FOREIGN KEY(requested_by_id) REFERENCES staff (id);

ALTER TABLE key_loans ADD CONSTRAINT fk_key_loans_borrower_staff_id FOREIGN KEY(borrower_staff_id) REFERENCES staff (id);

ALTER TABLE key_loans ADD CONSTRAINT fk_key_loans_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE key_loans ADD CONSTRAINT fk_key_loans_estate_id_approval_id FOREIGN KEY(estate_id, approval_id) REFERENCES key_approvals (estate_id, id);

ALTER TABLE key_loans ADD CONSTRAINT fk_key_loans_estate_id_borrower_resident_id FOREIGN KEY(estate_id, borrower_resident_id) REFERENCES residents (estate_id, id);

ALTER TABLE key_loans ADD CONSTRAINT fk_key_loans_estate_id_key_id FOREIGN KEY(estate_id, key_id) REFERENCES keys (estate_id, id);

ALTER TABLE key_loans ADD CONSTRAINT fk_key_loans_lent_by_id FOREIGN KEY(lent_by_id) REFERENCES staff (id);

ALTER TABLE key_loans ADD CONSTRAINT fk_key_loans_returned_to_id FOREIGN KEY(returned_to_id) REFERENCES staff (id);

ALTER TABLE keys ADD CONSTRAINT fk_keys_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE keys ADD CONSTRAINT fk_keys_estate_id_unit_id FOREIGN KEY(estate_id, unit_id) REFERENCES units (estate_id, id);

ALTER TABLE number_series ADD CONSTRAINT fk_number_series_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE occupancies ADD CONSTRAINT fk_occupancies_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE occupancies ADD CONSTRAINT fk_occupancies_estate_id_resident_id FOREIGN KEY(estate_id, resident_id) REFERENCES residents (estate_id, id);

ALTER TABLE occupancies ADD CONSTRAINT fk_occupancies_estate_id_unit_id FOREIGN KEY(estate_id, unit_id) REFERENCES units (estate_id, id);

ALTER TABLE pass_movements ADD CONSTRAINT fk_pass_movements_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE pass_movements ADD CONSTRAINT fk_pass_movements_estate_id_pass_id FOREIGN KEY(estate_id, pass_id) REFERENCES visitor_passes (estate_id, id);

ALTER TABLE pass_movements ADD CONSTRAINT fk_pass_movements_noted_by_id FOREIGN KEY(noted_by_id) REFERENCES staff (id);

ALTER TABLE repeat_reports ADD CONSTRAINT fk_repeat_reports_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE repeat_reports ADD CONSTRAINT fk_repeat_reports_estate_id_complaint_id FOREIGN KEY(estate_id, complaint_id) REFERENCES complaints (estate_id, id);

ALTER TABLE repeat_reports ADD CONSTRAINT fk_repeat_reports_estate_id_ticket_id FOREIGN KEY(estate_id, ticket_id) REFERENCES tickets (estate_id, id);

ALTER TABLE repeat_reports ADD CONSTRAINT fk_repeat_reports_taken_by_id FOREIGN KEY(taken_by_id) REFERENCES staff (id);

ALTER TABLE residents ADD CONSTRAINT fk_residents_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE settings ADD CONSTRAINT fk_settings_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE staff ADD CONSTRAINT fk_staff_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE staff_assignments ADD CONSTRAINT fk_staff_assignments_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE staff_assignments ADD CONSTRAINT fk_staff_assignments_estate_id_team_id FOREIGN KEY(estate_id, team_id) REFERENCES teams (estate_id, id);

ALTER TABLE staff_assignments ADD CONSTRAINT fk_staff_assignments_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id);

ALTER TABLE teams ADD CONSTRAINT fk_teams_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE teams ADD CONSTRAINT fk_teams_lead_id FOREIGN KEY(lead_id) REFERENCES staff (id);

ALTER TABLE tickets ADD CONSTRAINT fk_tickets_assignee_id FOREIGN KEY(assignee_id) REFERENCES staff (id);

ALTER TABLE tickets ADD CONSTRAINT fk_tickets_closed_by_id FOREIGN KEY(closed_by_id) REFERENCES staff (id);

ALTER TABLE tickets ADD CONSTRAINT fk_tickets_desk_owner_id FOREIGN KEY(desk_owner_id) REFERENCES staff (id);

ALTER TABLE tickets ADD CONSTRAINT fk_tickets_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE tickets ADD CONSTRAINT fk_tickets_estate_id_category_id FOREIGN KEY(estate_id, category_id) REFERENCES categories (estate_id, id);

ALTER TABLE tickets ADD CONSTRAINT fk_tickets_estate_id_complaint_id FOREIGN KEY(estate_id, complaint_id) REFERENCES complaints (estate_id, id);

ALTER TABLE tickets ADD CONSTRAINT fk_tickets_estate_id_previous_id FOREIGN KEY(estate_id, previous_id) REFERENCES tickets (estate_id, id);

ALTER TABLE tickets ADD CONSTRAINT fk_tickets_estate_id_resident_id FOREIGN KEY(estate_id, resident_id) REFERENCES residents (estate_id, id);

ALTER TABLE tickets ADD CONSTRAINT fk_tickets_estate_id_team_id FOREIGN KEY(estate_id, team_id) REFERENCES teams (estate_id, id);

ALTER TABLE tickets ADD CONSTRAINT fk_tickets_estate_id_unit_id FOREIGN KEY(estate_id, unit_id) REFERENCES units (estate_id, id);

ALTER TABLE tickets ADD CONSTRAINT fk_tickets_follower_id FOREIGN KEY(follower_id) REFERENCES staff (id);

ALTER TABLE tickets ADD CONSTRAINT fk_tickets_slip_returned_to_id FOREIGN KEY(slip_returned_to_id) REFERENCES staff (id);

ALTER TABLE tickets ADD CONSTRAINT fk_tickets_slip_taken_by_id FOREIGN KEY(slip_taken_by_id) REFERENCES staff (id);

ALTER TABLE units ADD CONSTRAINT fk_units_butler_id FOREIGN KEY(butler_id) REFERENCES staff (id);

ALTER TABLE units ADD CONSTRAINT fk_units_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE visitor_passes ADD CONSTRAINT fk_visitor_passes_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

ALTER TABLE visitor_passes ADD CONSTRAINT fk_visitor_passes_estate_id_host_unit_id FOREIGN KEY(estate_id, host_unit_id) REFERENCES units (estate_id, id);

ALTER TABLE visitor_passes ADD CONSTRAINT fk_visitor_passes_issued_by_id FOREIGN KEY(issued_by_id) REFERENCES staff (id);

ALTER TABLE working_hours ADD CONSTRAINT fk_working_hours_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id);

CREATE TABLE tickets_search (id BIGINT PRIMARY KEY, tokens TSVECTOR NOT NULL);

CREATE INDEX ix_tickets_search_tokens ON tickets_search USING gin (tokens) WITH (fastupdate = off);

CREATE TABLE complaints_search (id BIGINT PRIMARY KEY, tokens TSVECTOR NOT NULL);

CREATE INDEX ix_complaints_search_tokens ON complaints_search USING gin (tokens) WITH (fastupdate = off);

CREATE TABLE residents_search (id BIGINT PRIMARY KEY, tokens TSVECTOR NOT NULL);

CREATE INDEX ix_residents_search_tokens ON residents_search USING gin (tokens) WITH (fastupdate = off);

CREATE TABLE units_search (id BIGINT PRIMARY KEY, tokens TSVECTOR NOT NULL);

CREATE INDEX ix_units_search_tokens ON units_search USING gin (tokens) WITH (fastupdate = off);

CREATE TABLE keys_search (id BIGINT PRIMARY KEY, tokens TSVECTOR NOT NULL);

CREATE INDEX ix_keys_search_tokens ON keys_search USING gin (tokens) WITH (fastupdate = off);

CREATE TABLE key_loans_search (id BIGINT PRIMARY KEY, tokens TSVECTOR NOT NULL);

CREATE INDEX ix_key_loans_search_tokens ON key_loans_search USING gin (tokens) WITH (fastupdate = off);

CREATE TABLE key_approvals_search (id BIGINT PRIMARY KEY, tokens TSVECTOR NOT NULL);

CREATE INDEX ix_key_approvals_search_tokens ON key_approvals_search USING gin (tokens) WITH (fastupdate = off);

CREATE TABLE visitor_passes_search (id BIGINT PRIMARY KEY, tokens TSVECTOR NOT NULL);

CREATE INDEX ix_visitor_passes_search_tokens ON visitor_passes_search USING gin (tokens) WITH (fastupdate = off);
