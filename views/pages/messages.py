"""``/admin/mentions/``: what a person was told, newest first, and whom to offer while an @ is typed."""

from collections import Counter
from typing import Any

from flask import abort, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import lazy_gettext as _
from sqlalchemy import Row, func, literal, or_, select

from models.base import tables
from models.estates import Unit
from models.matters import Comment
from models.operations import mentions, told
from models.policy import may, of_visible, visible
from models.staff import Staff
from models.told import Told, ToldKind
from views.register.page import DeskPage
from views.request import context
from views.request.committing import committing
from views.request.queries import PAGE_SIZE, parse_choice, parse_id, parse_search
from views.words.references import learn_names, record_url


class MessageView(DeskPage):
    """What a person was told by others' acts; each sees the own ones only."""

    register = "told"
    title = _("Messages")
    endpoint_name = "mentions"
    url_name = "mentions"

    @expose("/")
    def index_view(self) -> str:
        """Those not yet seen first, then the latest; more than the number only of what the person may still read."""
        kind = parse_choice("kind", [word.value for word in ToldKind], "")
        watched = kind == ToldKind.WATCHED.value
        own = visible(context.actor(), Told)
        counted = select(Told.kind, func.count()).where(own).group_by(Told.kind)
        counts = Counter({row[0]: row[1] for row in context.session().execute(counted)})
        rows = self._found(kind)
        last = rows[PAGE_SIZE - 1] if len(rows) > PAGE_SIZE else None
        return self.render(
            "admin/messages.html",
            rows=self._shown(rows[:PAGE_SIZE]),
            kinds=[(word, counts[word]) for word in ToldKind if counts[word] and word is not ToldKind.WATCHED],
            kind=kind,
            watched=watched,
            of_watched=counts[ToldKind.WATCHED],
            total=sum(counts.values()) - counts[ToldKind.WATCHED],
            following={"after": last.id, "seen": int(last.is_seen), "kind": kind or None} if last else None,
        )

    def _found(self, kind: str) -> list[Row[Any]]:
        actor = context.actor()
        is_seen = or_(Told.seen_at.is_not(None), Told.withdrawn_at.is_not(None))
        query = select(Told.__table__, is_seen.label("is_seen"), of_visible(actor, Told).label("readable"))
        query = query.where(visible(actor, Told)).order_by(is_seen, Told.id.desc()).limit(PAGE_SIZE + 1)
        query = query.where(Told.kind == ToldKind(kind) if kind else Told.kind != ToldKind.WATCHED)
        if after := request.args.get("after"):
            further = Told.id < parse_id(after)
            seen = parse_choice("seen", ("0", "1"), "0") == "1"
            query = query.where(is_seen, further) if seen else query.where(or_(is_seen, further))
        return list(context.session().execute(query))

    def _shown(self, found: list[Row[Any]]) -> list[dict[str, Any]]:
        wanted: dict[type[Any], set[int]] = {Staff: {row.told_by_id for row in found}}
        read: dict[type[Any], set[int]] = {}
        for row in found:
            model = tables()[row.register]
            wanted.setdefault(model, set()).add(row.record_id)
            if row.readable:
                read.setdefault(model, set()).add(row.record_id)
        records = _records(read)
        wanted[Unit] = {unit_id for unit_id, _sentence in records.values() if unit_id is not None}
        names = learn_names(wanted)
        written = _written(found)
        shown = []
        for row in found:
            model = tables()[row.register]
            unit_id, sentence = records.get((model, row.record_id), (None, ""))
            shown.append(
                {
                    "told": row,
                    "who": names[Staff, row.told_by_id],
                    "number": names[model, row.record_id],
                    "url": record_url(row.register, row.record_id) if row.readable else "",
                    "room": names.get((Unit, unit_id), "") if unit_id is not None else "",
                    "sentence": sentence,
                    "text": written.get(row.cause, "") if row.readable else "",
                }
            )
        return shown

    @expose("/seen/", methods=("POST",))
    def seen_view(self) -> ResponseReturnValue:
        """Mark some of the person's messages as seen, or all."""
        actor = context.actor()
        if actor is None or not may(actor, "mark_seen", self.register):
            abort(403)
        ids = None if request.form.get("all") else [parse_id(text) for text in request.form.getlist("id")]
        with committing():
            told.mark_seen(context.call(), ids)
        return redirect(self.get_url(".index_view"))

    @expose("/people/")
    def people_view(self) -> ResponseReturnValue:
        """Whom to offer after an @, as JSON: those who work in the estate shown, by name, user name or pinyin."""
        actor, estate = context.actor(), context.current_estate()
        if not (may(actor, "comment", "tickets") or may(actor, "comment", "complaints")) or estate is None:
            abort(403)
        typed = parse_search(request.args.get("q", ""))
        desk = context.session()
        people = mentions.who_may_read(desk, mentions.colleagues(desk, estate.id))
        names = [person.name for person in people]
        return jsonify(
            [
                {
                    "text": f"{person.name} ({person.username})",
                    "write": person.name if names.count(person.name) == 1 else person.username,
                }
                for person in mentions.offered(people, typed)
            ]
        )


def _records(wanted: dict[type[Any], set[int]]) -> dict[tuple[type[Any], int], tuple[int | None, str]]:
    """Unit and sentence of each record that may be read; one statement a register."""
    found: dict[tuple[type[Any], int], tuple[int | None, str]] = {}
    for model, ids in wanted.items():
        columns = model.__table__.columns
        sentence = columns.get(model.beside or "purpose", literal(""))
        query = select(model.id, columns.get("unit_id", literal(None)), sentence).where(model.id.in_(ids))
        for row_id, unit_id, words in context.session().execute(query):
            found[model, row_id] = unit_id, words or ""
    return found


def _written(found: list[Row[Any]]) -> dict[str, str]:
    """Cause -> the entry that it is, of those by which somebody was mentioned."""
    numbers = [row.cause.partition(":")[2] for row in found if row.kind is ToldKind.MENTION]
    ids = [int(number) for number in numbers if number.isdecimal() and len(number) < 19]
    query = select(Comment.id, Comment.body).where(Comment.id.in_(ids))
    return {f"comment:{row.id}": row.body for row in context.session().execute(query)} if ids else {}
