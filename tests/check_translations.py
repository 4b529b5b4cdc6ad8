"""Is every text of the program translated?

python tests/check_translations.py            names every text that is not, and fails
python tests/check_translations.py --update   brings the catalogue up to date with the code
"""

import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOG = ROOT / "admin_app" / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po"
LOCALE = "zh_Hans_CN"
CODE = ("admin_app", "models", "views", "seed")
SKIPPED = {"assets", "static", "__pycache__", "migrations"}
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "gettext_noop": None,
    "named": None,
    "ngettext": (1, 2),
}
# dates, tool versions and addresses that nobody reads would only make differences
DROPPED_HEADERS = (
    b'"POT-Creation-Date:',
    b'"PO-Revision-Date:',
    b'"Generated-By:',
    b'"Report-Msgid-Bugs-To:',
    b'"Last-Translator:',
    b'"Language-Team:',
)

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")


def extract() -> Catalog:
    """All texts in the code, as an untranslated catalogue."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog(project="Front Desk", charset="utf-8")
    for folder in CODE:
        if not (ROOT / folder).is_dir():
            continue
        texts = extract_from_dir(
            ROOT / folder,
            methods,
            options,
            KEYWORDS,
            comment_tags=("TRANSLATORS:",),
            strip_comment_tags=True,
            directory_filter=lambda path: Path(path).name not in SKIPPED,
        )
        for filename, line, text, comments, context in texts:
            found.add(text, None, [(f"{folder}/{filename}", line)], auto_comments=comments, context=context)
    return found


def read() -> Catalog:
    if not CATALOG.exists():
        return Catalog(locale=LOCALE, project="Front Desk", charset="utf-8")
    with CATALOG.open("rb") as file:
        return read_po(file, locale=LOCALE, abort_invalid=True)


def in_chinese() -> dict[str, str]:
    """Text -> how it reads in Chinese."""
    return {message.id: str(message.string) for message in read() if isinstance(message.id, str)}


def as_tuple(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def placeholders(texts: tuple[str, ...]) -> set[str]:
    return {found for text in texts for found in PLACEHOLDER.findall(text)}


def problem(wanted: Message, translated: Message | None) -> str | None:
    """What is wrong with one text's translation."""
    if translated is None:
        return "missing"
    if translated.fuzzy:
        return "fuzzy"
    answers = as_tuple(translated.string)
    if not all(answers):
        return "empty"
    expected, given = placeholders(as_tuple(wanted.id)), placeholders(answers)
    if expected != given:
        return "placeholders differ: " + ", ".join(sorted(expected ^ given))
    return None


def problems() -> list[str]:
    wanted, have = extract(), read()
    found = []
    for message in wanted:
        if message.id and (wrong := problem(message, have.get(message.id, message.context))):
            path, line = message.locations[0]
            found.append(f"{wrong}: {as_tuple(message.id)[0]!r} ({path}:{line})")
    for message in have:
        if message.id and wanted.get(message.id, message.context) is None:
            found.append(f"not in the code: {as_tuple(message.id)[0]!r}")
    found += [f"obsolete: {as_tuple(message.id)[0]!r}" for message in have.obsolete.values()]
    return found


def update() -> None:
    catalog = read()
    catalog.update(extract(), no_fuzzy_matching=True)
    catalog.header_comment = "# Front Desk in Chinese. `make translations` writes all but the msgstr lines."
    catalog.fuzzy = False  # else it would not be compiled
    CATALOG.parent.mkdir(parents=True, exist_ok=True)
    with CATALOG.open("w+b") as file:
        write_po(file, catalog, width=0, no_location=True, sort_output=True, ignore_obsolete=True)
        file.seek(0)
        kept = [line for line in file if not line.startswith(DROPPED_HEADERS)]
        file.seek(0)
        file.truncate()
        file.writelines(kept)


def main() -> int:
    if sys.argv[1:] == ["--update"]:
        update()
    found = problems()
    for line in found:
        print(line)
    print(f"{LOCALE}: {len(found)} texts to see to" if found else f"{LOCALE}: complete")
    return 1 if found and sys.argv[1:] != ["--update"] else 0


if __name__ == "__main__":
    sys.exit(main())
