-- People are told what concerns them.

CREATE TABLE told (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    register TEXT NOT NULL,
    record_id BIGINT NOT NULL,
    staff_id BIGINT NOT NULL,
    told_by_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    rule TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    cause TEXT NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_told PRIMARY KEY (id),
    CONSTRAINT uq_told_cause_staff_id UNIQUE (cause, staff_id),
    CONSTRAINT uq_told_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_told_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT fk_told_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT fk_told_told_by_id FOREIGN KEY(told_by_id) REFERENCES staff (id),
    CONSTRAINT ck_told_register_length CHECK (length(register) <= 40),
    CONSTRAINT ck_told_kind_word CHECK (length(trim(kind)) BETWEEN 1 AND 40),
    CONSTRAINT ck_told_rule_length CHECK (length(rule) <= 20),
    CONSTRAINT ck_told_cause_length CHECK (length(cause) <= 60)
);

CREATE INDEX ix_told_record_id ON told (record_id, register);

CREATE INDEX ix_told_staff_id ON told (staff_id, id);

CREATE INDEX ix_told_unseen ON told (staff_id) WHERE seen_at IS NULL AND withdrawn_at IS NULL;

-- Who was mentioned was told: the rows move, and the table of their own goes.
INSERT INTO told (estate_id, register, record_id, staff_id, told_by_id, kind, rule, at, cause, seen_at, created_at, updated_at)
SELECT mentions.estate_id, comments.register, comments.record_id, mentions.staff_id, comments.author_id, 'mention', 'MENTION',
    comments.at, 'comment:' || comments.id, mentions.seen_at, mentions.created_at, mentions.updated_at
FROM mentions JOIN comments ON comments.id = mentions.comment_id
ORDER BY mentions.id;

DROP TABLE mentions;
