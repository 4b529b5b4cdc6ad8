"""Several keys in one step (``/admin/keys/several/``): lent to one borrower, taken back together, asked for together.

Either all the chosen keys, or none: what stands in the way is said beside the key, which can then be left out.
"""

import itertools
import re
from collections.abc import Callable, Sequence
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext, lazy_gettext as _, ngettext
from sqlalchemy import false, func, or_, select
from sqlalchemy.orm import aliased

from models.base import is_open
from models.errors import OperationRefused, Outcome
from models.estates import Unit
from models.finding import units_named
from models.keys import ApprovalStatus, Key, KeyApproval, KeyLoan, usable
from models.meanings import tags_said
from models.operations import keys as verbs
from models.personal import keyring_of
from views.forms.base import DeskForm
from views.forms.fields import half_width
from views.forms.lookups import learn_for
from views.pages.key_board import COLOURS, address, hook_of, key_question, loan_form, place_of
from views.register.page import DeskPage, may_here, shown_here
from views.register.scope import INVALID
from views.registers.key_borrowers import borrower_questions, borrowers
from views.registers.key_forms import SeveralApprovalsForm, SeveralReturnsForm
from views.request import context
from views.request.committing import committing
from views.request.gathering import gathered
from views.request.queries import parse_id, parse_search
from views.request.sent_once import once
from views.words.language import joined, local_midnight, sentence

MOST_KEYS = 100
"""So many keys are lent or taken back in one step."""
_BETWEEN = re.compile(r"[\n,，;；、和与及+&]|\band\b")
_PERHAPS_BETWEEN = re.compile(r"[\s/／]+")
"""What parts two keys, or stands within the name of one (A 09)."""
_RANGE = re.compile("[~～〜至到…]|[.]{2}|——|[0-9０-９][—–−][a-zａ-ｚ]", re.IGNORECASE)
_RUNNING_NUMBER = re.compile("(k[0-9]{6})([0-9]{3,})")
"""A number of ours without its hyphen."""


class SeveralKeysView(DeskPage):
    """The keys that the address names (``key=3&key=5``), those on their hooks and those that are out."""

    register = "keys"
    title = _("Several keys")
    group = _("Keys and passes")
    endpoint_name = "several_keys"
    url_name = "keys/several"
    in_menu = False

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The chosen keys; ``more`` adds some by number or hook, ``borrower_of`` what the borrower of a loan has."""
        if {"more", "borrower_of", "approved"} & set(request.args):
            return redirect(several(self.key_ids()))
        return self.page(chosen_ids())

    @expose("/lend/", methods=("POST",))
    @once
    def lend_view(self) -> ResponseReturnValue:
        """Lend the ticked keys to one borrower: one signature, one time to come back, a loan each (KEY-3, KEY-4)."""
        if not may_here("lend", "keys"):
            abort(403)
        shown, ticked = chosen_ids(), ticked_ids("key")
        people = {one.value: one for one in borrowers(gathered(borrower_questions(shown)), len(shown))}
        form = loan_form(list(people.values()), request.form)
        if not self.all_here(ticked):
            abort(404)
        if not form.validate() or not ticked:
            return self.page(shown, lending=form, ticked=ticked, problem=none_chosen(ticked)), INVALID
        person = people[form.borrower.data]
        drafts = [verbs.LoanDraft(one, **{**form.arguments(), **person.draft_for(one)}) for one in ticked]
        outcome, refused = all_or_none(verbs.lend, drafts)
        if outcome is None:
            return self.refused(refused, form, shown, ticked, lending=form)
        name = outcome.done[0].borrower_name
        text = ngettext("%(num)s key lent to %(name)s.", "%(num)s keys lent to %(name)s.", len(drafts), name=name)
        flash(text, "success")
        return redirect(self.rest(shown, ticked))

    @expose("/return/", methods=("POST",))
    @once
    def return_view(self) -> ResponseReturnValue:
        """Take the ticked keys back, all brought by one person (KEY-4)."""
        if not may_here("return", "key_loans"):
            abort(403)
        shown, ticked = chosen_ids(), ticked_ids("loan")
        query = select(KeyLoan).where(KeyLoan.id.in_(ticked), KeyLoan.key_id.in_(shown), shown_here(KeyLoan))
        loans = list(context.session().scalars(query.order_by(KeyLoan.id)))
        if len(loans) != len(ticked):
            abort(404)
        key_ids = [loan.key_id for loan in loans]
        form = SeveralReturnsForm(request.form)
        if not form.validate() or not ticked:
            return self.page(shown, returning=form, ticked=key_ids, problem=none_chosen(ticked)), INVALID
        outcome, refused = all_or_none(verbs.return_keys, loans, **form.arguments())
        if outcome is None:
            return self.refused(refused, form, shown, key_ids, returning=form)
        text = ngettext("%(num)s key is back on its hook.", "%(num)s keys are back on their hooks.", len(loans))
        flash(text, "success")
        return redirect(self.rest(shown, key_ids))

    @expose("/request/", methods=("GET", "POST"))
    @once
    def request_view(self) -> ResponseReturnValue:
        """Ask a supervisor for each of the ticked keys at once (KEY-3)."""
        if not may_here("request", "key_approvals"):
            abort(403)
        shown, ticked = chosen_ids(), ticked_ids("key")
        if request.method == "GET":
            return self.page(shown, asking=SeveralApprovalsForm())
        form = SeveralApprovalsForm(request.form)
        if not self.all_here(ticked):
            abort(404)
        if not form.validate() or not ticked:
            return self.page(shown, asking=form, ticked=ticked, problem=none_chosen(ticked)), INVALID
        drafts = [verbs.ApprovalDraft(one, **form.arguments()) for one in ticked]
        outcome, refused = all_or_none(verbs.request, drafts)
        if outcome is None:
            return self.refused(refused, form, shown, ticked, asking=form)
        message = ngettext(
            "%(num)s key requested; a supervisor decides on it (KEY-3).",
            "%(num)s keys requested; a supervisor decides on each (KEY-3).",
            len(drafts),
        )
        flash(message, "success")
        return redirect(url_for("key_approvals.index_view", flt_status=ApprovalStatus.REQUESTED.value))

    # ------------------------------------------------------------- which keys

    def key_ids(self) -> list[int]:
        """The keys of the address, with those that it names otherwise."""
        ids = chosen_ids()
        ids += self.named(parse_search(request.args.get("more", "")))
        if "borrower_of" in request.args:
            this = aliased(KeyLoan)
            loans = select(KeyLoan.key_id).join(this, verbs.same_borrower(this)).order_by(KeyLoan.id).limit(MOST_KEYS)
            loans = loans.where(this.id == parse_id(request.args["borrower_of"]), shown_here(this))
            ids += context.session().scalars(loans.where(is_open(KeyLoan), shown_here(KeyLoan)))
        if "approved" in request.args:
            one, of = aliased(KeyApproval), KeyApproval
            consents = select(of.key_id).join(one, verbs.same_approved(one)).order_by(of.id).limit(MOST_KEYS)
            consents = consents.where(one.id == parse_id(request.args["approved"]), shown_here(one))
            ids += context.session().scalars(consents.where(usable(local_midnight()), shown_here(of)))
        return list(dict.fromkeys(ids))[:MOST_KEYS]

    def named(self, text: str) -> list[int]:
        """The keys in custody that *text* names; says what names none, may be one key or several, or is a range."""
        ids: list[int] = []
        unknown: list[str] = []
        for piece in filter(None, map(str.strip, _BETWEEN.split(text))):
            whole, parts = self.called(piece), list(filter(None, _PERHAPS_BETWEEN.split(piece)))
            apart = [self.called(part) for part in parts] if len(parts) > 1 else []
            if not whole and _RANGE.search(piece):
                flash(gettext("“%(text)s” looks like a range: write each key.", text=piece), "danger")
            elif whole and apart and all(apart):
                flash(gettext("“%(text)s” can be one key or several: put commas between them.", text=piece), "danger")
            elif whole or not apart:
                ids += whole
                unknown += [] if whole else [piece]
            else:
                ids += itertools.chain(*apart)
                unknown += [part for part, found in zip(parts, apart, strict=True) if not found]
        if unknown:
            flash(gettext("Nothing found for “%(text)s”.", text=joined(unknown)), "danger")
        return ids

    def called(self, word: str) -> list[int]:
        """The keys in custody that *word* names by number or hook, else by seal, else by the room they open."""
        number, tags = half_width(word).lower(), tags_said(word)
        numbers = {number, _RUNNING_NUMBER.sub(r"\1-\2", number)}
        named = units_named(word, keyring_of(context.session()))
        for condition in (
            or_(func.lower(Key.number).in_(numbers), Key.hook_key.in_(tags)),
            Key.seal_key.in_(tags),
            false() if named is None else Key.unit_id.in_(select(Unit.id).where(named)),
        ):
            query = select(Key.id).where(condition, shown_here(Key), Key.handed_back_at.is_(None))
            if found := list(context.session().scalars(query.order_by(Key.id).limit(MOST_KEYS))):
                return found
        return []

    def all_here(self, ids: Sequence[int]) -> bool:
        """Whether all of these keys are of the estate shown."""
        query = select(func.count()).select_from(Key).where(Key.id.in_(ids), shown_here(Key))
        return context.session().scalar(query) == len(ids)

    def rest(self, ids: Sequence[int], done: Sequence[int]) -> str:
        """What is left of the chosen keys, else the board."""
        left = [one for one in ids if one not in done]
        return several(left) if left else address(at=done[0])

    # ------------------------------------------------------------- what is shown

    def refused(
        self,
        refused: Sequence[tuple[int, OperationRefused]],
        form: DeskForm,
        ids: Sequence[int],
        ticked: Sequence[int],
        **forms: DeskForm,
    ) -> ResponseReturnValue:
        """The page with what stands in the way: of all keys at its field, of one beside that key."""
        beside: dict[int, str] = {}
        said: set[str] = set()
        for key_id, refusal in refused:
            text = sentence(refusal)
            if text in said or form.refuse(refusal):
                said.add(text)
            else:
                beside[key_id] = text
        problem = None
        if beside:
            problem = gettext("Nothing was done yet: see what stands beside the keys. Untick these, then send again.")
        left = [one for one in ticked if one not in beside]
        return self.page(ids, ticked=left, beside=beside, problem=problem, **forms), refused[0][1].http_status

    def page(
        self,
        ids: Sequence[int],
        *,
        lending: DeskForm | None = None,
        returning: DeskForm | None = None,
        asking: DeskForm | None = None,
        ticked: Sequence[int] | None = None,
        beside: dict[int, str] | None = None,
        problem: str | None = None,
    ) -> str:
        """The chosen keys, each form as it was sent or a fresh one."""
        found = gathered({"keys": key_question(Key.id.in_(ids)), **borrower_questions(ids)}) if ids else {"keys": []}
        hooks = sorted((hook_of(row) for row in found["keys"]), key=place_of)
        inside = [hook for hook in hooks if hook.state == "in"]
        people = borrowers(found, len(inside))
        if asking is not None:
            learn_for(asking)
        return self.render(
            "admin/several_keys.html",
            hooks=hooks,
            inside=inside,
            outside=[hook for hook in hooks if hook.loan_id is not None],
            gone=[hook for hook in hooks if hook.state == "lost"],
            people=people,
            lending=lending or loan_form(people),
            returning=returning or SeveralReturnsForm(),
            asking=asking,
            ticked=[hook.id for hook in hooks] if ticked is None else ticked,
            beside=beside or {},
            problem=problem,
            ids=ids,
            colours=COLOURS,
            may_lend=may_here("lend", "keys"),
            may_return=may_here("return", "key_loans"),
            may_request=may_here("request", "key_approvals"),
        )


def several(ids: Sequence[int]) -> str:
    """The page with these keys."""
    return url_for("several_keys.index_view", key=list(ids))


def chosen_ids() -> list[int]:
    """The keys that the address names."""
    return list(dict.fromkeys(parse_id(text) for text in request.args.getlist("key")))[:MOST_KEYS]


def ticked_ids(name: str) -> list[int]:
    """What is ticked in the form."""
    return list(dict.fromkeys(parse_id(text) for text in request.form.getlist(name)))[:MOST_KEYS]


def none_chosen(ticked: Sequence[int]) -> str | None:
    """What is said where nothing is ticked."""
    return None if ticked else str(gettext("Choose at least one key."))


def all_or_none(
    function: Callable[..., Outcome], rows: Sequence[Any], **arguments: object
) -> tuple[Outcome | None, list[tuple[int, OperationRefused]]]:
    """Do the verb to all *rows* and commit; where it refuses any, none is done and each refusal stands by its key."""
    refused: list[tuple[int, OperationRefused]] = []
    try:
        with committing():
            outcome: Outcome = function(context.call(), rows, **arguments)
            refused = [(row.key_id, refusal) for row, refusal in outcome.refused]
            if refused:
                raise refused[0][1]
    except OperationRefused as refusal:
        return None, refused or [(0, refusal)]
    return outcome, []
