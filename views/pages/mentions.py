"""``/admin/mentions/``: the entries in which somebody was named with @, and whom to offer while it is typed."""

from typing import Any

from flask import abort, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from models.base import tables
from models.matters import Comment
from models.mentions import Mention
from models.operations import mentions
from models.policy import may, visible
from models.staff import Staff
from views.register.page import DeskPage
from views.request import context
from views.request.committing import committing
from views.request.queries import PAGE_SIZE, parse_id, parse_search
from views.words.references import learn_names, record_url


class MentionView(DeskPage):
    """What a person was told by @; each sees the own ones only."""

    register = "mentions"
    title = _("Mentions")
    endpoint_name = "mentions"
    url_name = "mentions"

    @expose("/")
    def index_view(self) -> str:
        """The latest, those not yet seen first; text only of what the person may read."""
        return self.render("admin/mentions.html", rows=self._rows())

    def _rows(self) -> list[dict[str, Any]]:
        actor = context.actor()
        readable = Comment.id.in_(select(Comment.id).where(visible(actor, Comment)))
        query = (
            select(Mention.id, Mention.seen_at, Comment.at, Comment.author_id, Comment.register, Comment.record_id)
            .add_columns(Comment.body, readable.label("readable"))
            .join(Comment, Comment.id == Mention.comment_id)
            .where(visible(actor, Mention))
            .order_by(Mention.seen_at.is_not(None), Mention.id.desc())
            .limit(PAGE_SIZE)
        )
        found = context.session().execute(query).all()
        wanted: dict[type[Any], set[int]] = {Staff: {row.author_id for row in found}}
        for row in found:
            wanted.setdefault(tables()[row.register], set()).add(row.record_id)
        names = learn_names(wanted)
        return [
            {
                "id": row.id,
                "seen_at": row.seen_at,
                "at": row.at,
                "who": names[Staff, row.author_id],
                "number": names[tables()[row.register], row.record_id],
                "url": record_url(row.register, row.record_id) if row.readable else "",
                "text": row.body if row.readable else None,
            }
            for row in found
        ]

    @expose("/seen/", methods=("POST",))
    def seen_view(self) -> ResponseReturnValue:
        """Mark some of the person's mentions as seen, or all."""
        actor = context.actor()
        if actor is None or not may(actor, "mark_seen", self.register):
            abort(403)
        ids = None if request.form.get("all") else [parse_id(text) for text in request.form.getlist("id")]
        with committing():
            mentions.mark_seen(context.call(), ids)
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
