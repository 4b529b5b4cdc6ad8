"""``/admin/rules/``: every rule that a refusal, a limit or a finding can name, in the reader's language."""

from flask_admin import expose
from flask_babel import lazy_gettext as _

from models.rules import RULES
from views.register.page import DeskPage


class RuleView(DeskPage):
    """The rules of the desk, for everybody; the id in a refusal leads here."""

    register = "rules"
    title = _("Rules")
    group = _("Control")
    endpoint_name = "rules"
    url_name = "rules"

    @expose("/")
    def index_view(self) -> str:
        """All of them, in the order of the procedures."""
        return self.render("admin/rules.html", rules=RULES)
