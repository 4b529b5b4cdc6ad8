"""``/admin/mentions/``: what a person was told, newest first, and whom to offer while an @ is typed."""

from collections import Counter
from typing import Any

from flask import abort, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import lazy_gettext as _
from sqlalchemy import Row, func, or_, select

from models.base import tables
from models.events import Event
from models.matters import ClockRun, Comment
from models.operations import mentions, told
from models.policy import may, of_visible, visible
from models.settings import Clock
from models.staff import Staff
from models.told import Told, ToldKind
from models.verbs import verb_label
from views.register.page import DeskPage
from views.request import context
from views.request.committing import committing
from views.request.queries import PAGE_SIZE, parse_choice, parse_id, parse_search
from views.words.codes import code_name
from views.words.described import describe
from views.words.language import joined, local_time, say
from views.words.references import learn_names, record_url

OF_TIME = (ToldKind.NEAR, ToldKind.MISSED)
"""What nobody tells but time."""


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
        records = describe(read)
        names = learn_names(wanted)
        said = _said(found)
        shown = []
        for row in found:
            model = tables()[row.register]
            record = records.get((row.register, row.record_id))
            text = [] if record is None else [said.get(row.cause, ""), record.sentence]
            shown.append(
                {
                    "told": row,
                    "who": "" if row.kind in OF_TIME else names[Staff, row.told_by_id],
                    "number": names[model, row.record_id] if record is None else record.number,
                    "url": record_url(row.register, row.record_id) if row.readable else "",
                    "room": record.room if record is not None else "",
                    "text": joined(filter(None, text[:1] if row.kind is ToldKind.MENTION else text)),
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


def _said(found: list[Row[Any]]) -> dict[str, str]:
    """Cause -> the entry that names somebody, the step on what one watches, or the limit and its time; else nothing."""
    ids: dict[str, list[int]] = {}
    asked = {"comment": (ToldKind.MENTION,), "event": (ToldKind.WATCHED,), "clock_run": OF_TIME}
    for row in found:
        kind, _colon, number = row.cause.removesuffix(f":{row.kind.value}").partition(":")
        if row.kind in asked.get(kind, ()) and number.isdecimal() and len(number) < 19:
            ids.setdefault(kind, []).append(int(number))
    ask = context.session().execute
    comments = ask(select(Comment.id, Comment.body).where(Comment.id.in_(ids["comment"]))) if "comment" in ids else ()
    events = ask(select(Event.id, Event.verb).where(Event.id.in_(ids["event"]))) if "event" in ids else ()
    run = select(ClockRun.id, ClockRun.due_at, Clock.code).join(Clock, Clock.id == ClockRun.clock_id)
    runs = ask(run.where(ClockRun.id.in_(ids["clock_run"]))) if "clock_run" in ids else ()
    return {
        **{f"comment:{row.id}": row.body for row in comments},
        **{f"event:{row.id}": say(verb_label(row.verb)) for row in events},
        **{
            f"clock_run:{row.id}:{word.value}": joined((code_name(row.code), local_time(row.due_at)))
            for row in runs
            for word in OF_TIME
        },
    }
