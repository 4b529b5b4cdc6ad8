-- A hook, a seal and a badge are one place in whatever spelling: C-24, c 24, Ｃ—２４.
-- Of rows that contradict this the earliest keeps the name; the others get their own number behind it, so that they
-- still say where they hang, and are found: c 24 (#17).

ALTER TABLE keys ADD COLUMN hook_key TEXT;

UPDATE keys SET hook_key = (SELECT coalesce(nullif(group_concat(s, ''), ''), hook) FROM (SELECT CASE WHEN substr(k, n, 1) = '-' THEN '' WHEN n > 1 AND substr(k, n - 1, 1) = '-' AND ((substr(k, n, 1) GLOB '[0-9]' AND substr(rtrim(substr(k, 1, n - 1), '-'), -1) GLOB '[0-9]') OR (substr(k, n, 1) GLOB '[a-z]' AND substr(rtrim(substr(k, 1, n - 1), '-'), -1) GLOB '[a-z]')) THEN '-' || substr(k, n, 1) ELSE substr(k, n, 1) END AS s FROM (SELECT group_concat(CASE WHEN u <= 32 OR u BETWEEN 8192 AND 8213 OR u IN (160, 183, 8226, 8239, 8259, 8722, 12288, 12290, 12316, 12539, 12540, 65112, 65123, 65279) OR s IN ('-', '_', '.', '/', '~', char(92)) THEN '-' WHEN u BETWEEN 9312 AND 9331 THEN CAST(u - 9311 AS TEXT) WHEN u BETWEEN 9398 AND 9423 THEN char(u - 9301) WHEN u BETWEEN 9424 AND 9449 THEN char(u - 9327) WHEN u BETWEEN 8544 AND 8559 THEN trim(substr('i   ii  iii iv  v   vi  vii viiiix  x   xi  xii l   c   d   m   ', (u - 8544) * 4 + 1, 4)) WHEN u BETWEEN 8560 AND 8575 THEN trim(substr('i   ii  iii iv  v   vi  vii viiiix  x   xi  xii l   c   d   m   ', (u - 8560) * 4 + 1, 4)) WHEN u BETWEEN 65 AND 90 THEN char(u + 32) ELSE s END, '') AS k FROM (SELECT s, unicode(s) AS u FROM (SELECT CASE WHEN unicode(substr(t, n, 1)) BETWEEN 65281 AND 65374 THEN char(unicode(substr(t, n, 1)) - 65248) ELSE substr(t, n, 1) END AS s FROM (SELECT hook AS t) CROSS JOIN search_places WHERE n <= length(t) ORDER BY n))) CROSS JOIN search_places WHERE n <= length(k) ORDER BY n)) WHERE hook IS NOT NULL;

CREATE INDEX ix_keys_hook_key ON keys (hook_key);

DROP INDEX uq_keys_hook;

UPDATE keys SET hook = substr(hook, 1, 40 - length(' (#' || id || ')')) || ' (#' || id || ')'
WHERE lost_at IS NULL AND handed_back_at IS NULL AND EXISTS (
    SELECT 1 FROM keys AS other WHERE other.estate_id = keys.estate_id AND other.hook_key = keys.hook_key
    AND other.id < keys.id AND other.lost_at IS NULL AND other.handed_back_at IS NULL
);

UPDATE keys SET hook_key = (SELECT coalesce(nullif(group_concat(s, ''), ''), hook) FROM (SELECT CASE WHEN substr(k, n, 1) = '-' THEN '' WHEN n > 1 AND substr(k, n - 1, 1) = '-' AND ((substr(k, n, 1) GLOB '[0-9]' AND substr(rtrim(substr(k, 1, n - 1), '-'), -1) GLOB '[0-9]') OR (substr(k, n, 1) GLOB '[a-z]' AND substr(rtrim(substr(k, 1, n - 1), '-'), -1) GLOB '[a-z]')) THEN '-' || substr(k, n, 1) ELSE substr(k, n, 1) END AS s FROM (SELECT group_concat(CASE WHEN u <= 32 OR u BETWEEN 8192 AND 8213 OR u IN (160, 183, 8226, 8239, 8259, 8722, 12288, 12290, 12316, 12539, 12540, 65112, 65123, 65279) OR s IN ('-', '_', '.', '/', '~', char(92)) THEN '-' WHEN u BETWEEN 9312 AND 9331 THEN CAST(u - 9311 AS TEXT) WHEN u BETWEEN 9398 AND 9423 THEN char(u - 9301) WHEN u BETWEEN 9424 AND 9449 THEN char(u - 9327) WHEN u BETWEEN 8544 AND 8559 THEN trim(substr('i   ii  iii iv  v   vi  vii viiiix  x   xi  xii l   c   d   m   ', (u - 8544) * 4 + 1, 4)) WHEN u BETWEEN 8560 AND 8575 THEN trim(substr('i   ii  iii iv  v   vi  vii viiiix  x   xi  xii l   c   d   m   ', (u - 8560) * 4 + 1, 4)) WHEN u BETWEEN 65 AND 90 THEN char(u + 32) ELSE s END, '') AS k FROM (SELECT s, unicode(s) AS u FROM (SELECT CASE WHEN unicode(substr(t, n, 1)) BETWEEN 65281 AND 65374 THEN char(unicode(substr(t, n, 1)) - 65248) ELSE substr(t, n, 1) END AS s FROM (SELECT hook AS t) CROSS JOIN search_places WHERE n <= length(t) ORDER BY n))) CROSS JOIN search_places WHERE n <= length(k) ORDER BY n)) WHERE hook IS NOT NULL;

CREATE UNIQUE INDEX uq_keys_hook ON keys (estate_id, hook_key) WHERE lost_at IS NULL AND handed_back_at IS NULL;

ALTER TABLE keys ADD COLUMN seal_key TEXT;

UPDATE keys SET seal_key = (SELECT coalesce(nullif(group_concat(s, ''), ''), seal) FROM (SELECT CASE WHEN substr(k, n, 1) = '-' THEN '' WHEN n > 1 AND substr(k, n - 1, 1) = '-' AND ((substr(k, n, 1) GLOB '[0-9]' AND substr(rtrim(substr(k, 1, n - 1), '-'), -1) GLOB '[0-9]') OR (substr(k, n, 1) GLOB '[a-z]' AND substr(rtrim(substr(k, 1, n - 1), '-'), -1) GLOB '[a-z]')) THEN '-' || substr(k, n, 1) ELSE substr(k, n, 1) END AS s FROM (SELECT group_concat(CASE WHEN u <= 32 OR u BETWEEN 8192 AND 8213 OR u IN (160, 183, 8226, 8239, 8259, 8722, 12288, 12290, 12316, 12539, 12540, 65112, 65123, 65279) OR s IN ('-', '_', '.', '/', '~', char(92)) THEN '-' WHEN u BETWEEN 9312 AND 9331 THEN CAST(u - 9311 AS TEXT) WHEN u BETWEEN 9398 AND 9423 THEN char(u - 9301) WHEN u BETWEEN 9424 AND 9449 THEN char(u - 9327) WHEN u BETWEEN 8544 AND 8559 THEN trim(substr('i   ii  iii iv  v   vi  vii viiiix  x   xi  xii l   c   d   m   ', (u - 8544) * 4 + 1, 4)) WHEN u BETWEEN 8560 AND 8575 THEN trim(substr('i   ii  iii iv  v   vi  vii viiiix  x   xi  xii l   c   d   m   ', (u - 8560) * 4 + 1, 4)) WHEN u BETWEEN 65 AND 90 THEN char(u + 32) ELSE s END, '') AS k FROM (SELECT s, unicode(s) AS u FROM (SELECT CASE WHEN unicode(substr(t, n, 1)) BETWEEN 65281 AND 65374 THEN char(unicode(substr(t, n, 1)) - 65248) ELSE substr(t, n, 1) END AS s FROM (SELECT seal AS t) CROSS JOIN search_places WHERE n <= length(t) ORDER BY n))) CROSS JOIN search_places WHERE n <= length(k) ORDER BY n)) WHERE seal IS NOT NULL;

CREATE INDEX ix_keys_seal_key ON keys (seal_key);

DROP INDEX uq_keys_seal;

UPDATE keys SET seal = substr(seal, 1, 40 - length(' (#' || id || ')')) || ' (#' || id || ')'
WHERE lost_at IS NULL AND handed_back_at IS NULL AND EXISTS (
    SELECT 1 FROM keys AS other WHERE other.estate_id = keys.estate_id AND other.seal_key = keys.seal_key
    AND other.id < keys.id AND other.lost_at IS NULL AND other.handed_back_at IS NULL
);

UPDATE keys SET seal_key = (SELECT coalesce(nullif(group_concat(s, ''), ''), seal) FROM (SELECT CASE WHEN substr(k, n, 1) = '-' THEN '' WHEN n > 1 AND substr(k, n - 1, 1) = '-' AND ((substr(k, n, 1) GLOB '[0-9]' AND substr(rtrim(substr(k, 1, n - 1), '-'), -1) GLOB '[0-9]') OR (substr(k, n, 1) GLOB '[a-z]' AND substr(rtrim(substr(k, 1, n - 1), '-'), -1) GLOB '[a-z]')) THEN '-' || substr(k, n, 1) ELSE substr(k, n, 1) END AS s FROM (SELECT group_concat(CASE WHEN u <= 32 OR u BETWEEN 8192 AND 8213 OR u IN (160, 183, 8226, 8239, 8259, 8722, 12288, 12290, 12316, 12539, 12540, 65112, 65123, 65279) OR s IN ('-', '_', '.', '/', '~', char(92)) THEN '-' WHEN u BETWEEN 9312 AND 9331 THEN CAST(u - 9311 AS TEXT) WHEN u BETWEEN 9398 AND 9423 THEN char(u - 9301) WHEN u BETWEEN 9424 AND 9449 THEN char(u - 9327) WHEN u BETWEEN 8544 AND 8559 THEN trim(substr('i   ii  iii iv  v   vi  vii viiiix  x   xi  xii l   c   d   m   ', (u - 8544) * 4 + 1, 4)) WHEN u BETWEEN 8560 AND 8575 THEN trim(substr('i   ii  iii iv  v   vi  vii viiiix  x   xi  xii l   c   d   m   ', (u - 8560) * 4 + 1, 4)) WHEN u BETWEEN 65 AND 90 THEN char(u + 32) ELSE s END, '') AS k FROM (SELECT s, unicode(s) AS u FROM (SELECT CASE WHEN unicode(substr(t, n, 1)) BETWEEN 65281 AND 65374 THEN char(unicode(substr(t, n, 1)) - 65248) ELSE substr(t, n, 1) END AS s FROM (SELECT seal AS t) CROSS JOIN search_places WHERE n <= length(t) ORDER BY n))) CROSS JOIN search_places WHERE n <= length(k) ORDER BY n)) WHERE seal IS NOT NULL;

CREATE UNIQUE INDEX uq_keys_seal ON keys (estate_id, seal_key) WHERE lost_at IS NULL AND handed_back_at IS NULL;

ALTER TABLE visitor_passes ADD COLUMN badge_key TEXT;

UPDATE visitor_passes SET badge_key = (SELECT coalesce(nullif(group_concat(s, ''), ''), badge_number) FROM (SELECT CASE WHEN substr(k, n, 1) = '-' THEN '' WHEN n > 1 AND substr(k, n - 1, 1) = '-' AND ((substr(k, n, 1) GLOB '[0-9]' AND substr(rtrim(substr(k, 1, n - 1), '-'), -1) GLOB '[0-9]') OR (substr(k, n, 1) GLOB '[a-z]' AND substr(rtrim(substr(k, 1, n - 1), '-'), -1) GLOB '[a-z]')) THEN '-' || substr(k, n, 1) ELSE substr(k, n, 1) END AS s FROM (SELECT group_concat(CASE WHEN u <= 32 OR u BETWEEN 8192 AND 8213 OR u IN (160, 183, 8226, 8239, 8259, 8722, 12288, 12290, 12316, 12539, 12540, 65112, 65123, 65279) OR s IN ('-', '_', '.', '/', '~', char(92)) THEN '-' WHEN u BETWEEN 9312 AND 9331 THEN CAST(u - 9311 AS TEXT) WHEN u BETWEEN 9398 AND 9423 THEN char(u - 9301) WHEN u BETWEEN 9424 AND 9449 THEN char(u - 9327) WHEN u BETWEEN 8544 AND 8559 THEN trim(substr('i   ii  iii iv  v   vi  vii viiiix  x   xi  xii l   c   d   m   ', (u - 8544) * 4 + 1, 4)) WHEN u BETWEEN 8560 AND 8575 THEN trim(substr('i   ii  iii iv  v   vi  vii viiiix  x   xi  xii l   c   d   m   ', (u - 8560) * 4 + 1, 4)) WHEN u BETWEEN 65 AND 90 THEN char(u + 32) ELSE s END, '') AS k FROM (SELECT s, unicode(s) AS u FROM (SELECT CASE WHEN unicode(substr(t, n, 1)) BETWEEN 65281 AND 65374 THEN char(unicode(substr(t, n, 1)) - 65248) ELSE substr(t, n, 1) END AS s FROM (SELECT badge_number AS t) CROSS JOIN search_places WHERE n <= length(t) ORDER BY n))) CROSS JOIN search_places WHERE n <= length(k) ORDER BY n)) WHERE badge_number IS NOT NULL;

CREATE INDEX ix_visitor_passes_badge_key ON visitor_passes (badge_key);

DROP INDEX uq_visitor_passes_badge_number;

UPDATE visitor_passes SET badge_number = substr(badge_number, 1, 40 - length(' (#' || id || ')')) || ' (#' || id || ')'
WHERE handed_in_at IS NULL AND revoked_at IS NULL AND EXISTS (
    SELECT 1 FROM visitor_passes AS other WHERE other.estate_id = visitor_passes.estate_id AND other.badge_key = visitor_passes.badge_key
    AND other.id < visitor_passes.id AND other.handed_in_at IS NULL AND other.revoked_at IS NULL
);

UPDATE visitor_passes SET badge_key = (SELECT coalesce(nullif(group_concat(s, ''), ''), badge_number) FROM (SELECT CASE WHEN substr(k, n, 1) = '-' THEN '' WHEN n > 1 AND substr(k, n - 1, 1) = '-' AND ((substr(k, n, 1) GLOB '[0-9]' AND substr(rtrim(substr(k, 1, n - 1), '-'), -1) GLOB '[0-9]') OR (substr(k, n, 1) GLOB '[a-z]' AND substr(rtrim(substr(k, 1, n - 1), '-'), -1) GLOB '[a-z]')) THEN '-' || substr(k, n, 1) ELSE substr(k, n, 1) END AS s FROM (SELECT group_concat(CASE WHEN u <= 32 OR u BETWEEN 8192 AND 8213 OR u IN (160, 183, 8226, 8239, 8259, 8722, 12288, 12290, 12316, 12539, 12540, 65112, 65123, 65279) OR s IN ('-', '_', '.', '/', '~', char(92)) THEN '-' WHEN u BETWEEN 9312 AND 9331 THEN CAST(u - 9311 AS TEXT) WHEN u BETWEEN 9398 AND 9423 THEN char(u - 9301) WHEN u BETWEEN 9424 AND 9449 THEN char(u - 9327) WHEN u BETWEEN 8544 AND 8559 THEN trim(substr('i   ii  iii iv  v   vi  vii viiiix  x   xi  xii l   c   d   m   ', (u - 8544) * 4 + 1, 4)) WHEN u BETWEEN 8560 AND 8575 THEN trim(substr('i   ii  iii iv  v   vi  vii viiiix  x   xi  xii l   c   d   m   ', (u - 8560) * 4 + 1, 4)) WHEN u BETWEEN 65 AND 90 THEN char(u + 32) ELSE s END, '') AS k FROM (SELECT s, unicode(s) AS u FROM (SELECT CASE WHEN unicode(substr(t, n, 1)) BETWEEN 65281 AND 65374 THEN char(unicode(substr(t, n, 1)) - 65248) ELSE substr(t, n, 1) END AS s FROM (SELECT badge_number AS t) CROSS JOIN search_places WHERE n <= length(t) ORDER BY n))) CROSS JOIN search_places WHERE n <= length(k) ORDER BY n)) WHERE badge_number IS NOT NULL;

CREATE UNIQUE INDEX uq_visitor_passes_badge_number ON visitor_passes (estate_id, badge_key) WHERE handed_in_at IS NULL AND revoked_at IS NULL
