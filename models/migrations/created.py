"""What a CREATE TABLE statement says, part by part, as SQLite keeps it."""

import re
from collections.abc import Iterator

_WORD = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|[(),]|[^'"`\[(),/-]+|.""", re.DOTALL
)
_CONSTRAINT = re.compile(r"(constraint|primary\s+key|unique|check|foreign\s+key)\b", re.IGNORECASE)
_NEXT_RULE = re.compile(r"(?<!\S)(?=constraint\s)", re.IGNORECASE)
_QUOTES = {'"': '"', "`": "`", "[": "]", "'": "'"}


def parts(sql: str) -> Iterator[str]:
    """The columns and constraints of the CREATE TABLE statement *sql*, each as it is written, without comments."""
    depth, part = 0, ""
    for word in _WORD.findall(sql):
        if word.startswith(("--", "/*")):
            continue
        depth -= word == ")"
        ends = word in {")", ","} and depth == (word == ",")
        if ends:
            yield part.strip()
            part = ""
        elif depth > 0:
            part += word
        if ends and depth == 0:
            return
        depth += word == "("


def rules(sql: str) -> Iterator[str]:
    """The same, with the named constraints that stand beside a column, as ALTER TABLE puts them, apart from it."""
    for part in parts(sql):
        depth, found = 0, [""]
        for word in _WORD.findall(part):
            depth += (word == "(") - (word == ")")
            same, *others = _NEXT_RULE.split(word) if depth == 0 and word[0] not in _QUOTES else [word]
            found[-1] += same
            found += others
        yield from filter(None, map(str.strip, found))


def columns(sql: str) -> dict[str, str]:
    """Column -> its definition, of the CREATE TABLE statement *sql*."""
    return {_name(part): part for part in parts(sql) if not _CONSTRAINT.match(part)}


def _name(part: str) -> str:
    if (closing := _QUOTES.get(part[0])) and (quoted := _WORD.match(part)):
        return quoted[0][1:-1].replace(closing * 2, closing)
    return re.split(r"[\s(]", part, maxsplit=1)[0]
