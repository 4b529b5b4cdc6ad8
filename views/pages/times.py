"""``/admin/times/``: what a typed time means, for the page on which it is typed."""

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import lazy_gettext as _

from models.quick_times import Toward
from views.forms.times import read_time, time_in_words
from views.register.page import DeskPage
from views.words.language import local_time


class TimeView(DeskPage):
    """One reader for the field and for what stands below it while one types."""

    register = "desk"
    title = _("Times")
    endpoint_name = url_name = "times"
    in_menu = False

    @expose("/")
    def time_view(self) -> ResponseReturnValue:
        """The time as the field holds it and in words, or what is wrong with it, as JSON.

        ``window`` says that the text is longer than an instant, and where it ends is another time.
        """
        text = request.args.get("text", "")
        toward = Toward.BEHIND if request.args.get("toward") == Toward.BEHIND.value else Toward.AHEAD
        ends = request.args.get("ends") == "true"
        try:
            moment = read_time(text, toward, ends=ends)
            is_window = not ends and read_time(text, toward) != moment
        except ValueError as unclear:
            return jsonify({"problem": str(unclear)})
        return jsonify({"value": local_time(moment), "words": time_in_words(moment), "window": is_window})
