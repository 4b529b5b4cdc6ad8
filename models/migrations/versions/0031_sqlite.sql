-- Who is told is said for each clock.

ALTER TABLE clocks ADD COLUMN told_near TEXT DEFAULT 'acting' NOT NULL
    CONSTRAINT ck_clocks_told_near_known CHECK (told_near IN ('acting', 'answering', 'lead', 'supervisors', 'managers', 'nobody'));

ALTER TABLE clocks ADD COLUMN told_missed TEXT DEFAULT 'acting' NOT NULL
    CONSTRAINT ck_clocks_told_missed_known CHECK (told_missed IN ('acting', 'answering', 'lead', 'supervisors', 'managers', 'nobody'))
    CONSTRAINT ck_clocks_somebody_is_told CHECK (told_missed <> 'nobody');

ALTER TABLE clocks ADD COLUMN told_further TEXT DEFAULT 'next_up' NOT NULL
    CONSTRAINT ck_clocks_told_further_known CHECK (told_further IN ('next_up', 'lead', 'supervisors', 'managers', 'nobody'));
