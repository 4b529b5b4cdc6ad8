"""Form fields that name another record: looked up as it is typed, or chosen of a short list."""

from collections.abc import Sequence
from typing import Any, Unpack

from flask import g
from flask_babel import gettext
from markupsafe import Markup
from wtforms import Field, widgets

from views.forms.fields import ChoiceField, ChoiceOptions, FieldOptions
from views.forms.lookup_kinds import LOOKUPS
from views.forms.lookups import Ambiguous, Lookup, NothingFound
from views.forms.widgets import attributes
from views.words.labels import Caption
from views.words.language import joined


class LookupWidget(widgets.TextInput):
    """A text input that a script turns into a search box; without JavaScript the typed text is looked up."""

    html_params = staticmethod(attributes)

    def __call__(self, field: Field, **kwargs: object) -> Markup:
        """The input, with where to look things up and what is chosen now."""
        assert isinstance(field, LookupField)
        kwargs |= {"data-controller": "lookup", "data-lookup": field.lookup.name}
        kwargs["autocomplete"] = "off"
        if field.data is not None:
            kwargs["data-selected"] = f"id:{field.data}"
        return super().__call__(field, **kwargs)


class LookupField(Field):
    """A reference to a record: its id. ``id:7`` and ``#7`` name it, other text is looked up by its natural key."""

    widget = LookupWidget()

    def __init__(
        self,
        label: Caption | None = None,
        validators: Sequence[Any] = (),
        *,
        lookup: str,
        **options: Unpack[FieldOptions],
    ) -> None:
        super().__init__(label, list(validators), **options)
        self.lookup: Lookup = LOOKUPS[lookup]
        self.typed: str | None = None

    def _value(self) -> str:
        if self.typed is not None and self.data is None:
            return self.typed
        if self.data is None:
            return ""
        return self.lookup.written(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Resolve what was typed or picked; ValueError with the candidates when it is not exactly one record."""
        self.typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not self.typed or "\0" in self.typed:
            return
        original = self.object_data
        shown = g.get("written", {}).get((self.lookup.name, original))
        if original is not None and self.typed in (f"id:{original}", shown):
            self.data = original  # what was not touched need not be looked up
            return
        try:
            self.data = self.lookup.resolve(self.typed)
        except Ambiguous as several:
            if len(several.candidates) == 1:
                (candidate,) = several.candidates
                message = gettext(
                    "“%(text)s” says more than “%(candidate)s”: write that alone if it is meant.",
                    text=self.typed[:60],
                    candidate=candidate,
                )
                raise ValueError(message) from None
            raise ValueError(
                gettext("Several fit: %(candidates)s. Write one of these.", candidates=joined(several.candidates))
            ) from None
        except NothingFound:
            raise ValueError(gettext("Nothing found for “%(text)s”.", text=self.typed[:60])) from None


class StaticChoiceField(ChoiceField):
    """References with few rows (teams, categories, people of a team): a plain list by a lookup's own order."""

    def __init__(
        self,
        label: Caption | None = None,
        validators: Sequence[Any] = (),
        *,
        lookup: str,
        **options: Unpack[ChoiceOptions],
    ) -> None:
        super().__init__(label, validators, **options)
        self.lookup: Lookup = LOOKUPS[lookup]
        self._values: list[tuple[int, str]] | None = None

    def values(self) -> Sequence[tuple[object, str]]:
        """Ids and names of the rows the person may see in the estate shown."""
        if self._values is None:
            self._values = self.lookup.choices()
        return self._values
