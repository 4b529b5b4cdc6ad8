-- The units in the order in which rooms are counted: 1-101 before 1-1001.

ALTER TABLE units ADD COLUMN sort_key TEXT DEFAULT '' NOT NULL;

CREATE INDEX ix_units_estate_id_sort_key ON units (estate_id, sort_key, id);

CREATE OR REPLACE FUNCTION search_room_reading(code text) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$
  SELECT trim(both '-' from regexp_replace(
    replace(regexp_replace(regexp_replace(regexp_replace(
      translate(lower(code), '一二三四五六七八九〇零', '12345678900'),
      '([1-9])十([1-9])', '\1\2', 'g'), '十([1-9])', '1\1', 'g'), '([1-9])十', '\10', 'g'), '十', '10'),
    '(单元|栋|幢|座|楼|号|室|房|#| |-)+', '-', 'g'))
$$;

CREATE OR REPLACE FUNCTION search_room_order(code text) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(string_agg(CASE WHEN part[1] ~ '^[0-9]' THEN lpad(part[1], greatest(length(part[1]), 8), '0')
    ELSE part[1] END, '' ORDER BY number), '')
  FROM regexp_matches(search_room_reading(code), '[0-9]+|[^0-9]+', 'g') WITH ORDINALITY AS found(part, number)
$$;

UPDATE units SET sort_key = search_room_order(code)
