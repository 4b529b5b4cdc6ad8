"""A program that adds a register to the tables and writes the migration for it into the folder of its argument."""

import sys
from pathlib import Path

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Register, ShortText, table_args
from models.declared import Searched
from models.staff import Team


class Umbrella(Register, Base):
    """An umbrella that waits at the desk."""

    __tablename__ = "umbrellas"
    searched = Searched(words=("number",))

    number: Mapped[str] = mapped_column(ShortText(40))

    __table_args__ = table_args(CheckConstraint("number <> ''", name="numbered"))


if __name__ == "__main__":
    from models.migrations import authoring  # asks once which tables are searched

    Index("ix_umbrellas_number", Umbrella.number)
    if "--changed" in sys.argv:
        Team.__table__.append_constraint(CheckConstraint("name <> 'x'", name="ck_teams_named"))  # type: ignore[attr-defined]  # a Table at run time
    for file in authoring.write("Umbrellas wait at the desk", Path(sys.argv[1])):
        print(file.name)  # noqa: T201  # its answer
