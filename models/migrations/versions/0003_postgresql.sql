-- What the heads settle about a complaint: answer, responsibility, compensation, review (CMP-7, CMP-11 to CMP-13).

ALTER TABLE complaints ADD COLUMN agreed_answer TEXT;

ALTER TABLE complaints ADD COLUMN agreed_answer_by_id BIGINT;

ALTER TABLE complaints ADD COLUMN agreed_answer_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE complaints ADD COLUMN ground TEXT;

ALTER TABLE complaints ADD COLUMN ground_text TEXT;

ALTER TABLE complaints ADD COLUMN ground_told_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE complaints ADD COLUMN compensation_fen INTEGER;

ALTER TABLE complaints ADD COLUMN compensation_borne_by TEXT;

ALTER TABLE complaints ADD COLUMN compensation_reason TEXT;

ALTER TABLE complaints ADD COLUMN compensation_by_id BIGINT;

ALTER TABLE complaints ADD COLUMN review_on DATE;

ALTER TABLE complaints ADD COLUMN review_people TEXT;

ALTER TABLE complaints ADD COLUMN review_measures TEXT;

ALTER TABLE complaints ADD COLUMN review_in_charge_id BIGINT;

ALTER TABLE complaints ADD CONSTRAINT ck_complaints_agreed_answer_length CHECK (length(agreed_answer) <= 20000);

ALTER TABLE complaints ADD CONSTRAINT ck_complaints_answer_is_complete CHECK ((agreed_answer IS NULL) = (agreed_answer_by_id IS NULL) AND (agreed_answer IS NULL) = (agreed_answer_at IS NULL));

ALTER TABLE complaints ADD CONSTRAINT ck_complaints_compensation_borne_by_length CHECK (length(compensation_borne_by) <= 200);

ALTER TABLE complaints ADD CONSTRAINT ck_complaints_compensation_is_complete CHECK ((compensation_fen IS NULL) = (compensation_borne_by IS NULL) AND (compensation_fen IS NULL) = (compensation_reason IS NULL) AND (compensation_fen IS NULL) = (compensation_by_id IS NULL));

ALTER TABLE complaints ADD CONSTRAINT ck_complaints_compensation_not_negative CHECK (compensation_fen >= 0);

ALTER TABLE complaints ADD CONSTRAINT ck_complaints_compensation_reason_length CHECK (length(compensation_reason) <= 20000);

ALTER TABLE complaints ADD CONSTRAINT ck_complaints_ground_is_complete CHECK ((ground IS NULL) = (ground_text IS NULL) AND (ground IS NULL) = (ground_told_at IS NULL));

ALTER TABLE complaints ADD CONSTRAINT ck_complaints_ground_known CHECK (ground IN ('law', 'contract', 'standard'));

ALTER TABLE complaints ADD CONSTRAINT ck_complaints_ground_text_length CHECK (length(ground_text) <= 20000);

ALTER TABLE complaints ADD CONSTRAINT ck_complaints_review_is_complete CHECK ((review_on IS NULL) = (review_people IS NULL) AND (review_on IS NULL) = (review_measures IS NULL) AND (review_on IS NULL) = (review_in_charge_id IS NULL));

ALTER TABLE complaints ADD CONSTRAINT ck_complaints_review_measures_length CHECK (length(review_measures) <= 20000);

ALTER TABLE complaints ADD CONSTRAINT ck_complaints_review_people_length CHECK (length(review_people) <= 20000);

ALTER TABLE complaints ADD CONSTRAINT fk_complaints_agreed_answer_by_id FOREIGN KEY(agreed_answer_by_id) REFERENCES staff (id);

ALTER TABLE complaints ADD CONSTRAINT fk_complaints_compensation_by_id FOREIGN KEY(compensation_by_id) REFERENCES staff (id);

ALTER TABLE complaints ADD CONSTRAINT fk_complaints_review_in_charge_id FOREIGN KEY(review_in_charge_id) REFERENCES staff (id);
