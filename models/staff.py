"""Teams (业务口), staff (员工), where each works in which role, and who is acting now."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, and_, bindparam, func, select
from sqlalchemy.orm import Mapped, Session, make_transient_to_detached, mapped_column, relationship

from models.base import (
    Base,
    Choice,
    EstateRow,
    Flag,
    Identity,
    LabelledEnum,
    Register,
    ShortText,
    UTCDateTime,
    named,
    table_args,
    within_estate,
)
from models.contacts import Contact, contact_indexes
from models.declared import ANY_TIME, Keeping
from models.errors import gettext_noop
from models.estates import Estate
from models.roles import ADMINS, CLERKS, LEADS, READERS, Role
from models.told import UNSEEN, Told
from models.verbs import grant

SYSTEM = "system"
"""The user name of the account that timers and the command line act as."""


class Department(LabelledEnum):
    """The departments a team stands for."""

    ENGINEERING = "engineering", gettext_noop("engineering")
    HOUSEKEEPING = "housekeeping", gettext_noop("housekeeping")
    SECURITY = "security", gettext_noop("security")
    GREENING = "greening", gettext_noop("greening")
    CUSTOMER_SERVICE = "customer_service", gettext_noop("customer service")
    FINANCE = "finance", gettext_noop("finance")


class Team(Register, Base):
    """A team of an estate (业务口 / 责任部门)."""

    __tablename__ = "teams"
    title = gettext_noop("Teams")
    called = "name"

    name: Mapped[str] = mapped_column(ShortText(60), info=named("Name", words=True))
    department: Mapped[Department] = mapped_column(Choice(Department), info=named("Department"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), info=named("Team lead"))

    __table_args__ = table_args(UniqueConstraint("estate_id", "name"))

    lead: Mapped["Staff | None"] = relationship(foreign_keys=[lead_id], lazy="raise_on_sql")


class Staff(Base):
    """A person who works at the desk or for it; works in the estates that ``assignments`` name."""

    __tablename__ = "staff"
    title = gettext_noop("Staff")
    called = "name"
    also_called = ("username",)

    username: Mapped[str] = mapped_column(ShortText(60), unique=True, info=named("User name", words=True))
    name: Mapped[str] = mapped_column(ShortText(60), info=named("Full name", words=True))
    password_hash: Mapped[str | None] = mapped_column(ShortText(300), info=named("Password", secret=True))
    must_change_password: Mapped[bool] = mapped_column(
        Flag, default=False, server_default="0", info=named("Must change the password")
    )
    session_generation: Mapped[int] = mapped_column(
        Integer, default=1, server_default="1", info=named("Sessions ended")
    )
    disabled_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Disabled"))
    language: Mapped[str | None] = mapped_column(ShortText(20), info=named("Language", harmless=True))
    estate_id: Mapped[int | None] = mapped_column(ForeignKey("estates.id"), info=named("Estate"))
    version: Mapped[int] = mapped_column(Integer, server_default="1", default=1, info=named("Version"))

    __mapper_args__ = {"version_id_col": version}  # SQLAlchemy's own class attribute
    __table_args__ = ({"sqlite_autoincrement": True, "sqlite_strict": True},)

    assignments: Mapped[list["StaffAssignment"]] = relationship(back_populates="staff", lazy="raise_on_sql")


class StaffContact(Contact, Base):
    """One number of a colleague: encrypted, found by keyed digests, shown masked (RES-4)."""

    __tablename__ = "staff_contacts"
    title = gettext_noop("Colleagues' phones")

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), sort_order=-98, info=named("Person"))
    version: Mapped[int] = mapped_column(Integer, server_default="1", default=1, sort_order=902, info=named("Version"))

    __mapper_args__ = {"version_id_col": version}  # SQLAlchemy's own class attribute
    __table_args__ = (
        *contact_indexes("staff_contacts", "staff_id"),
        {"sqlite_autoincrement": True, "sqlite_strict": True},
    )

    staff: Mapped["Staff | None"] = relationship(viewonly=True)  # loaded when asked for: the policy asks whose it is


class StaffAssignment(EstateRow, Base):
    """One person's role in one estate, in one team where the role needs it; ended, never deleted."""

    __tablename__ = "staff_assignments"
    title = gettext_noop("Roles")
    keeping = Keeping(
        changes=("ended_at",),
        until="OLD.ended_at IS NULL",
        times=("created_at", "ended_at"),
        record="staff_id",
        written_by=("grant_role",),
    )

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), info=named("Person"))
    role: Mapped[Role] = mapped_column(Choice(Role, closed=False), info=named("Role"))
    team_id: Mapped[int | None] = mapped_column(Identity, info=named("Team"))
    ended_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime, info=named("Ended"))

    __table_args__ = table_args(
        within_estate("team_id", "teams"),
        CheckConstraint("role NOT IN ('technician', 'lead') OR team_id IS NOT NULL", name="team_needed"),
        Index("ix_staff_assignments_staff_id", "staff_id"),
    )

    staff: Mapped[Staff] = relationship(back_populates="assignments", lazy="raise_on_sql")
    team: Mapped[Team | None] = relationship(
        primaryjoin="foreign(StaffAssignment.team_id) == Team.id", viewonly=True, lazy="raise_on_sql"
    )


class SignInAttempt(Base):
    """Failed sign-ins per name and address, for the throttle; kept in the database because workers are many."""

    __tablename__ = "sign_in_attempts"
    title = gettext_noop("Failed sign-ins")
    keeping = Keeping(changes=("failures", "last_at"), goes=ANY_TIME, quiet="anybody may try")
    __table_args__ = (
        UniqueConstraint("username", "address"),
        {"sqlite_autoincrement": True, "sqlite_strict": True},
    )

    username: Mapped[str] = mapped_column(ShortText(60), info=named("User name", words=True))
    address: Mapped[str] = mapped_column(ShortText(60), info=named("Address", harmless=True))
    failures: Mapped[int] = mapped_column(Integer, info=named("Failed attempts"))
    last_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, info=named("Last attempt"))


@dataclass(frozen=True)
class Actor:
    """Who acts, in which roles, and from where: all that a verb may know of its caller."""

    staff_id: int
    name: str
    roles: frozenset[tuple[int, Role, int | None]] = field(default_factory=frozenset)
    is_system: bool = False
    session_id: str | None = None
    address: str | None = None
    request_id: str | None = None
    source: str = "panel"

    @property
    def estate_ids(self) -> tuple[int, ...]:
        """Estates the person works in, ascending."""
        return tuple(sorted({estate_id for estate_id, _, _ in self.roles}))

    def roles_in(self, estate_id: int | None) -> frozenset[Role]:
        """The person's roles in one estate, or in any when None."""
        return frozenset(role for estate, role, _ in self.roles if estate_id is None or estate == estate_id)

    def teams_in(self, estate_id: int | None, role: Role) -> frozenset[int]:
        """Teams in which the person has *role*."""
        return frozenset(
            team
            for estate, held, team in self.roles
            if held is role and team is not None and (estate_id is None or estate == estate_id)
        )


def actor_for(session: Session, staff: Staff, **request: str | None) -> Actor:
    """The actor for a member of staff with their current roles.

    *request* gives session_id, address, request_id and source, where there are any.
    """
    return actors_for(session, [staff], **request)[0]


def actors_for(session: Session, people: Iterable[Staff], **request: str | None) -> list[Actor]:
    """Actors for several people, with one query for all their roles."""
    people = list(people)
    rows = session.execute(
        select(
            StaffAssignment.staff_id, StaffAssignment.estate_id, StaffAssignment.role, StaffAssignment.team_id
        ).where(StaffAssignment.staff_id.in_([person.id for person in people]), StaffAssignment.ended_at.is_(None))
    ).all()
    held: dict[int, set[tuple[int, Role, int | None]]] = {}
    for staff_id, estate_id, role, team_id in rows:
        held.setdefault(staff_id, set()).add((estate_id, role, team_id))
    given = {key: value for key, value in request.items() if value is not None}
    return [
        Actor(
            staff_id=person.id,
            name=person.name,
            roles=frozenset(() if person.disabled_at else held.get(person.id, ())),
            is_system=person.username == "system",
            **given,
        )
        for person in people
    ]


_ESTATE = tuple(Estate.__table__.columns)
# Built once: every request of every page asks it.
_ACCOUNT = (
    select(
        Staff.id,
        Staff.username,
        Staff.name,
        Staff.session_generation,
        Staff.disabled_at,
        Staff.language,
        Staff.estate_id.label("own_estate_id"),
        Staff.must_change_password,
        StaffAssignment.estate_id,
        StaffAssignment.role,
        StaffAssignment.team_id,
        select(func.count()).where(Told.staff_id == Staff.id, UNSEEN).scalar_subquery().label("unseen_told"),
        *(column.label(f"its_{column.key}") for column in _ESTATE),
    )
    .outerjoin(StaffAssignment, and_(StaffAssignment.staff_id == Staff.id, StaffAssignment.ended_at.is_(None)))
    .outerjoin(Estate, Estate.id == StaffAssignment.estate_id)
    .where(Staff.id == bindparam("staff_id"))
    .order_by(Estate.code)
)


def account_of(session: Session, staff_id: int, **request: str | None) -> tuple[Any, Actor, list[Estate]] | None:
    """The account with that id, its actor, and the estates it works in by code; one statement, None for no account.

    The account is a row with the columns of Staff (``own_estate_id`` for its ``estate_id``) and the number of
    ``unseen_told``. *request* is as in :func:`actor_for`.
    """
    # Past the session's own work on records, which takes as long again.
    rows = session.connection().execute(_ACCOUNT, {"staff_id": staff_id}).all()
    if not rows:
        return None
    account = rows[0]
    held = frozenset((row.estate_id, row.role, row.team_id) for row in rows if row.role is not None)
    actor = Actor(
        staff_id=account.id,
        name=account.name,
        roles=frozenset() if account.disabled_at else held,
        is_system=account.username == "system",
        **{key: value for key, value in request.items() if value is not None},
    )
    estates = {row.its_id: row for row in rows if row.its_id is not None}
    return account, actor, [_estate(row) for row in estates.values()]


def _estate(row: Any) -> Estate:
    """The estate of a row of :data:`_ACCOUNT`, as a record that belongs to no session."""
    estate = Estate(**{column.key: getattr(row, f"its_{column.key}") for column in _ESTATE})
    make_transient_to_detached(estate)
    return estate


def system_actor(session: Session, **request: str | None) -> Actor:
    """The actor for timers and the command line when nobody is named."""
    return actor_for(session, session.scalars(select(Staff).where(Staff.username == "system")).one(), **request)


# What is granted beside the verbs.
grant(Staff, {"read": READERS | ADMINS, "export": READERS | ADMINS})
grant(StaffContact, {"read": READERS | ADMINS, "read_phone": CLERKS | ADMINS})
grant(Team, {"read": READERS | LEADS | ADMINS, "export": READERS | ADMINS})
