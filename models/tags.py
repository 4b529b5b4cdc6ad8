"""How the name of a hook, seal or badge is recognised in its usual spellings ("C-24", "c 24", "Ｃ—２４").

The databases work the key out themselves, whoever writes, so that no two spellings of one place are both taken. It is
said here for the program too; both know the same signs and no more.
"""

import re

PLACES = "search_places"
"""SQLite's table of the whole numbers from 1 (models.search): it has no loops."""

_WIDE, _TO_PLAIN = (0xFF01, 0xFF5E), 0xFF01 - ord("!")
_CIRCLED_FIGURES = (0x2460, 0x2473)
_CIRCLED_LETTERS = ((0x24B6, 0x24CF), (0x24D0, 0x24E9))
_ROMAN = ((0x2160, 0x216F), (0x2170, 0x217F))
_ROMAN_WIDTH = 4
_ROMAN_LETTERS = "i   ii  iii iv  v   vi  vii viiiix  x   xi  xii l   c   d   m   "
_BETWEEN = "-_./~\\"
_BLANK = 0x20
_BLANKS_AND_DASHES = (0x2000, 0x2015)
_OTHERS_BETWEEN = tuple(map(ord, "\xa0·•\u202f⁃−\u3000。〜・ー﹘﹣\ufeff"))

_KEPT = re.compile(r"(?<![0-9a-z])-|-(?![0-9a-z])|(?<=[0-9])-(?=[a-z])|(?<=[a-z])-(?=[0-9])")


def tag_key(text: str) -> str:
    """*text* so that spellings of the same hook, seal or badge are equal, as the databases keep it beside the row.

    Width, case, circled and Roman figures make no difference. Blanks, dashes and dots do only between two figures or
    two letters, where they are a hyphen: 1-11 is another hook than 11-1, and C-24 the same as C24.
    """
    plain = re.sub("-+", "-", "".join(map(_plain, text)))
    return _KEPT.sub("", plain) or text


def _plain(sign: str) -> str:
    code = ord(sign)
    if _WIDE[0] <= code <= _WIDE[1]:
        sign = chr(code - _TO_PLAIN)
        code = ord(sign)
    if sign in _BETWEEN or code <= _BLANK or _within(code, _BLANKS_AND_DASHES) or code in _OTHERS_BETWEEN:
        return "-"
    if _within(code, _CIRCLED_FIGURES):
        return str(code - _CIRCLED_FIGURES[0] + 1)
    for first, last in _CIRCLED_LETTERS:
        if first <= code <= last:
            return chr(code - first + ord("a"))
    for first, last in _ROMAN:
        if first <= code <= last:
            return _ROMAN_LETTERS[(code - first) * _ROMAN_WIDTH :][:_ROMAN_WIDTH].strip()
    return sign.lower() if sign.isascii() else sign


def _within(code: int, limits: tuple[int, int]) -> bool:
    return limits[0] <= code <= limits[1]


# ---------------------------------------------------------------- the same in the databases


def _between(limits: tuple[int, int]) -> str:
    return f"u BETWEEN {limits[0]} AND {limits[1]}"


def _sql_plain(char: str, backslash: str) -> str:
    """The CASE that reads one sign ``s`` with the number ``u``; *char* makes a sign of a number."""
    others = ", ".join(map(str, _OTHERS_BETWEEN))
    signs = ", ".join([*(f"'{sign}'" for sign in _BETWEEN if sign != "\\"), backslash])
    cases = [f"u <= {_BLANK} OR {_between(_BLANKS_AND_DASHES)} OR u IN ({others}) OR s IN ({signs}) THEN '-'"]
    cases += [f"{_between(_CIRCLED_FIGURES)} THEN CAST(u - {_CIRCLED_FIGURES[0] - 1} AS TEXT)"]
    cases += [f"{_between(limits)} THEN {char}(u - {limits[0] - ord('a')})" for limits in _CIRCLED_LETTERS]
    roman = f"trim(substr('{_ROMAN_LETTERS}', (u - {{first}}) * {_ROMAN_WIDTH} + 1, {_ROMAN_WIDTH}))"
    cases += [f"{_between(limits)} THEN {roman.format(first=limits[0])}" for limits in _ROMAN]
    capitals = f"u BETWEEN {ord('A')} AND {ord('Z')} THEN {char}(u + {ord('a') - ord('A')})"
    return f"CASE {' '.join(f'WHEN {case}' for case in [*cases, capitals])} ELSE s END"


def _sql_sign(char: str, sign: str, number: str) -> str:
    """The sign itself, of the width of a letter."""
    return f"CASE WHEN {number} BETWEEN {_WIDE[0]} AND {_WIDE[1]} THEN {char}({number} - {_TO_PLAIN}) ELSE {sign} END"


def sqlite_tag_key(column: str) -> str:
    """A SELECT of one value."""
    sign = _sql_sign("char", "substr(t, n, 1)", "unicode(substr(t, n, 1))")
    signs = f"SELECT {sign} AS s FROM (SELECT {column} AS t) CROSS JOIN {PLACES} WHERE n <= length(t) ORDER BY n"
    plain = _sql_plain("char", "char(92)")
    whole = f"SELECT group_concat({plain}, '') AS k FROM (SELECT s, unicode(s) AS u FROM ({signs}))"
    before = "substr(rtrim(substr(k, 1, n - 1), '-'), -1)"
    same = " OR ".join(f"(substr(k, n, 1) GLOB '{kind}' AND {before} GLOB '{kind}')" for kind in ("[0-9]", "[a-z]"))
    each = (
        "SELECT CASE WHEN substr(k, n, 1) = '-' THEN ''"
        f" WHEN n > 1 AND substr(k, n - 1, 1) = '-' AND ({same}) THEN '-' || substr(k, n, 1)"
        f" ELSE substr(k, n, 1) END AS s FROM ({whole}) CROSS JOIN {PLACES} WHERE n <= length(k) ORDER BY n"
    )
    return f"SELECT coalesce(nullif(group_concat(s, ''), ''), {column}) FROM ({each})"


POSTGRESQL_TAG_KEY = f"""CREATE OR REPLACE FUNCTION guard_tag_key(said text) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(nullif(regexp_replace(regexp_replace(string_agg({_sql_plain("chr", "chr(92)")}, '' ORDER BY n),
    '-+', '-', 'g'), '{_KEPT.pattern}', '', 'g'), ''), said)
  FROM (
    SELECT n, s, ascii(s) AS u FROM (
      SELECT n, {_sql_sign("chr", "substr(said, n, 1)", "ascii(substr(said, n, 1))")} AS s
      FROM generate_series(1, length(said)) n
    ) signs
  ) numbers
$$"""


def tag_triggers(table: str, columns: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """What keeps each value of *columns* of *table* the key of its column: dialect -> statements."""
    sqlite, postgresql = [], [POSTGRESQL_TAG_KEY]
    for column, key in columns.items():
        value = f"({sqlite_tag_key(f'NEW.{column}')})"
        keep = f"BEGIN\n  UPDATE {table} SET {key} = {value} WHERE id = NEW.id;\nEND"
        name = f"guard_{table}_{key}"
        sqlite += [
            f"CREATE TRIGGER {name}_insert AFTER INSERT ON {table} WHEN NEW.{column} IS NOT NULL {keep}",
            f"CREATE TRIGGER {name}_update AFTER UPDATE OF {column}, {key} ON {table}"
            f" WHEN NEW.{column} IS NOT OLD.{column} OR NEW.{key} IS NOT OLD.{key} {keep}",
        ]
    values = "".join(f"  NEW.{key} := guard_tag_key(NEW.{column});\n" for column, key in columns.items())
    name = f"guard_{table}_tags"
    postgresql += [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        f"BEGIN\n{values}  RETURN NEW;\nEND $$",
        f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OF {', '.join([*columns, *columns.values()])} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
    return {"sqlite": tuple(sqlite), "postgresql": tuple(postgresql)}
