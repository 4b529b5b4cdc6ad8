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
_BETWEEN = (
    *((0x00, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0xA0), (0xB7, 0xB7), (0xD7, 0xD7)),
    *((0x2000, 0x200A), (0x2010, 0x2029), (0x202F, 0x205F), (0x2116, 0x2116), (0x2212, 0x2212)),
    *((0x3000, 0x3003), (0x3008, 0x301F), (0x30FB, 0x30FC), (0xFE30, 0xFE6B), (0xFF61, 0xFF65)),
    *((ord(sign), ord(sign)) for sign in "号號钩鉤勾挂掛封条條签簽"),
)
"""First and last of the signs that only stand between: blanks, dashes, brackets and stops; 号, 挂钩, 封条."""
_INVISIBLE = (
    *((0xAD, 0xAD), (0x34F, 0x34F), (0x180B, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F)),
    *((0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
)
_WORDS = ("no", "hook", "seal")
"""Said of what it is, before or behind the name itself."""
_TOLD_APART = ("(#", "§")
"""What stands before the number of a row that an upgrade told apart from one of the same name, and its sign here."""

_KEPT = re.compile(r"(?<![0-9a-z])-|-(?![0-9a-z])|(?<=[0-9])-(?=[a-z])|(?<=[a-z])-(?=[0-9])")
_ZEROS = re.compile("(?<![0-9])0+(?=[0-9])")
_LOOK_ALIKE = re.compile("[\u0370-\u052f\u1c80-\u1c8f\u13a0-\u13ff\u1f00-\u1fff\ua640-\ua69f\U0001d400-\U0001d7ff]")
"""Greek, Cyrillic and Cherokee letters, and those of mathematics: many look like those of a keyboard."""


def tag_key(text: str) -> str:
    """*text* so that spellings of the same hook, seal or badge are equal, as the databases keep it beside the row.

    Width, case, circled and Roman figures, zeros before a figure, invisible signs, and what says that it is a hook or
    a seal (A09号钩, No. 7, 封条1008) make no difference. Blanks, dashes and other signs do only between two figures or
    two letters, where they are a hyphen: 1-11 is another hook than 11-1, and C-24 the same as C24.
    """
    plain = "".join(map(_plain, text.replace(*_TOLD_APART))).strip("-")
    plain = f"-{plain}-"
    for word in _WORDS:
        plain = plain.replace(f"-{word}-", "-")
        plain = re.sub(f"^-{word}(?=[0-9])", "-", plain)
    return _KEPT.sub("", re.sub("-+", "-", _ZEROS.sub("", plain))) or text


def has_look_alikes(text: str) -> bool:
    """Whether *text* has letters of another script, which nobody can tell from those of a hook (А, Ο)."""
    return _LOOK_ALIKE.search(text) is not None


def _plain(sign: str) -> str:
    code = ord(sign)
    if _WIDE[0] <= code <= _WIDE[1]:
        sign = chr(code - _TO_PLAIN)
        code = ord(sign)
    if any(_within(code, limits) for limits in _INVISIBLE):
        return ""
    if any(_within(code, limits) for limits in _BETWEEN):
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
    return f"u BETWEEN {limits[0]} AND {limits[1]}" if limits[0] < limits[1] else f"u = {limits[0]}"


def _sql_plain(char: str) -> str:
    """The CASE that reads one sign ``s`` with the number ``u``; *char* makes a sign of a number."""
    cases = [f"{' OR '.join(map(_between, _INVISIBLE))} THEN ''"]
    cases += [f"{' OR '.join(map(_between, _BETWEEN))} THEN '-'"]
    cases += [f"{_between(_CIRCLED_FIGURES)} THEN CAST(u - {_CIRCLED_FIGURES[0] - 1} AS TEXT)"]
    cases += [f"{_between(limits)} THEN {char}(u - {limits[0] - ord('a')})" for limits in _CIRCLED_LETTERS]
    roman = f"trim(substr('{_ROMAN_LETTERS}', (u - {{first}}) * {_ROMAN_WIDTH} + 1, {_ROMAN_WIDTH}))"
    cases += [f"{_between(limits)} THEN {roman.format(first=limits[0])}" for limits in _ROMAN]
    capitals = f"u BETWEEN {ord('A')} AND {ord('Z')} THEN {char}(u + {ord('a') - ord('A')})"
    return f"CASE {' '.join(f'WHEN {case}' for case in [*cases, capitals])} ELSE s END"


def _sql_sign(char: str, sign: str, number: str) -> str:
    """The sign itself, of the width of a letter."""
    return f"CASE WHEN {number} BETWEEN {_WIDE[0]} AND {_WIDE[1]} THEN {char}({number} - {_TO_PLAIN}) ELSE {sign} END"


def _sql_apart(column: str) -> str:
    return f"replace({column}, '{_TOLD_APART[0]}', '{_TOLD_APART[1]}')"


def sqlite_tag_key(column: str) -> str:
    """A SELECT of one value: one step after the other, as nested selects are more than SQLite reads."""
    sign = _sql_sign("char", "substr(t, n, 1)", "unicode(substr(t, n, 1))")
    each = f"FROM (SELECT {_sql_apart(column)} AS t) CROSS JOIN {PLACES} WHERE n <= length(t) ORDER BY n"
    plain = f"group_concat({_sql_plain('char')}, '')"
    signs = f"SELECT s, unicode(s) AS u FROM (SELECT {sign} AS s {each})"
    steps = [f"SELECT '-' || trim({plain}, '-') || '-' AS k FROM ({signs})"]
    for word in _WORDS:
        steps.append(f"SELECT replace(k, '-{word}-', '-') AS k FROM k{len(steps)}")
        led = f"k GLOB '-{word}[0-9]*' THEN '-' || substr(k, {len(word) + 2})"
        steps.append(f"SELECT CASE WHEN {led} ELSE k END AS k FROM k{len(steps)}")
    figure_before = "substr(rtrim(substr(k, 1, n - 1), '0'), -1) GLOB '[0-9]'"
    zero = f"substr(k, n, 1) = '0' AND substr(k, n + 1, 1) GLOB '[0-9]' AND NOT {figure_before}"
    steps.append(_sqlite_each(f"CASE WHEN {zero} THEN '' ELSE substr(k, n, 1) END", len(steps)))
    before = "substr(rtrim(substr(k, 1, n - 1), '-'), -1)"
    same = " OR ".join(f"(substr(k, n, 1) GLOB '{kind}' AND {before} GLOB '{kind}')" for kind in ("[0-9]", "[a-z]"))
    dash = (
        "CASE WHEN substr(k, n, 1) = '-' THEN ''"
        f" WHEN n > 1 AND substr(k, n - 1, 1) = '-' AND ({same}) THEN '-' || substr(k, n, 1) ELSE substr(k, n, 1) END"
    )
    steps.append(_sqlite_each(dash, len(steps)))
    named = ", ".join(f"k{number} AS ({step})" for number, step in enumerate(steps, 1))
    return f"WITH {named} SELECT coalesce(nullif(k, ''), {column}) FROM k{len(steps)}"


def _sqlite_each(read: str, step: int) -> str:
    """The SELECT that reads each sign of what *step* made."""
    each = f"SELECT {read} AS s FROM k{step} CROSS JOIN {PLACES} WHERE n <= length(k) ORDER BY n"
    return f"SELECT group_concat(s, '') AS k FROM ({each})"


def _postgresql_key() -> str:
    key = f"'-' || trim(both '-' from string_agg({_sql_plain('chr')}, '' ORDER BY n)) || '-'"
    for word in _WORDS:
        key = f"regexp_replace(replace({key}, '-{word}-', '-'), '^-{word}(?=[0-9])', '-')"
    for pattern, written in ((_ZEROS.pattern, ""), ("-+", "-"), (_KEPT.pattern, "")):
        key = f"regexp_replace({key}, '{pattern}', '{written}', 'g')"
    return f"coalesce(nullif({key}, ''), said)"


POSTGRESQL_TAG_KEY = f"""CREATE OR REPLACE FUNCTION guard_tag_key(said text) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$
  SELECT {_postgresql_key()}
  FROM (
    SELECT n, s, ascii(s) AS u FROM (
      SELECT n, {_sql_sign("chr", "substr(t, n, 1)", "ascii(substr(t, n, 1))")} AS s
      FROM (SELECT {_sql_apart("said")} AS t) plain CROSS JOIN generate_series(1, length(said)) n
      WHERE n <= length(t)
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
