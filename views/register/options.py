"""Which of Flask-Admin's options a register's declaration may use: what would be set in vain stops the start."""

from collections.abc import Mapping
from typing import Any

from flask_admin.contrib.sqla import ModelView

HONOURED = frozenset(
    {
        "can_create",
        "can_delete",
        "can_edit",
        "can_export",
        "column_default_sort",
        "column_export_list",
        "column_filters",
        "column_formatters",
        "column_labels",
        "column_list",
        "column_searchable_list",
        "column_sortable_list",
        "create_template",
        "details_template",
        "edit_template",
        "form_args",
        "form_columns",
        "list_template",
        "page_size",
    }
)
"""Attributes of Flask-Admin that our pages read."""
VERB = "a verb of models.operations: it is called by pages, commands and bulk runs alike"
INSTEAD: Mapping[str, str] = {
    **dict.fromkeys(("column_exclude_list", "column_select_related_list", "column_auto_select_related"), "column_list"),
    **dict.fromkeys(("column_details_list", "column_details_exclude_list", "column_formatters_detail"), "sections"),
    **dict.fromkeys(("column_export_exclude_list", "column_formatters_export"), "column_export_list"),
    **dict.fromkeys(("form_excluded_columns", "form_rules", "form_create_rules", "form_edit_rules"), "form_columns"),
    **dict.fromkeys(("form", "form_extra_fields", "inline_models"), "create_form_class"),
    **dict.fromkeys(("form_overrides", "form_widget_args"), "form_args, or a field of views.forms.fields"),
    **dict.fromkeys(("form_choices", "column_choices"), "a LabelledEnum as the type of the column"),
    "form_ajax_refs": "a look-up of views.forms.lookups",
    "column_editable_list": "steps",
    "column_extra_row_actions": "steps",
    "column_type_formatters": "column_formatters",
    **dict.fromkeys(("action", "get_actions_list", "action_form", "fast_mass_delete"), "bulk_verbs"),
    **dict.fromkeys(("on_model_change", "after_model_change", "on_model_delete", "after_model_delete"), VERB),
    **dict.fromkeys(("create_model", "update_model", "delete_model", "validate_form", "on_form_prefill"), VERB),
    **dict.fromkeys(("export_types", "export_max_rows"), "nothing: an export is CSV or XLSX and whole"),
}
"""Option of Flask-Admin -> what does here what it would do there."""


def refuse_vain_options(view: type[Any]) -> None:
    """Raise TypeError for whatever the class *view* declares that Flask-Admin would read and our pages do not."""
    for name in vars(view):
        option = name in INSTEAD or (not name.startswith("_") and not callable(getattr(ModelView, name, callable)))
        if option and name not in HONOURED:
            instead = INSTEAD.get(name, "no option for it")
            raise TypeError(f"{view.__name__}.{name} would be set in vain: this panel has {instead}")
    if vars(view).get("column_searchable_list") and view.model.searched:
        message = f"{view.__name__}.column_searchable_list would be set in vain: its table says what is searched"
        raise TypeError(message)


def sorting(declared: object) -> tuple[str, bool]:
    """Column and whether it descends, of ``column_default_sort`` in any of the ways in which Flask-Admin takes it."""
    first = declared[0] if isinstance(declared, list) else declared
    name, descending = first if isinstance(first, tuple) else (first, False)
    return str(getattr(name, "key", name)), bool(descending)
