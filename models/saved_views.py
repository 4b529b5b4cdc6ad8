"""What people keep of their lists: views by name (own and shared), and which columns they want to see."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, EstateRow, Flag, Json, LongText, ShortText, named, table_args
from models.declared import Keeping
from models.errors import gettext_noop
from models.roles import EVERYONE
from models.verbs import grant

LONGEST_NAME = 60
LONGEST_QUERY = 2000


class SavedView(EstateRow, Base):
    """A list under a name: the filters, search, order and columns of its address, for its owner or for everybody."""

    __tablename__ = "saved_views"
    title = gettext_noop("Saved views")
    keeping = Keeping(
        changes=("name", "query", "shared"),
        goes="EXISTS (SELECT 1 FROM events WHERE register = 'saved_views' AND record_id = OLD.id AND verb = 'delete')",
    )

    owner_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Owner"))
    register: Mapped[str] = mapped_column(ShortText(60), info=named("In register", harmless=True))
    name: Mapped[str] = mapped_column(ShortText(LONGEST_NAME), info=named("Name", words=True))
    query: Mapped[str] = mapped_column(LongText(LONGEST_QUERY), info=named("Address", words=True))
    shared: Mapped[bool] = mapped_column(Flag, default=False, server_default="0", info=named("Shared"))

    __table_args__ = table_args(
        UniqueConstraint("estate_id", "owner_id", "register", "name"),
        CheckConstraint(
            "length(trim(name)) > 0",
            name="name_present",
            info={"rule": "VIEW", "sentence": gettext_noop("Give the view a name.")},
        ),
        Index("ix_saved_views_register", "estate_id", "register"),
    )

    def __str__(self) -> str:
        return self.name


class ColumnChoice(Base):
    """Which columns of a register's list one person wants to see, in whatever estate."""

    __tablename__ = "column_choices"
    title = gettext_noop("Chosen columns")
    keeping = Keeping(changes=("columns",), quiet="a matter of taste")

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Person"))
    register: Mapped[str] = mapped_column(ShortText(60), info=named("In register", harmless=True))
    columns: Mapped[list[str]] = mapped_column(Json(list), info=named("Columns", harmless=True))

    __table_args__ = (
        UniqueConstraint("staff_id", "register"),
        {"sqlite_autoincrement": True, "sqlite_strict": True},
    )


# What is granted beside the verbs.
grant(SavedView, {"read": EVERYONE})
