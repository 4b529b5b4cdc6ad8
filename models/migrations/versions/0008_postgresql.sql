-- What can be in one place only is so for the database too: a hook and a seal have one key, a badge is out once.
-- Of rows that contradict this the earliest keeps the name; the others get their own number behind it, so that they
-- still say where they hang, and are found: A-12 (#17).

UPDATE keys SET hook = substr(hook, 1, 40 - length(' (#' || id || ')')) || ' (#' || id || ')'
WHERE lost_at IS NULL AND handed_back_at IS NULL AND EXISTS (
    SELECT 1 FROM keys AS other WHERE other.estate_id = keys.estate_id AND other.hook = keys.hook
    AND other.id < keys.id AND other.lost_at IS NULL AND other.handed_back_at IS NULL
);

CREATE UNIQUE INDEX uq_keys_hook ON keys (estate_id, hook) WHERE lost_at IS NULL AND handed_back_at IS NULL;

UPDATE keys SET seal = substr(seal, 1, 40 - length(' (#' || id || ')')) || ' (#' || id || ')'
WHERE lost_at IS NULL AND handed_back_at IS NULL AND EXISTS (
    SELECT 1 FROM keys AS other WHERE other.estate_id = keys.estate_id AND other.seal = keys.seal
    AND other.id < keys.id AND other.lost_at IS NULL AND other.handed_back_at IS NULL
);

CREATE UNIQUE INDEX uq_keys_seal ON keys (estate_id, seal) WHERE lost_at IS NULL AND handed_back_at IS NULL;

UPDATE visitor_passes SET badge_number = substr(badge_number, 1, 40 - length(' (#' || id || ')')) || ' (#' || id || ')'
WHERE handed_in_at IS NULL AND revoked_at IS NULL AND EXISTS (
    SELECT 1 FROM visitor_passes AS other WHERE other.estate_id = visitor_passes.estate_id AND other.badge_number = visitor_passes.badge_number
    AND other.id < visitor_passes.id AND other.handed_in_at IS NULL AND other.revoked_at IS NULL
);

CREATE UNIQUE INDEX uq_visitor_passes_badge_number ON visitor_passes (estate_id, badge_number) WHERE handed_in_at IS NULL AND revoked_at IS NULL;
