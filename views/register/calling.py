"""``call/``: the phone of a record in full for whoever is to call now, where only its end is shown (RES-4)."""

from typing import TYPE_CHECKING, Any

from flask import jsonify, make_response, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from models.operations.core import show_phone
from views.register.part import Row
from views.request import context
from views.request.committing import committing
from views.request.queries import asked_id
from views.words.cells import callable_phone

if TYPE_CHECKING:
    from views.register.record import RecordPages as Part
else:
    from views.register.part import Part

SECONDS = 60
"""So long it stands there."""
PHONES = ("reporter_phone", "phone")


class PhonePages(Part[Row]):
    """One press shows the number, for a minute; that it was shown is an event of the record."""

    @expose("/call/", methods=("POST",))
    def call_view(self) -> ResponseReturnValue:
        """The number as a link that a telephone calls."""
        record = self.get_one(asked_id())
        self.require(self.phone_verb, record)
        with committing():
            show_phone(context.call(), record)
        phone = callable_phone(self.phone_of(record))
        if request.accept_mimetypes.best == "application/json":
            return jsonify({"phone": phone, "seconds": SECONDS})
        back = self.get_url(".details_view", id=record.id)
        answer = make_response(self.render("admin/call.html", name=self.name_of(record), phone=phone, back=back))
        answer.headers["Refresh"] = f"{SECONDS}; url={back}"
        return answer

    @staticmethod
    def phone_of(record: object) -> str | None:
        """The stored number of *record*."""
        found: str | None = next((getattr(record, name) for name in PHONES if hasattr(record, name)), None)
        return found

    def preview_of(self, record_id: int) -> dict[str, Any]:
        """The record beside the list, with the way to its phone."""
        shown: dict[str, Any] = super().preview_of(record_id)  # type: ignore[misc]  # of the lists beside it
        record = shown["record"]
        may_call = self.phone_of(record) is not None and self.may_read_phone(record)
        return {**shown, "call": self.get_url(".call_view", id=record_id) if may_call else ""}
