"""What leaves the house: ``/admin/ways/``, by which ways one is told, and ``/admin/outbox/``, what became of it."""

from collections.abc import Iterable
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext, lazy_gettext as _
from sqlalchemy import Row, func, select

from models.base import tables
from models.errors import OperationRefused
from models.message_texts import MessageText, unread
from models.operations import outbox as verbs
from models.operations.core import Verb
from models.outbox import Outgoing, SendStatus, Way, WayOut
from models.policy import may
from models.residents import Resident
from models.staff import Staff
from models.told import Told, ToldKind
from views.register.page import DeskPage, shown_here
from views.request import context
from views.request.committing import committing
from views.request.queries import PAGE_SIZE, parse_choice, parse_id
from views.request.sent_once import once
from views.words.cells import personal_of
from views.words.language import label, listed, sentence
from views.words.references import learn_names, name_of, record_url


class WayView(DeskPage):
    """By which ways a person is told beside the messages here; each sees and changes the own ones only."""

    register = "ways_out"
    title = _("How messages reach me")
    endpoint_name = "ways_out"
    url_name = "ways"
    in_menu = False

    @expose("/", methods=("GET", "POST"))
    @once
    def index_view(self) -> ResponseReturnValue:
        """The own ways, and one more."""
        problem = None
        if request.method == "POST":
            try:
                self._choose()
            except OperationRefused as refusal:
                problem = sentence(refusal)
            else:
                return redirect(self.get_url(".index_view"))
        session, me = context.session(), getattr(context.actor(), "staff_id", 0)
        own = session.scalars(select(WayOut).where(WayOut.staff_id == me).order_by(WayOut.id)).all()
        page = self.render(
            "admin/ways.html",
            ways=[(way, personal_of(way.address, _masked), self._kinds(way)) for way in own],
            numbers=verbs.numbers_of(session, me),
            problem=problem,
            choices=tuple(Way),
            kinds=tuple(ToldKind),
            form=request.form,
        )
        return page if problem is None else (page, 400)

    @staticmethod
    def _kinds(way: WayOut) -> str:
        chosen = [kind for kind in ToldKind if kind.value in way.kinds]
        return gettext("everything") if len(chosen) == len(ToldKind) else listed(label(kind) for kind in chosen)

    @staticmethod
    def _choose() -> None:
        found = {word.value: word for word in Way}
        way = found.get(request.form.get("way", ""))
        if way is None:
            abort(400)
        words = {kind.value: kind for kind in ToldKind}
        kinds = [words[word] for word in request.form.getlist("kinds") if word in words]
        address = request.form.get("number" if way is Way.SMS else "address", "")
        with committing():
            verbs.choose(context.call(), way=way, address=address, kinds=kinds)

    @expose("/drop/", methods=("POST",))
    def drop_view(self) -> ResponseReturnValue:
        """Remove one of the own ways."""
        _do(verbs.drop, WayOut, WayOut.staff_id == getattr(context.actor(), "staff_id", 0))
        return redirect(self.get_url(".index_view"))


class OutboxView(DeskPage):
    """Each message that leaves the house from this estate, and how that ended; failed ones first."""

    register = "outbox"
    title = _("Outbox")
    group = _("Control")
    endpoint_name = "outbox"
    url_name = "outbox"

    @expose("/")
    def index_view(self) -> str:
        """The latest of a status, first those at which somebody should look."""
        status = parse_choice("status", [word.value for word in SendStatus], "")
        here = shown_here(Outgoing)
        counted = select(Outgoing.status, func.count()).where(here).group_by(Outgoing.status)
        counts = {row[0]: row[1] for row in context.session().execute(counted)}
        about = (
            func.coalesce(Outgoing.register, Told.register).label("about_register"),
            func.coalesce(Outgoing.record_id, Told.record_id).label("about_record_id"),
        )
        query = select(Outgoing.__table__, Told.kind.label("told_kind"), *about)
        query = query.outerjoin(Told, Told.id == Outgoing.told_id).where(here)
        if status:
            query = query.where(Outgoing.status == SendStatus(status))
        if after := request.args.get("after"):
            query = query.where(Outgoing.id < parse_id(after))
        rows = context.session().execute(query.order_by(Outgoing.id.desc()).limit(PAGE_SIZE + 1)).all()
        last = rows[PAGE_SIZE - 1] if len(rows) > PAGE_SIZE else None
        return self.render(
            "admin/outbox.html",
            rows=rows[:PAGE_SIZE],
            names=learn_names(_named(rows)),
            about={row.id: self._about(row) for row in rows if row.about_register in tables()},
            staff=Staff,
            residents=Resident,
            counts=[(word, counts[word]) for word in SendStatus if word in counts],
            status=status,
            unread_texts=self._unread_texts(),
            following={"after": last.id, "status": status or None} if last is not None else None,
            offered={
                word: [verb for verb in (verbs.send_again, verbs.let_go) if word in (verb.declared.moves or {})]
                for word in SendStatus
                if may(context.actor(), "send_again", self.register)
            },
        )

    @staticmethod
    def _unread_texts() -> list[tuple[str, str, str]]:
        """Of which kinds another program wrote a text that cannot be sent, its page, and why."""
        texts = context.session().scalars(select(MessageText).where(shown_here(MessageText)).order_by(MessageText.id))
        wrong = [(text, why) for text in texts if (why := unread(text)) is not None]
        return [(label(text.kind), record_url("message_texts", text.id), sentence(why)) for text, why in wrong]

    @staticmethod
    def _about(row: Row[Any]) -> tuple[str, str]:
        """How the record is called that a message is about, and its page."""
        return name_of(tables()[row.about_register], row.about_record_id), record_url(
            row.about_register, row.about_record_id
        )

    @expose("/send_again/", methods=("POST",))
    def send_again_view(self) -> ResponseReturnValue:
        """Send a message again."""
        return self._step(verbs.send_again)

    @expose("/let_go/", methods=("POST",))
    def let_go_view(self) -> ResponseReturnValue:
        """Send a message no more."""
        return self._step(verbs.let_go)

    def _step(self, act: Verb[Any, Any]) -> ResponseReturnValue:
        _do(act, Outgoing, shown_here(Outgoing))
        return redirect(self.get_url(".index_view", status=request.form.get("status") or None))


def _named(rows: Iterable[Row[Any]]) -> dict[type[Any], set[int]]:
    """Table -> the ids of what a page of messages names: people, and the records that they are about."""
    found: dict[type[Any], set[int]] = {}
    for row in rows:
        if row.staff_id is not None:
            found.setdefault(Staff, set()).add(row.staff_id)
        if row.resident_id is not None:
            found.setdefault(Resident, set()).add(row.resident_id)
        if row.about_register in tables():
            found.setdefault(tables()[row.about_register], set()).add(row.about_record_id)
    return found


def _masked(address: str) -> str:
    return f"{address[:1]}…{address[-4:]}"


def _do(act: Verb[Any, Any], model: type[Any], own: Any) -> None:
    """Do *act* to the row that the form names, 404 where there is none; what is refused is said on the next page."""
    with committing() as session:
        row = session.scalars(select(model).where(model.id == parse_id(request.form.get("id", "")), own)).one_or_none()
        if row is None:
            abort(404)
        outcome = act(context.call(), [row])
    for _row, refusal in outcome.refused:
        flash(sentence(refusal), "danger")
