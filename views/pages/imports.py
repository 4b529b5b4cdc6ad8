"""Import of residents and units step by step: upload, columns, dry run, doing it, result; each has its address."""

import re
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from werkzeug.exceptions import BadRequest, NotFound

from models import spreadsheets
from models.call import Call
from models.errors import OperationRefused
from models.estates import Estate
from models.import_headings import COLUMNS
from models.imports import ImportRun, ImportState
from models.moments import YEARS
from models.operations import imports
from models.personal import masked_phone
from models.policy import may, visible
from models.residents import OccupancyKind
from models.session import DeskSession
from models.spreadsheets import RULE
from models.staff import Actor
from views.register.page import DeskPage
from views.register.scope import actor_here
from views.register.sheets import xlsx_answer
from views.request import context
from views.request.committing import committing
from views.request.queries import PAGE_SIZE, asked_id, parse_choice, parse_id
from views.words.labels import register_label
from views.words.language import joined, label, say, sentence, titled
from views.words.references import ENDPOINTS

SECONDS_IN_ONE_REQUEST = 5
ROWS_SHOWN = 5
REFUSED_SHOWN = 50
NOT_TAKEN = ""
INVALID = 400
_LONG_NUMBER = re.compile(r"(?<!\d)\d{3}[ -]?\d{4}[ -]?\d{4}(?!\d)|\d{7,}[Xx]?")

STEPS = {
    ImportState.UPLOADED: ".map_view",
    ImportState.MAPPED: ".check_view",
    ImportState.CHECKED: ".check_view",
    ImportState.RUNNING: ".details_view",
    ImportState.FINISHED: ".details_view",
}


class ImportView(DeskPage):
    """``/admin/imports/``: only one's own, in the estates where one may import; begun at the list of a register."""

    register = "import_runs"
    title = lazy_gettext("Imports")
    endpoint_name = url_name = "imports"
    group = lazy_gettext("Control")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The person's last imports."""
        query = select(ImportRun).where(visible(context.actor(), ImportRun))
        runs = list(context.session().scalars(query.order_by(ImportRun.id.desc()).limit(PAGE_SIZE)))
        steps = {run.id: self.get_url(STEPS[run.state], id=run.id) for run in runs}
        registers = [name for name in imports.REGISTERS if may(actor_here(), "import", name)]
        return self.render(
            "admin/imports.html", runs=runs, steps=steps, registers=registers, register_label=register_label
        )

    # ------------------------------------------------------------- upload

    @expose("/new/", methods=("GET", "POST"))
    def new_view(self) -> ResponseReturnValue:
        """Choose the file."""
        register = parse_choice("register", list(imports.REGISTERS), "residents")
        estate = context.current_estate()
        if estate is None or not may(actor_here(), "import", register):
            abort(403)
        if request.method == "GET":
            return self._upload_page(register)
        file = request.files.get("file")
        if file is None or not file.filename:
            return self._upload_page(register, gettext("Choose a file.")), INVALID
        try:
            with spreadsheets.opened(file.stream) as tables:
                sealed = imports.seal(tables, register, context.services().keyring)
            run_id = self._upload(register, estate.id, file.filename, sealed)
        except OperationRefused as refusal:
            return self._upload_page(register, sentence(refusal)), refusal.http_status
        return redirect(self.get_url(".map_view", id=run_id))

    def _upload(self, register: str, estate_id: int, file_name: str, file: imports.SealedFile) -> int:
        with committing():
            run = imports.upload(
                context.call(),
                file,
                estate_id=estate_id,
                register=register,
                file_name=file_name.replace("\0", ""),
                key=request.form.get("key", ""),
            )
            return run.id

    def _upload_page(self, register: str, problem: str | None = None) -> str:
        return self.render(
            "admin/import_new.html",
            register=register,
            title=_title(register),
            columns=COLUMNS[register].columns,
            key=secrets.token_urlsafe(24),
            problem=problem,
            back=url_for(f"{ENDPOINTS[register]}.index_view"),
        )

    # ------------------------------------------------------------- columns

    @expose("/map/", methods=("GET", "POST"))
    def map_view(self) -> ResponseReturnValue:
        """Say which sheet and columns of the file hold what; then comes the dry run."""
        if request.method == "GET":
            run = self._run(asked_id())
            if run.state in (ImportState.RUNNING, ImportState.FINISHED):
                return redirect(self.get_url(".details_view", id=run.id))
            return self._map_page(run, self._reading(run, request.args), None)
        run = self._run(parse_id(request.form.get("id")))
        run_id, reading = run.id, self._reading(run, request.form)
        known = {row.number for row in reading.chosen.suspects}
        left_out = known & {parse_id(number) for number in request.form.getlist("left_out")}
        everybody = request.form.get("everybody", NOT_TAKEN)
        if everybody not in (NOT_TAKEN, *OccupancyKind):
            raise BadRequest(gettext("The form is incomplete; open it again."))
        year = request.form.get("year", "")
        if year and not (year.isdecimal() and int(year) in YEARS):
            raise BadRequest(gettext("The form is incomplete; open it again."))
        reading = replace(
            reading, left_out=frozenset(left_out), everybody=everybody or None, year=int(year) if year else None
        )
        chosen = self._chosen(run, reading)
        try:
            with committing():
                imports.map_columns(context.call(), run, chosen, reading=reading)
        except OperationRefused as refusal:
            if refusal.rule != RULE:
                raise
            return self._map_page(self._run(run_id), reading, chosen, sentence(refusal)), refusal.http_status
        self._dry_run(run_id)
        return redirect(self.get_url(".check_view", id=run_id))

    @staticmethod
    def _reading(run: ImportRun, asked: Mapping[str, str]) -> imports.Reading:
        """How the file is read: as was chosen before, or as *asked* by sheet and row of headings."""
        desk = context.session()
        sheet, header_row = (asked.get(name, "") for name in ("sheet", "header_row"))
        if not all(number == "" or (number.isdecimal() and len(number) < 9) for number in (sheet, header_row)):
            raise BadRequest(gettext("The form is incomplete; open it again."))
        known = imports.reading_of(desk, run)
        return imports.read_with(
            desk,
            run,
            sheet=known.sheet if sheet == "" else int(sheet),
            header_row=None if header_row == "" else int(header_row),
        )

    @staticmethod
    def _chosen(run: ImportRun, reading: imports.Reading) -> list[str | None]:
        words = request.form.getlist("column")
        if len(words) != len(reading.header) or not COLUMNS[run.register].named.keys() >= {*words} - {NOT_TAKEN}:
            raise BadRequest(gettext("The form is incomplete; open it again."))
        return [None if word == NOT_TAKEN else word for word in words]

    def _map_page(
        self,
        run: ImportRun,
        reading: imports.Reading,
        chosen: list[str | None] | None,
        problem: str | None = None,
    ) -> str:
        desk = context.session()
        columns = COLUMNS[run.register]
        known = imports.reading_of(desk, run)
        guessed, _everybody, twice, new = imports.columns_of(desk, run.estate_id, run.register, reading.header)
        as_before = reading.header == known.header and len(run.columns) == len(known.header)
        first_time = run.state is ImportState.UPLOADED or not as_before
        chosen = chosen or (list(run.columns) if as_before else guessed)
        if problem is None:
            try:
                columns.check(chosen, twice if chosen == guessed else ())
            except OperationRefused as refusal:
                problem = sentence(refusal)
        top = imports.top_rows(desk, run, reading.chosen.first)
        rows = [row for row in top if reading.takes(row)][:ROWS_SHOWN]
        samples = [
            [_masked(row.cells[at]) for row in rows if at < len(row.cells) and row.cells[at]]
            for at in range(len(reading.header))
        ]
        suspects = [
            (
                row.number,
                _shown(row.cells),
                imports.explains(row, reading.header) if first_time else row.number in reading.left_out,
                imports.why_left_out(row, reading.header),
            )
            for row in reading.chosen.suspects
            if row.number > reading.header_row
        ]
        return self._page(
            "admin/import_map.html",
            run,
            lines=list(zip(reading.header, samples, chosen, strict=True)),
            reading=reading,
            top=[(row.number, _shown(row.cells)) for row in top],
            unreadable={at: sentence(one.problem) for at, one in enumerate(reading.sheets) if one.problem},
            suspects=suspects,
            kinds=[(kind.value, label(kind)) for kind in OccupancyKind] if run.register == "residents" else [],
            columns=columns.columns,
            new=joined(new),
            problem=problem,
        )

    # ------------------------------------------------------------- dry run

    @expose("/check/", methods=("GET", "POST"))
    def check_view(self) -> ResponseReturnValue:
        """What would become of the rows; a POST makes the dry run (again)."""
        if request.method == "POST":
            run_id = parse_id(request.form.get("id"))
            self._dry_run(run_id)
            return redirect(self.get_url(".check_view", id=run_id))
        run = self._run(asked_id())
        if run.state not in (ImportState.MAPPED, ImportState.CHECKED):
            return redirect(self.get_url(STEPS[run.state], id=run.id))
        return self._page("admin/import_check.html", run, **self._account(run))

    def _dry_run(self, run_id: int) -> None:
        # On a connection of its own that only reads: nobody waits for the write lock meanwhile.
        with context.services().reading() as desk:
            found = imports.dry_run(Call(desk, _actor(), context.now()), self._run(run_id, desk))
        with committing():
            imports.keep_dry_run(context.call(), self._run(run_id), found)

    # ------------------------------------------------------------- doing it

    @expose("/run/", methods=("POST",))
    def run_view(self) -> ResponseReturnValue:
        """Do it, or go on with it; sent twice it acts once. The page goes on by itself, or by its button."""
        run_id = parse_id(request.form.get("id"))
        run = self._run(run_id)
        stop = time.monotonic() + SECONDS_IN_ONE_REQUEST
        taker = imports.taker_of(context.call(), run)
        going_on = True
        while going_on and time.monotonic() < stop:
            with committing():
                going_on = imports.run_chunk(context.call(), run, taker=taker)
        return redirect(self.get_url(".details_view", id=run_id))

    @expose("/undo/", methods=("POST",))
    def undo_view(self) -> ResponseReturnValue:
        """Take out again what the import brought; what has been followed by anything stays. Goes on like an import."""
        run = self._run(parse_id(request.form.get("id")))
        run_id, before = run.id, request.form.get("before", "")
        stop = time.monotonic() + SECONDS_IN_ONE_REQUEST
        at: int | None = parse_id(before) if before else None
        going_on = True
        while going_on and time.monotonic() < stop:
            with committing():
                at = imports.undo_chunk(context.call(), run, before=at).next
            going_on = at is not None
        return redirect(self.get_url(".details_view", id=run_id, **({} if at is None else {"before": at})))

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        """How far it is, and what became of each row."""
        run = self._run(asked_id())
        if run.state not in (ImportState.RUNNING, ImportState.FINISHED):
            return redirect(self.get_url(STEPS[run.state], id=run.id))
        finished = run.state is ImportState.FINISHED
        account = self._account(run)
        return self._page("admin/import_run.html", run, finished=finished, undo=self._undo(run, account), **account)

    def _undo(self, run: ImportRun, account: dict[str, Any]) -> dict[str, Any]:
        """Whether the import can be undone, and what an undo has left, with reasons."""
        desk = context.session()
        if run.state is not ImportState.FINISHED or not account["counts"]["imported"] + account["counts"]["updated"]:
            return {"offered": False, "begun": False}
        if not imports.is_undone(desk, run):
            return {"offered": True, "begun": False}
        before = request.args.get("before", "")
        left = imports.undo_chunk(context.call(preview=True), run)
        return {
            "offered": False,
            "begun": True,
            "before": parse_id(before) if before else None,
            "done": imports.counts_undone(desk, run),
            "left": [(name, sentence(refusal)) for name, refusal in left.left[:REFUSED_SHOWN]],
        }

    @expose("/download/")
    def download(self) -> ResponseReturnValue:
        """The refused rows as they stood in the file, with reasons: to be mended and imported again."""
        run = self._run(asked_id())
        name = f"{run.register}-refused-{run.id}.xlsx"
        return xlsx_answer(_refused_lines(run), name, str(register_label(run.register)))

    # ------------------------------------------------------------- shared

    def _run(self, run_id: int, desk: DeskSession | None = None) -> ImportRun:
        query = select(ImportRun).where(ImportRun.id == run_id, visible(context.actor(), ImportRun))
        run = (desk or context.session()).scalars(query).one_or_none()
        if run is None:
            raise NotFound
        if not imports.is_kept(run, context.now()):
            raise NotFound(gettext("This import is older than a week and was cleared away; upload the file again."))
        return run

    def _account(self, run: ImportRun) -> dict[str, Any]:
        desk = context.session()
        refused = []
        for item in imports.refused_rows(desk, run):
            refused.append((item.row.number, _shown(item.row.cells), sentence(item.refusal)))
            if len(refused) == REFUSED_SHOWN:
                break
        reading = imports.reading_of(desk, run)
        named = list(zip(reading.header, run.columns, strict=False))
        columns = COLUMNS[run.register].named
        return {
            "counts": imports.counts(desk, run),
            "refused": refused,
            "reading": reading,
            "taken": joined([titled(text, say(columns[name].label)) for text, name in named if name is not None]),
            "not_taken": joined([text for text, name in named if text and name is None]),
            "everybody": OccupancyKind(reading.everybody) if reading.everybody else None,
        }

    def _page(self, template: str, run: ImportRun, **values: object) -> str:
        estate = context.session().get_one(Estate, run.estate_id)
        return self.render(
            template,
            run=run,
            title=_title(run.register),
            estate=estate,
            label=label,
            say=say,
            back=url_for(f"{ENDPOINTS[run.register]}.index_view"),
            **values,
        )


def _actor() -> Actor:
    actor = context.actor()
    assert actor is not None
    return replace(actor, source="import")


def _title(register: str) -> str:
    return str(gettext("Import: %(register)s", register=register_label(register)))


def _shown(cells: list[str]) -> str:
    return " · ".join(_masked(cell) for cell in cells if cell)[:200]


def _masked(cell: str) -> str:
    """A cell as the screen shows it: phones and ID numbers in it masked (RES-4); the download has them in full."""
    return _LONG_NUMBER.sub(lambda found: masked_phone(found[0]), cell)


def _refused_lines(run: ImportRun) -> Iterator[list[str]]:
    desk = context.session()
    header = imports.reading_of(desk, run).header
    yield [*header, gettext("Row in the file"), gettext("Reason for refusal")]
    for item in imports.refused_rows(desk, run):
        cells = item.row.cells[: len(header)]
        cells += [""] * (len(header) - len(cells))
        yield [*cells, str(item.row.number), sentence(item.refusal)]
