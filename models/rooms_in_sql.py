"""The reading of a room's number (models.rooms) as the databases do it themselves, for whoever writes a row.

``reading`` is a stored number with hyphens for words and figures for Chinese numerals ("三栋二单元1501": ``3-2-1501``);
``key`` the same without leading zeros ("03-0101": ``3-101``); ``order`` with every figure filled up with zeros, so that
text sorts 1-101 before 1-1001.
"""

WORDS = ("单元", "栋", "幢", "座", "楼", "号", "室", "房", "#", " ")
"""What stands between the parts of a room's number."""
FIGURE = 8
"""Digits that a figure is filled up to."""
PLACES = "search_places"
"""SQLite's table of the whole numbers from 1 (models.search): it has no loops."""

_NUMERALS = "一二三四五六七八九〇零"
_FIGURES = "12345678900"
_COUNTED = _NUMERALS[:9] + _FIGURES[:9]
"""What may stand beside 十 (ten): 二十一."""


def sqlite_reading(code: str) -> str:
    """A SELECT of one value, sign by sign: SQLite cannot parse many replacements in one another."""
    words = ", ".join(f"'{word}'" for word in (*WORDS, "-") if len(word) == 1)
    between = f"(sign IN ({words}) OR (sign = '单' AND after = '元'))"
    again = f"(before IN ({words}) OR two_before = '单元')"
    ten = (
        f"CASE WHEN instr('{_COUNTED}', before) AND instr('{_COUNTED}', after) THEN ''"
        f" WHEN instr('{_COUNTED}', before) THEN '0' WHEN instr('{_COUNTED}', after) THEN '1' ELSE '10' END"
    )
    read = (
        f"CASE WHEN sign = '元' AND before = '单' THEN '' WHEN {between} THEN CASE WHEN {again} THEN '' ELSE '-' END"
        f" WHEN sign = '十' THEN {ten}"
        f" WHEN instr('{_NUMERALS}', sign) THEN substr('{_FIGURES}', instr('{_NUMERALS}', sign), 1) ELSE sign END"
    )
    # A blank stands where there is no sign: nothing at all would be found in every text.
    signs = (
        "SELECT substr(c, n, 1) AS sign, CASE WHEN n > 1 THEN substr(c, n - 1, 1) ELSE ' ' END AS before,"
        " CASE WHEN n > 2 THEN substr(c, n - 2, 2) ELSE '' END AS two_before, substr(c || ' ', n + 1, 1) AS after"
    )
    signs += f" FROM (SELECT lower({code}) AS c) CROSS JOIN {PLACES} WHERE n <= length(c) ORDER BY n"
    return f"SELECT trim(coalesce(group_concat({read}, ''), ''), '-') AS k FROM ({signs})"


def sqlite_key(reading: str) -> str:
    """A SELECT of one value, of the column *reading*."""
    zero, after = f"substr({reading}, n, 1) = '0'", f"substr({reading}, n + 1, 1) GLOB '[0-9]'"
    begun = f"substr(rtrim(substr({reading}, 1, n - 1), '0'), -1) GLOB '[0-9]'"
    sign = f"CASE WHEN {zero} AND {after} AND NOT {begun} THEN '' ELSE substr({reading}, n, 1) END"
    places = f"SELECT n FROM {PLACES} WHERE n <= length({reading}) ORDER BY n"
    return f"SELECT coalesce(group_concat({sign}, ''), '') FROM ({places})"


def sqlite_order(code: str) -> str:
    """A SELECT of one value."""
    sign, before = "substr(k, n, 1)", "substr(k, n - 1, 1)"
    rest = "substr(k, n)"
    length = f"(length({rest}) - length(ltrim({rest}, '0123456789')))"
    zeros = f"substr('{'0' * FIGURE}', 1 + {length})"
    begins = f"{sign} BETWEEN '0' AND '9' AND NOT (n > 1 AND {before} BETWEEN '0' AND '9')"
    signs = f"SELECT CASE WHEN {begins} THEN {zeros} || {sign} ELSE {sign} END AS sign"
    signs += f" FROM ({sqlite_reading(code)}) CROSS JOIN {PLACES} WHERE n <= length(k) ORDER BY n"
    return f"SELECT coalesce(group_concat(sign, ''), '') FROM ({signs})"


POSTGRESQL_READING = f"""CREATE OR REPLACE FUNCTION search_room_reading(code text) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$
  SELECT trim(both '-' from regexp_replace(
    replace(regexp_replace(regexp_replace(regexp_replace(
      translate(lower(code), '{_NUMERALS}', '{_FIGURES}'),
      '([1-9])十([1-9])', '\\1\\2', 'g'), '十([1-9])', '1\\1', 'g'), '([1-9])十', '\\10', 'g'), '十', '10'),
    '({"|".join(WORDS)}|-)+', '-', 'g'))
$$"""
POSTGRESQL_KEY = """CREATE OR REPLACE FUNCTION search_room_key(reading text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT regexp_replace(reading, '(?<![0-9])0+(?=[0-9])', '', 'g')
$$"""
POSTGRESQL_ORDER = f"""CREATE OR REPLACE FUNCTION search_room_order(code text) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(string_agg(CASE WHEN part[1] ~ '^[0-9]' THEN lpad(part[1], greatest(length(part[1]), {FIGURE}), '0')
    ELSE part[1] END, '' ORDER BY number), '')
  FROM regexp_matches(search_room_reading(code), '[0-9]+|[^0-9]+', 'g') WITH ORDINALITY AS found(part, number)
$$"""


def order_triggers(table: str, code: str, column: str) -> dict[str, tuple[str, ...]]:
    """What keeps *column* of *table* the order of its *code*: dialect -> statements."""
    inserted, updated = f"guard_{table}_{column}_insert", f"guard_{table}_{column}_update"
    keep = f"UPDATE {table} SET {column} = ({sqlite_order(f'NEW.{code}')}) WHERE id = NEW.id;"
    return {
        "sqlite": (
            f"CREATE TRIGGER {inserted} AFTER INSERT ON {table} BEGIN\n  {keep}\nEND",
            f"CREATE TRIGGER {updated} AFTER UPDATE OF {code} ON {table} WHEN NEW.{code} IS NOT OLD.{code} BEGIN\n"
            f"  {keep}\nEND",
        ),
        "postgresql": (
            POSTGRESQL_READING,
            POSTGRESQL_ORDER,
            f"CREATE OR REPLACE FUNCTION guard_{table}_{column}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n"
            f"  NEW.{column} := search_room_order(NEW.{code});\n  RETURN NEW;\nEND $$",
            f"CREATE TRIGGER {inserted} BEFORE INSERT OR UPDATE OF {code} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION guard_{table}_{column}()",
        ),
    }
