"""The mark that tells a demo database from a real one: each kind of program refuses the other's."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Choice, LabelledEnum, ShortText, named
from models.declared import Keeping
from models.errors import gettext_noop


class DatabaseUse(LabelledEnum):
    """What a database is for."""

    DEMO = "demo", gettext_noop("demo")
    PRODUCTION = "production", gettext_noop("production")


class DatabaseMark(Base):
    """The one row that says what this database is for, and with which data key it was written."""

    __tablename__ = "database_mark"
    title = gettext_noop("Database")
    keeping = Keeping(quiet="an upgrade writes it")

    use: Mapped[DatabaseUse] = mapped_column(Choice(DatabaseUse), info=named("Use"))
    key_digest: Mapped[str] = mapped_column(ShortText(64), info=named("Data key", harmless=True))

    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        {"sqlite_autoincrement": True, "sqlite_strict": True},
    )
