-- What is open has a next date and a person, whoever writes it.

ALTER TABLE estates ADD COLUMN post_staff_id BIGINT;

ALTER TABLE complaints ALTER COLUMN desk_owner_id DROP NOT NULL;

ALTER TABLE tickets ALTER COLUMN desk_owner_id DROP NOT NULL;

-- Each of these is seen at once; with the upgrade it gets the clock of its state.
UPDATE complaints SET due_at = registered_at WHERE due_at IS NULL AND status IN ('registered', 'assigned', 'investigating', 'proposal', 'negotiating', 'agreed', 'carried_out', 'followed_up');

UPDATE tickets SET due_at = registered_at WHERE due_at IS NULL AND status IN ('received', 'dispatched', 'accepted', 'in_progress', 'waiting', 'done');
