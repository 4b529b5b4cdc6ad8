"""SCHEMA.md says what the tables are."""

from models import Base
from models.schema_document import FILE, document


def test_it_is_current():
    assert FILE.read_text(encoding="utf-8") == document(), "python -m models.schema_document"


def test_every_table_says_what_it_is_for_and_who_writes_it():
    text = document()
    for table in Base.metadata.tables.values():
        section = text.split(f"\n## {table.name}\n")[1].split("\n## ")[0]
        assert section.strip().split("\n")[0].endswith("."), table.name
        assert "Written " in section, table.name
