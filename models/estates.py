"""Estates (小区), their units (房号) and the mark that tells a demo database from a real one."""

import datetime

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.base import Base, Choice, Identity, LabelledEnum, LocalDate, Register, ShortText, SortKey, named, table_args
from models.declared import Searched
from models.errors import gettext_noop
from models.guards import TRIGGERS
from models.roles import ADMINS, MANAGERS, READERS
from models.rooms_in_sql import order_triggers
from models.verbs import grant


class Estate(Base):
    """A residential estate; everything else belongs to one."""

    __tablename__ = "estates"
    title = gettext_noop("Estates")
    called = "name"
    __table_args__ = ({"sqlite_autoincrement": True, "sqlite_strict": True},)

    code: Mapped[str] = mapped_column(ShortText(20), unique=True, info=named("Code", harmless=True))
    name: Mapped[str] = mapped_column(ShortText(100), info=named("Name", harmless=True))
    timezone: Mapped[str] = mapped_column(
        ShortText(60), server_default="Asia/Shanghai", default="Asia/Shanghai", info=named("Time zone", harmless=True)
    )
    address: Mapped[str | None] = mapped_column(ShortText(200), info=named("Address", harmless=True))
    desk_phone: Mapped[str | None] = mapped_column(ShortText(40), info=named("Desk phone", harmless=True))
    post_staff_id: Mapped[int | None] = mapped_column(Identity, info=named("Complaint post"))
    """Who answers for what another program writes without saying who (INT-14). No foreign key: staff has one here."""
    version: Mapped[int] = mapped_column(Integer, server_default="1", default=1, info=named("Version"))

    __mapper_args__ = {"version_id_col": version}  # SQLAlchemy's own class attribute


class UnitUse(LabelledEnum):
    """What a unit is."""

    HOME = "home", gettext_noop("home")
    SHOP = "shop", gettext_noop("shop")
    PLACE = "place", gettext_noop("common place")


class FeeStatus(LabelledEnum):
    """Whether the unit's management fees are paid (FEE-1)."""

    PAID = "paid", gettext_noop("paid up")
    OWING = "owing", gettext_noop("owing")
    UNKNOWN = "unknown", gettext_noop("not known")


class Unit(Register, Base):
    """A unit (房号) or common place of an estate; ``code`` is how its number is written ("2-2302")."""

    __tablename__ = "units"
    title = gettext_noop("Units")
    called = "code"
    searched = Searched(words=("code", "building"), room="code")
    everywhere = 3
    beside = "building"

    building: Mapped[str | None] = mapped_column(ShortText(40), info=named("Building", harmless=True))
    floor: Mapped[int | None] = mapped_column(Integer, info=named("Floor"))
    code: Mapped[str] = mapped_column(ShortText(100), info=named("Unit", harmless=True))
    use: Mapped[UnitUse] = mapped_column(
        Choice(UnitUse), default=UnitUse.HOME, server_default="home", info=named("Use")
    )
    fee_status: Mapped[FeeStatus] = mapped_column(
        Choice(FeeStatus), default=FeeStatus.UNKNOWN, server_default="unknown", info=named("Fee status")
    )
    butler_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Butler"))
    handed_over_on: Mapped[datetime.date | None] = mapped_column(LocalDate, info=named("Handed over"))

    sort_key: Mapped[str] = mapped_column(SortKey, default="", server_default="", sort_order=950)
    """``code`` as rooms are counted, 1-101 before 1-1001: kept by the database."""

    __table_args__ = table_args(
        UniqueConstraint("estate_id", "code"),
        Index("ix_units_estate_id_sort_key", "estate_id", "sort_key", "id"),
        info={TRIGGERS: order_triggers("units", "code", "sort_key")},
    )


class OfUnit:
    """What may belong to a unit, which lists load with it; ``within_estate("unit_id", "units")`` keeps it at home."""

    unit_id: Mapped[int | None] = mapped_column(Identity, index=True, info=named("Unit"))

    @declared_attr
    @classmethod
    def unit(cls) -> Mapped[Unit | None]:
        """The unit or common place."""
        join = f"foreign({cls.__name__}.unit_id) == Unit.id"
        return relationship("Unit", primaryjoin=join, viewonly=True, lazy="raise_on_sql")


# What is granted beside the verbs.
grant(Estate, {"read": READERS | ADMINS, "export": READERS | ADMINS, "delete": ADMINS})
grant(Unit, {"read": READERS, "export": READERS, "import": MANAGERS})
