"""What a browser would send from a page: the fields of its forms with what they hold."""

from html.parser import HTMLParser


class FormReader(HTMLParser):
    """The fields of the page's forms with what they hold, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._select = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "input" and name:
            if given.get("type") not in ("checkbox", "radio", "submit") or "checked" in given:
                self.fields.setdefault(name, given.get("value") or "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.fields):
            self.fields[self._select] = given.get("value") or ""
        elif tag == "textarea":
            self._text = name
            self.fields[name] = ""

    def handle_data(self, data: str) -> None:
        if self._text:
            self.fields[self._text] += data.removeprefix("\r\n").removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""


def fields_of(page: str) -> dict[str, str]:
    """The fields of a page."""
    reader = FormReader()
    reader.feed(page)
    return reader.fields
