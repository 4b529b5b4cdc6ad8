"""``/admin/resident-ways/?resident_id=``: where a resident wants to be told, and of what (NOT-2)."""

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext, lazy_gettext as _
from sqlalchemy import select

from models.errors import OperationRefused
from models.message_texts import resident_kinds
from models.operations import residents as verbs
from models.operations.residents import WayDraft
from models.outbox import ResidentWay
from models.personal import masked_phone
from models.phones import ContactKind
from models.policy import may
from models.residents import Resident, ResidentContact
from views.register.page import DeskPage, shown_here
from views.registers.contacts import way_in_words
from views.request import context
from views.request.committing import committing
from views.request.queries import parse_id
from views.request.sent_once import once
from views.words.cells import personal_of
from views.words.language import LANGUAGES, label, listed, sentence


class ResidentWayView(DeskPage):
    """What the desk writes down on a resident's word: each choice is a consent, and an event."""

    register = "resident_ways"
    title = _("Messages to a resident")
    endpoint_name = "resident_ways"
    url_name = "resident-ways"
    in_menu = False

    @expose("/", methods=("GET", "POST"))
    @once
    def index_view(self) -> ResponseReturnValue:
        """The choices of one resident, and one more."""
        resident, problem = self._resident(), None
        if request.method == "POST":
            try:
                self._choose()
            except OperationRefused as refusal:
                problem = sentence(refusal)
            else:
                return redirect(self._address(resident))
        numbers, ways = self._numbers(resident), verbs.ways_of(context.session(), [resident.id])
        taken = {way.contact_id for way in ways}
        free = {row_id: number for row_id, number in numbers.items() if row_id not in taken}
        page = self.render(
            "admin/resident_ways.html",
            resident=resident,
            back=url_for("residents.details_view", id=resident.id),
            ways=[
                (
                    way,
                    way_in_words(None, way.address) or numbers.get(way.contact_id or 0),
                    kinds_in_words(way.kinds),
                    LANGUAGES.get(way.language, way.language),
                )
                for way in ways
            ],
            numbers=free,
            mail=request.form.get("number", "mail" if not free else "") == "mail",
            problem=problem,
            kinds=resident_kinds(),
            may_choose=may(context.actor(), "choose", ResidentWay(estate_id=resident.estate_id)),
            form=request.form,
        )
        return page if problem is None else (page, 400)

    @staticmethod
    def _resident() -> Resident:
        wanted = Resident.id == parse_id(request.values.get("resident_id", ""))
        resident = context.session().scalars(select(Resident).where(wanted, shown_here(Resident))).one_or_none()
        return resident or abort(404)

    def _asked(self, verb: str) -> Resident:
        """The resident of whom the form is; 403 for whoever may not do that."""
        resident = self._resident()
        if not may(context.actor(), verb, ResidentWay(estate_id=resident.estate_id)):
            abort(403)
        return resident

    @staticmethod
    def _numbers(resident: Resident) -> dict[int, str]:
        """The mobile numbers at which somebody is reached, masked."""
        mobile = ResidentContact.valid, ResidentContact.kind == ContactKind.MOBILE
        query = select(ResidentContact.id, ResidentContact.value).where(ResidentContact.resident_id == resident.id)
        rows = context.session().execute(query.where(*mobile, shown_here(ResidentContact)).order_by(ResidentContact.id))
        return {row.id: personal_of(row.value, masked_phone) for row in rows}

    def _address(self, resident: Resident) -> str:
        return self.get_url(".index_view", resident_id=resident.id)

    def _choose(self) -> None:
        resident = self._asked("choose")
        chosen, words = request.form.get("number", ""), set(request.form.getlist("kinds"))
        number = None if chosen == "mail" else parse_id(chosen)
        if number is not None and number not in self._numbers(resident):
            number = 0  # nobody else's either
        draft = WayDraft(
            estate_id=resident.estate_id,
            contact_id=number,
            resident_id=resident.id,
            address=request.form.get("address", ""),
            kinds=[kind for kind in resident_kinds() if kind.value in words],
            language=request.form.get("language", ""),
        )
        with committing():
            verbs.choose_way(context.call(), [draft]).one()

    @expose("/drop/", methods=("POST",))
    def drop_view(self) -> ResponseReturnValue:
        """Remove a choice."""
        resident = self._asked("delete")
        with committing() as session:
            wanted = ResidentWay.id == parse_id(request.form.get("id", "")), ResidentWay.resident_id == resident.id
            way = session.scalars(select(ResidentWay).where(*wanted, shown_here(ResidentWay))).one_or_none()
            if way is None:
                abort(404)
            outcome = verbs.drop_ways(context.call(), [way])
        for _row, refusal in outcome.refused:
            flash(sentence(refusal), "danger")
        return redirect(self._address(resident))


def kinds_in_words(words: Any) -> str:
    """What these kinds are called; all of them in one word."""
    chosen = [kind for kind in resident_kinds() if kind.value in words]
    return gettext("everything") if len(chosen) == len(resident_kinds()) else listed(label(kind) for kind in chosen)
