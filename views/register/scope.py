"""What every register's page shares: whose it is, who may, which rows, and the one place that commits."""

import functools
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any, Generic, cast

from flask import abort, g, request
from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, bindparam, select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.exceptions import NotFound
from werkzeug.local import LocalProxy

from models.base import Base
from models.errors import OperationRefused, Outcome, gettext_noop
from models.estates import Estate
from models.policy import may, roles_of, visible
from models.roles import Role
from models.staff import Actor
from models.verbs import find
from views.forms.base import DeskConverter, DeskForm
from views.register.beside import OnDesk
from views.register.options import sorting
from views.register.panel_view import PanelView
from views.register.part import Row
from views.register.searching import Searching
from views.request import context
from views.request.committing import committing
from views.request.keeping import fixed_url, kept_statement
from views.request.queries import PAGE_SIZE
from views.words.cells import Cell, cell_of, columns_of_end
from views.words.labels import Caption, label_in, register_label
from views.words.language import sentence
from views.words.references import NAMES, learn_names, reference_of

INVALID = 400


class RequestDatabase:
    """What Flask-Admin calls its database: always the session of the request it serves."""

    session = LocalProxy(context.session)


def actor_here() -> Actor | None:
    """The person acting, with the roles they have in the estate shown: what buttons of a list go by."""
    actor, estate = context.actor(), context.current_estate()
    if actor is None or estate is None:
        return actor
    whole, estate_id, here = g.get("actor_here", (None, None, None))
    if whole is not actor or estate_id != estate.id:
        here = replace(actor, roles=frozenset(role for role in actor.roles if role[0] == estate.id))
        g.actor_here = actor, estate.id, here
    return cast("Actor", here)


def needs_role(register: str, verb: str) -> OperationRefused:
    """The refusal to whom no role gives *verb*, with those that do."""
    roles = sorted(roles_of(register, verb) or (), key=list(Role).index)
    return OperationRefused("ROLE", gettext_noop("This needs one of these roles: %(roles)s."), roles=roles)


def perform(
    function: Callable[..., Outcome],
    rows: Sequence[Any],
    version: int | None = None,
    *,
    locked: Collection[Any] = (),
    reason: str = "",
    **arguments: object,
) -> Outcome:
    """Do the verb *function* to *rows* and commit; rows that the request has read under a lock are *locked*.

    Returns the verb's Outcome. Raises OperationRefused for a batch of one, and for what the database refuses.
    """
    expected = {} if version is None else {row.id: version for row in rows}
    with committing():
        outcome = function(context.call(expected=expected, reason=reason, locked=locked), rows, **arguments)
        if len(rows) == 1:
            outcome.one()
    return outcome


class Scope(PanelView, Searching, Generic[Row]):
    """The common ground of all registers. A register's view sets the class attributes below."""

    model: type[Any]
    register: str = ""
    """The register's name in the policy and in the event log: the table's name."""
    endpoint_name: str = ""
    url_name: str = ""
    title: Any = ""
    """What the pages are called; what the table says where nothing is set."""
    group: Any = ""
    """Heading of the menu."""
    create_verb = "register"
    on_desk: OnDesk | None = None
    """What of it stands on the desk beside the open matters."""
    empty_text: Any = ""
    """What to do next when the list is empty."""
    sorted_by: dict[str, str] = {}
    """Column of the list -> the column that orders it, where that is another."""
    name_text: Caption = ""
    """How a record is called by its number, ``Key loan %(number)s``, where that column does not say it."""
    named_by: Sequence[str] = ()
    """Columns that say what a record without a name is about: ``key_id``. Messages call it by these."""
    number_column = ""
    """The column whose cell links to the record page; what the table says its rows are called by where none is set."""

    can_view_details = True
    can_set_page_size = False
    page_size = PAGE_SIZE
    """So many rows a page of the list has."""
    column_display_pk = True
    column_export_list: Any = None
    _filters: Any
    _filter_args: Any
    named_filter_urls = True
    form_base_class = DeskForm
    create_form_class: type[DeskForm] | None = None
    _create_form_class: Any
    _edit_form_class: Any
    model_form_converter = DeskConverter
    reads: dict[str, tuple[str, ...]] = {}
    """Shown name -> the columns and relationships that its cell reads, where these are more than the one so called.

    In lists a relationship to one record reads as what that record is called.
    """

    # What Flask-Admin offers and this panel does not: inline edit and its own actions (stack.md 2, 15). Its pages for
    # writing are no pages of ours either; a register has them by EditPages.
    create_view: Any = None
    edit_view: Any = None
    delete_view: Any = None
    ajax_update = None
    action_view = None
    action_delete = None

    def __init__(self) -> None:
        self.register = self.register or self.model.__tablename__
        self.title = self.title or register_label(self.register)
        self.number_column = self.number_column or self.model.called
        if self.column_default_sort is not None:
            self.default_sort, self.default_descending = sorting(self.column_default_sort)
        super().__init__(
            self.model,
            RequestDatabase(),
            name=self.title,
            category=self.group,
            endpoint=self.endpoint_name or self.register,
            url=self.url_name or self.register.replace("_", "-"),
        )
        shown = [*self.listed_columns, *self.exported_columns, *(str(name) for name, _ in self._details_columns)]
        self.cells: dict[str, Cell] = {name: self.cell(name) for name in shown}

    @property
    def listed_columns(self) -> list[str]:
        """The columns of the list."""
        return [str(name) for name, _label in self._list_columns]

    @property
    def exported_columns(self) -> list[str]:
        """The columns of an export."""
        return [str(name) for name, _label in self._export_columns]

    # ------------------------------------------------------------- what Flask-Admin builds once

    def cell(self, name: str) -> Cell:
        """What shows a column: of ``column_formatters``, else ``show_<name>`` of the view, else by its type."""
        formatter = (self.column_formatters or {}).get(name)
        if formatter is not None:
            return lambda record: formatter(self, None, record, name)
        own = getattr(self, f"show_{name}", None)
        return own if own is not None else cell_of(self.model, name)

    def get_column_name(self, field: object) -> Caption:
        """A label for every column: of ``column_labels``, else the one that stands on the table."""
        return (self.column_labels or {}).get(str(field)) or label_in(self.model, str(field))

    def get_list_columns(self) -> list[Any]:
        """The declared columns only: never all of them (stack.md 9)."""
        return [(name, self.get_column_name(name)) for name in self.column_list or ()]

    def get_details_columns(self) -> list[Any]:
        """All columns that the sections of the record page name."""
        return [(name, self.get_column_name(name)) for _title, names in getattr(self, "sections", ()) for name in names]

    def get_export_columns(self) -> list[Any]:
        """The declared columns, those of the list where none are."""
        return [(name, self.get_column_name(name)) for name in self.column_export_list or self.column_list or ()]

    def get_sortable_columns(self) -> dict[Any, Any]:
        """Only the columns that are declared sortable: those with an index."""
        return {name: name for name in self.column_sortable_list or ()}

    def scaffold_auto_joins(self) -> list[Any]:
        """None: each list loads what its columns name."""
        return []

    def init_actions(self) -> None:
        """None: Flask-Admin's actions take no input and see one page only; ours are the bulk verbs."""
        self._actions = []
        self._actions_data = {}

    def _refresh_filters_cache(self) -> None:
        self._filters = self.get_filters() or []
        self._filter_groups = None
        self._filter_args = {flt.key: (index, flt) for index, flt in enumerate(self._filters)}

    def get_create_form(self) -> type[DeskForm]:
        """The declared form: creating is a verb with its own questions."""
        return self.create_form_class or DeskForm

    def get_edit_form(self) -> type[DeskForm]:
        """Made by Flask-Admin from ``form_columns``: what ``amend`` may change."""
        if not self.form_columns:
            return DeskForm
        made = self.scaffold_form()
        assert issubclass(made, DeskForm)
        return made

    # ------------------------------------------------------------- who may

    def is_accessible(self) -> bool:
        """Whether the person may read this register anywhere."""
        return may(context.actor(), "read", self.register)

    def allowed(self, verb: str, record: Base | None = None) -> bool:
        """Whether the person may do *verb* here: to *record*, else to any in the estate shown."""
        if record is not None:
            return may(context.actor(), verb, record)
        return may(actor_here(), verb, self.register)

    def require(self, verb: str, record: Base | None = None) -> None:
        """403 unless the person may do *verb*; to whom no role gives it, with those that do."""
        if not self.allowed(verb, record):
            own = {role for _estate, role, _team in getattr(context.actor(), "roles", ())}
            has_one = own & (roles_of(self.register, verb) or own)
            abort(403, None if has_one else sentence(needs_role(self.register, verb)))

    @property
    def can_create(self) -> bool:  # type: ignore[override]  # asked at each request, not at start
        """Whether the person may make a new record here."""
        return self.has_page("create") and self.allowed(self.create_verb)

    @property
    def can_export(self) -> bool:  # type: ignore[override]  # likewise
        """Whether the person may export this register."""
        return self.has_page("export") and self.allowed("export")

    def has_page(self, what: str) -> bool:
        """Whether the register has the page to ``create``, ``edit``, ``delete`` or ``export`` at all, for anybody.

        A declaration takes one away by ``can_create = False`` and so on.
        """
        declared = {
            "create": self.has_form("create_form_class"),
            "edit": bool(self.form_columns) and self.knows("amend"),
            "delete": self.knows("delete"),
            "export": True,
        }
        return declared[what] and getattr(type(self), f"can_{what}") is not False

    def has_form(self, name: str) -> bool:
        """Whether the register declares that form."""
        return getattr(self, name, None) is not None

    # ------------------------------------------------------------- which rows

    def visible(self) -> ColumnElement[bool]:
        """What the person may see of this register, in whatever estate."""
        return visible(context.actor(), self.model)

    def listed(self) -> ColumnElement[bool]:
        """What the list, the bulk selection and the export begin with: visible, and of the estate shown."""
        estate = context.current_estate()
        if estate is None or not hasattr(self.model, "estate_id"):
            return self.visible()
        here: ColumnElement[bool] = self.model.estate_id == estate.id
        return here & visible(actor_here(), self.model)

    def get_one(self, id: int, names: Sequence[str] = ()) -> Row:  # Flask-Admin's own name
        """The record with that id, with what showing *names* needs; 404 when it is not visible.

        A request that may change something locks it, so that the verb need not read it again.
        """
        desk = context.session()
        locking = request.method not in context.SAFE_METHODS

        def made() -> Select[Any]:
            query = select(self.model).where(self.model.id == bindparam("id"), self.visible())
            query = query.options(*self.loading(names)).execution_options(populate_existing=True)
            return query.with_for_update(key_share=True, of=self.model) if locking else query

        record = desk.scalars(kept_statement((self.endpoint, locking, *names), made), {"id": id}).one_or_none()
        if record is None:
            raise NotFound
        prepared: Row = self.prepared([record])[0]
        return prepared

    def prepared(self, rows: list[Any]) -> list[Any]:
        """*rows* about to be shown: a register whose cells need more than relationships reads it here, set-wise."""
        return rows

    def read_by(self, names: Sequence[str]) -> tuple[str, ...]:
        """The columns and relationships that showing *names* reads."""
        found = dict.fromkeys(("id", self.number_column))
        for name in names:
            found.update(dict.fromkeys(self.reads.get(name, (name,))))
            if name == self.model.dated_by:
                found.update(dict.fromkeys(columns_of_end(self.model)))
        return tuple(found)

    @functools.cached_property
    def reads_columns(self) -> bool:
        """Whether rows of columns are enough for the list: all but registers whose cells read many other records."""
        relationships = self.model.__mapper__.relationships
        read = self.read_by([*self.listed_columns, *self.exported_columns])
        return not any("." in name or (name in relationships and relationships[name].uselist) for name in read)

    def rows_query(self, ids: Select[Any], names: Sequence[str], *more: SQLColumnExpression[Any]) -> Select[Any]:
        """The query *ids* with the rows themselves: with what showing *names* reads, and the columns *more*.

        Rows of a register that reads columns have these; those of another one have the record as their first element.
        """
        if not self.reads_columns:
            return ids.with_only_columns(self.model, *more).options(*self.loading(names))
        query = self.plain_query(tuple(names)).add_columns(*more)
        return query if ids.whereclause is None else query.where(ids.whereclause)

    @functools.lru_cache(8)  # noqa: B019  # views live as long as the program
    def plain_query(self, names: tuple[str, ...]) -> Select[Any]:
        """All rows of the register, with what showing *names* reads."""
        table: Any = self.model.__table__
        relationships = self.model.__mapper__.relationships
        source, columns = table, []
        for name in self.read_by(names):
            if name not in relationships:
                columns.append(table.c[name] if name in table.c else getattr(self.model, name))
                continue
            target = relationships[name].mapper.class_
            other = target.__table__.alias(f"{name}_shown")
            ((ours, theirs),) = relationships[name].local_remote_pairs
            source = source.outerjoin(other, ours == other.c[theirs.key])
            columns.append(other.c[NAMES[target].key].label(name))
        return select(*columns).select_from(source)

    def loading(self, names: Sequence[str]) -> list[Any]:
        """Load options for the relationships behind *names*: joined to one, a second statement to many."""
        options: dict[str, Any] = {}
        relationships = self.model.__mapper__.relationships
        for name in names:
            for path in self.reads.get(name, (name,)):
                first, _, further = path.partition(".")
                if first not in relationships:
                    continue
                single = not relationships[first].uselist
                option = (joinedload if single else selectinload)(getattr(self.model, first))
                if further:
                    target = relationships[first].mapper.class_
                    option = option.joinedload(getattr(target, further))
                options[path] = option
        return list(options.values())

    # ------------------------------------------------------------- addresses

    def get_url(self, endpoint: str, **kwargs: object) -> str:
        """The address of a page of this register (``.details_view``), whichever shows it, or of any other."""
        endpoint = f"{self.endpoint}{endpoint}" if endpoint.startswith(".") else endpoint
        return super().get_url(endpoint, **kwargs) if kwargs else fixed_url(endpoint)

    # ------------------------------------------------------------- doing

    def apply(
        self, verb: str, rows: Sequence[Any], version: int | None = None, *, reason: str = "", **arguments: object
    ) -> Outcome:
        """Do *verb* to *rows*, which :meth:`get_one` has read under a lock, and commit (:func:`perform`)."""
        return perform(self.verb(verb), rows, version, locked=rows, reason=reason, **arguments)

    def verb(self, name: str) -> Callable[..., Outcome]:
        """What does the verb *name*."""
        declared = find(self.register, name)
        assert declared is not None
        assert declared.act is not None
        return declared.act

    def knows(self, name: str) -> bool:
        """Whether this register has the verb *name* at all: what is only granted nobody does here."""
        declared = find(self.register, name)
        return declared is not None and declared.act is not None

    def estate(self) -> Estate:
        """The estate shown; 409 with a sentence for people who work in none."""
        found = context.current_estate()
        if found is None:
            abort(409, gettext("Choose an estate first: you work in none."))
        return found

    def message_name(self, record: Row) -> str:
        """How messages call a record: by what it is about (:attr:`named_by`), where it has no name of its own."""
        about = {model: getattr(record, name) for name in self.named_by if (model := reference_of(name)) is not None}
        about = {model: row_id for model, row_id in about.items() if row_id is not None}
        names = learn_names({model: (row_id,) for model, row_id in about.items()}) if about else {}
        return " · ".join(names[each] for each in about.items()) or self.name_of(record)

    def name_of(self, record: Row) -> str:
        """How a record is called in headings."""
        if self.name_text:
            return str(self.name_text) % {"number": record.id}
        named: object = record  # or one row of a list's query
        return str(named) if isinstance(named, Base) else str(getattr(named, self.number_column))
