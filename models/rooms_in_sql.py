"""The reading of a room's number (models.rooms) as the databases do it themselves, for whoever writes a row.

``reading`` is a stored number with hyphens for words and figures for Chinese numerals ("三栋二单元1501": ``3-2-1501``);
``order`` the same with every figure filled up with zeros, so that text sorts 1-101 before 1-1001.
"""

WORDS = ("单元", "栋", "幢", "座", "楼", "号", "室", "房", "#", " ")
"""What stands between the parts of a room's number."""
FIGURE = 8
"""Digits that a figure is filled up to."""
PLACES = "search_places"
"""SQLite's table of the whole numbers from 1 (models.search): it has no loops."""

_NUMERALS = dict(zip("一二三四五六七八九〇零", "12345678900", strict=True))
_FIGURES = "123456789"
_TEN = "¤"  # a ten with something after it, in between


def _replaced(text: str, pairs: "list[tuple[str, str]]") -> str:
    for old, new in pairs:
        text = f"replace({text}, '{old}', '{new}')"
    return text


def sqlite_reading(code: str) -> str:
    """A SELECT of one value. In steps: SQLite cannot parse very many replacements in one another."""
    steps = [
        list(_NUMERALS.items()),
        [(f"十{one}", f"{_TEN}{one}") for one in _FIGURES],
        [(f"{tens}{_TEN}", tens) for tens in _FIGURES],
        [(f"{tens}十", f"{tens}0") for tens in _FIGURES],
        [(_TEN, "1"), ("十", "10"), *((word, "-") for word in WORDS)],
    ]
    query = f"SELECT lower({code}) AS k"
    for step in steps:
        query = f"SELECT {_replaced('k', step)} AS k FROM ({query})"
    return f"SELECT trim(replace(replace(k, '--', '-'), '--', '-'), '-') AS k FROM ({query})"


def sqlite_order(code: str) -> str:
    """A SELECT of one value."""
    sign, before = "substr(k, n, 1)", "substr(k, n - 1, 1)"
    rest = "substr(k, n)"
    length = f"(length({rest}) - length(ltrim({rest}, '0123456789')))"
    zeros = f"substr('{'0' * FIGURE}', 1 + {length})"
    begins = f"{sign} BETWEEN '0' AND '9' AND NOT (n > 1 AND {before} BETWEEN '0' AND '9')"
    signs = f"SELECT CASE WHEN {begins} THEN {zeros} || {sign} ELSE {sign} END AS sign"
    signs += f" FROM ({sqlite_reading(code)}) CROSS JOIN {PLACES} WHERE n <= length(k) ORDER BY n"
    return f"SELECT group_concat(sign, '') FROM ({signs})"


POSTGRESQL_READING = f"""CREATE OR REPLACE FUNCTION search_room_reading(code text) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$
  SELECT trim(both '-' from regexp_replace(
    replace(regexp_replace(regexp_replace(regexp_replace(
      translate(lower(code), '{"".join(_NUMERALS)}', '{"".join(_NUMERALS.values())}'),
      '([1-9])十([1-9])', '\\1\\2', 'g'), '十([1-9])', '1\\1', 'g'), '([1-9])十', '\\10', 'g'), '十', '10'),
    '({"|".join(WORDS)}|-)+', '-', 'g'))
$$"""
POSTGRESQL_ORDER = f"""CREATE OR REPLACE FUNCTION search_room_order(code text) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$
  SELECT string_agg(CASE WHEN part[1] ~ '^[0-9]' THEN lpad(part[1], greatest(length(part[1]), {FIGURE}), '0')
    ELSE part[1] END, '' ORDER BY number)
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
