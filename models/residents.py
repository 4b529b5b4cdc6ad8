"""Residents (住户) and who lived in or owned which unit from when to when (RES-1)."""

import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import CheckConstraint, Index, Integer, ScalarSelect, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from models.base import (
    Base,
    Choice,
    EstateRow,
    Identity,
    Json,
    LabelledEnum,
    LocalDate,
    LongText,
    Register,
    ShortText,
    UTCDateTime,
    named,
    table_args,
    within_estate,
)
from models.contacts import Contact, contact_indexes, main_number
from models.declared import Keeping, Searched
from models.errors import gettext_noop
from models.estates import Unit
from models.personal import IdDocument
from models.roles import CLERKS, MANAGERS, READERS
from models.verbs import grant


class Resident(Register, Base):
    """A person of the estate. The ID number is encrypted, found by a keyed digest, shown masked (RES-4).

    Phones are in ``resident_contacts``; ``phone`` is the one called first, only read here.
    """

    __tablename__ = "residents"
    title = gettext_noop("Residents")
    called = "name"
    also_called = ("name_pinyin",)
    searched = Searched(words=("name", "name_pinyin", "vehicles"), plates="vehicles", pinyin="name_pinyin")
    everywhere = 4
    beside = "home"
    home: ClassVar[ScalarSelect[str]]
    """The room where a resident lives, of several the one moved into first."""

    name: Mapped[str] = mapped_column(ShortText(60), info=named("Full name", words=True))
    name_pinyin: Mapped[str] = mapped_column(
        ShortText(400), default="", server_default="", info=named("Pinyin", words=True)
    )
    id_document: Mapped[IdDocument | None] = mapped_column(Choice(IdDocument), info=named("ID document"))
    id_number: Mapped[str | None] = mapped_column(ShortText(300), info=named("ID number", personal=True))
    id_number_digest: Mapped[str | None] = mapped_column(ShortText(40), info=named("ID number", harmless=True))
    vehicles: Mapped[str | None] = mapped_column(ShortText(200), info=named("Vehicles", words=True))
    emergency_contact: Mapped[str | None] = mapped_column(
        ShortText(200), info=named("Emergency contact", personal=True)
    )
    moved_in_on: Mapped[datetime.date | None] = mapped_column(LocalDate, info=named("Moved in"))
    note: Mapped[str | None] = mapped_column(LongText, info=named("Note", words=True))

    __table_args__ = table_args(
        CheckConstraint("length(trim(name)) > 0", name="name_present"),
        Index("ix_residents_id_number_digest", "estate_id", "id_number_digest"),
        Index("ix_residents_name_pinyin", "estate_id", "name_pinyin"),
        Index("ix_residents_name", "estate_id", "name"),
    )

    if TYPE_CHECKING:
        phone: Mapped[str | None]  # made below of the contacts, which have to be there first
    occupancies: Mapped[list["Occupancy"]] = relationship(
        primaryjoin="Resident.id == foreign(Occupancy.resident_id)", viewonly=True, lazy="raise_on_sql"
    )


class ResidentContact(Contact, Register, Base):
    """One number of a resident: encrypted, found by keyed digests, shown masked (RES-4)."""

    __tablename__ = "resident_contacts"
    title = gettext_noop("Residents' phones")

    resident_id: Mapped[int] = mapped_column(Identity, sort_order=-98, info=named("Resident"))

    __table_args__ = table_args(
        within_estate("resident_id", "residents"), *contact_indexes("resident_contacts", "resident_id")
    )

    resident: Mapped["Resident"] = relationship(
        primaryjoin="foreign(ResidentContact.resident_id) == Resident.id", viewonly=True, lazy="raise_on_sql"
    )


class ResidentMerge(EstateRow, Base):
    """Two records of one person made one: of ``merged_id`` nothing is shown any more, until it is undone (RES-1)."""

    __tablename__ = "resident_merges"
    title = gettext_noop("Merged residents")
    keeping = Keeping(
        changes=("undone_at",), until="OLD.undone_at IS NULL", times=("created_at", "undone_at"), record="kept_id"
    )

    kept_id: Mapped[int] = mapped_column(Identity, info=named("Record that stays"))
    merged_id: Mapped[int] = mapped_column(Identity, info=named("Merged record"))
    kept_version: Mapped[int] = mapped_column(Integer)
    moved: Mapped[dict[str, dict[str, int]]] = mapped_column(Json(dict), info={"harmless": True})
    """Register -> id and version of each row that moved."""
    before: Mapped[dict[str, Any]] = mapped_column(Json(dict), info=named("Before", words=True))
    """Columns of the one who was kept, as they were."""
    undone_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Undone at"))

    __table_args__ = table_args(
        within_estate("kept_id", "residents"),
        within_estate("merged_id", "residents"),
        CheckConstraint("kept_id <> merged_id", name="two_records"),
        Index("ix_resident_merges_kept_id", "kept_id"),
    )


class OccupancyKind(LabelledEnum):
    """As what a person is in a unit."""

    OWNER = "owner", gettext_noop("owner")
    TENANT = "tenant", gettext_noop("tenant")
    FAMILY = "family", gettext_noop("family")


class Occupancy(Register, Base):
    """One person in one unit as owner, tenant or family, from a date, until a date when over."""

    __tablename__ = "occupancies"
    title = gettext_noop("Occupancies")

    unit_id: Mapped[int] = mapped_column(Identity, info=named("Unit"))
    resident_id: Mapped[int] = mapped_column(Identity, info=named("Resident"))
    kind: Mapped[OccupancyKind] = mapped_column(Choice(OccupancyKind), info=named("Kind"))
    from_on: Mapped[datetime.date] = mapped_column(LocalDate, info=named("From"))
    until_on: Mapped[datetime.date | None] = mapped_column(LocalDate, info=named("Until"))

    __table_args__ = table_args(
        within_estate("unit_id", "units"),
        within_estate("resident_id", "residents"),
        CheckConstraint(
            "until_on IS NULL OR from_on <= until_on",
            name="from_until",
            info={"rule": "RES-1", "sentence": gettext_noop("The first day must not be after the last.")},
        ),
        Index("ix_occupancies_unit_id", "unit_id"),
        Index("ix_occupancies_resident_id", "resident_id"),
    )

    unit: Mapped[Unit] = relationship(
        primaryjoin="foreign(Occupancy.unit_id) == Unit.id", viewonly=True, lazy="raise_on_sql"
    )
    resident: Mapped[Resident] = relationship(
        primaryjoin="foreign(Occupancy.resident_id) == Resident.id", viewonly=True, lazy="raise_on_sql"
    )


Resident.home = (
    select(Unit.code)
    .join(Occupancy, Occupancy.unit_id == Unit.id)
    .where(Occupancy.resident_id == Resident.id, Occupancy.until_on.is_(None))
    .order_by(Occupancy.id)
    .limit(1)
    .scalar_subquery()
)
Resident.phone = column_property(
    main_number(ResidentContact, ResidentContact.resident_id, Resident.__table__.c.id), info=named("Phone")
)

Index(
    "uq_resident_merges_merged_id",
    ResidentMerge.merged_id,
    unique=True,
    sqlite_where=ResidentMerge.undone_at.is_(None),
    postgresql_where=ResidentMerge.undone_at.is_(None),
    info={"rule": "RES-1", "sentence": gettext_noop("One of the two was merged already.")},
)
MERGED = select(ResidentMerge.merged_id).where(ResidentMerge.undone_at.is_(None))
"""Who is shown no more."""

_HAS_DOCUMENT = Resident.id_document.is_not(None)
Index(
    "ix_residents_id_document",
    Resident.estate_id,
    Resident.id_document,
    Resident.id,
    sqlite_where=_HAS_DOCUMENT,
    postgresql_where=_HAS_DOCUMENT,
)
Index(
    "uq_occupancies_current",
    Occupancy.unit_id,
    Occupancy.resident_id,
    Occupancy.kind,
    unique=True,
    sqlite_where=Occupancy.until_on.is_(None),
    postgresql_where=Occupancy.until_on.is_(None),
    info={"rule": "RES-1", "sentence": gettext_noop("This person is already registered for this unit.")},
)


# What is granted beside the verbs.
grant(Resident, {"read": READERS, "export": READERS, "read_phone": CLERKS, "import": MANAGERS})
grant(ResidentContact, {"read": READERS, "read_phone": CLERKS})
grant(Occupancy, {"read": READERS, "export": READERS})
