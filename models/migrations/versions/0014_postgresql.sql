-- A hook, a seal and a badge are one place whatever stands around their name: A-09, A9, A09号钩, No. A:09.
-- Of rows that contradict this the earliest keeps the name; the others get their own number behind it, so that they
-- still say where they hang, and are found: A9 (#17).

CREATE OR REPLACE FUNCTION guard_tag_key(said text) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(nullif(regexp_replace(regexp_replace(regexp_replace(regexp_replace(replace(regexp_replace(replace(regexp_replace(replace('-' || trim(both '-' from string_agg(CASE WHEN u = 173 OR u = 847 OR u BETWEEN 6155 AND 6158 OR u BETWEEN 8203 AND 8207 OR u BETWEEN 8234 AND 8238 OR u BETWEEN 8288 AND 8303 OR u BETWEEN 65024 AND 65039 OR u = 65279 THEN '' WHEN u BETWEEN 0 AND 47 OR u BETWEEN 58 AND 64 OR u BETWEEN 91 AND 96 OR u BETWEEN 123 AND 160 OR u = 183 OR u = 215 OR u BETWEEN 8192 AND 8202 OR u BETWEEN 8208 AND 8233 OR u BETWEEN 8239 AND 8287 OR u = 8470 OR u = 8722 OR u BETWEEN 12288 AND 12291 OR u BETWEEN 12296 AND 12319 OR u BETWEEN 12539 AND 12540 OR u BETWEEN 65072 AND 65131 OR u BETWEEN 65377 AND 65381 OR u = 21495 OR u = 34399 OR u = 38057 OR u = 37476 OR u = 21246 OR u = 25346 OR u = 25499 OR u = 23553 OR u = 26465 OR u = 26781 OR u = 31614 OR u = 31805 THEN '-' WHEN u BETWEEN 9312 AND 9331 THEN CAST(u - 9311 AS TEXT) WHEN u BETWEEN 9398 AND 9423 THEN chr(u - 9301) WHEN u BETWEEN 9424 AND 9449 THEN chr(u - 9327) WHEN u BETWEEN 8544 AND 8559 THEN trim(substr('i   ii  iii iv  v   vi  vii viiiix  x   xi  xii l   c   d   m   ', (u - 8544) * 4 + 1, 4)) WHEN u BETWEEN 8560 AND 8575 THEN trim(substr('i   ii  iii iv  v   vi  vii viiiix  x   xi  xii l   c   d   m   ', (u - 8560) * 4 + 1, 4)) WHEN u BETWEEN 65 AND 90 THEN chr(u + 32) ELSE s END, '' ORDER BY n)) || '-', '-no-', '-'), '^-no(?=[0-9])', '-'), '-hook-', '-'), '^-hook(?=[0-9])', '-'), '-seal-', '-'), '^-seal(?=[0-9])', '-'), '(?<![0-9])0+(?=[0-9])', '', 'g'), '-+', '-', 'g'), '(?<![0-9a-z])-|-(?![0-9a-z])|(?<=[0-9])-(?=[a-z])|(?<=[a-z])-(?=[0-9])', '', 'g'), ''), said)
  FROM (
    SELECT n, s, ascii(s) AS u FROM (
      SELECT n, CASE WHEN ascii(substr(t, n, 1)) BETWEEN 65281 AND 65374 THEN chr(ascii(substr(t, n, 1)) - 65248) ELSE substr(t, n, 1) END AS s
      FROM (SELECT replace(said, '(#', '§') AS t) plain CROSS JOIN generate_series(1, length(said)) n
      WHERE n <= length(t)
    ) signs
  ) numbers
$$;

DROP INDEX uq_keys_hook;

UPDATE keys SET hook_key = guard_tag_key(hook) WHERE hook IS NOT NULL;

UPDATE keys SET hook = substr(hook, 1, 40 - length(' (#' || id || ')')) || ' (#' || id || ')'
WHERE lost_at IS NULL AND handed_back_at IS NULL AND EXISTS (
    SELECT 1 FROM keys AS other WHERE other.estate_id = keys.estate_id AND other.hook_key = keys.hook_key
    AND other.id < keys.id AND other.lost_at IS NULL AND other.handed_back_at IS NULL
);

UPDATE keys SET hook_key = guard_tag_key(hook) WHERE hook IS NOT NULL;

CREATE UNIQUE INDEX uq_keys_hook ON keys (estate_id, hook_key) WHERE lost_at IS NULL AND handed_back_at IS NULL;

DROP INDEX uq_keys_seal;

UPDATE keys SET seal_key = guard_tag_key(seal) WHERE seal IS NOT NULL;

UPDATE keys SET seal = substr(seal, 1, 40 - length(' (#' || id || ')')) || ' (#' || id || ')'
WHERE lost_at IS NULL AND handed_back_at IS NULL AND EXISTS (
    SELECT 1 FROM keys AS other WHERE other.estate_id = keys.estate_id AND other.seal_key = keys.seal_key
    AND other.id < keys.id AND other.lost_at IS NULL AND other.handed_back_at IS NULL
);

UPDATE keys SET seal_key = guard_tag_key(seal) WHERE seal IS NOT NULL;

CREATE UNIQUE INDEX uq_keys_seal ON keys (estate_id, seal_key) WHERE lost_at IS NULL AND handed_back_at IS NULL;

DROP INDEX uq_visitor_passes_badge_number;

UPDATE visitor_passes SET badge_key = guard_tag_key(badge_number) WHERE badge_number IS NOT NULL;

UPDATE visitor_passes SET badge_number = substr(badge_number, 1, 40 - length(' (#' || id || ')')) || ' (#' || id || ')'
WHERE handed_in_at IS NULL AND revoked_at IS NULL AND EXISTS (
    SELECT 1 FROM visitor_passes AS other WHERE other.estate_id = visitor_passes.estate_id AND other.badge_key = visitor_passes.badge_key
    AND other.id < visitor_passes.id AND other.handed_in_at IS NULL AND other.revoked_at IS NULL
);

UPDATE visitor_passes SET badge_key = guard_tag_key(badge_number) WHERE badge_number IS NOT NULL;

CREATE UNIQUE INDEX uq_visitor_passes_badge_number ON visitor_passes (estate_id, badge_key) WHERE handed_in_at IS NULL AND revoked_at IS NULL
