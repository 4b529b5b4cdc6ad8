"""What everyone may change of their own: password, language, the estate that is shown."""

from flask import Blueprint, abort, flash, g, make_response, redirect, render_template, request, session, url_for
from flask_babel import force_locale, gettext
from werkzeug.wrappers import Response

from admin_app import i18n, throttle
from admin_app.auth import SESSION_ESTATE, _begin_session, safe_path
from models import passwords
from models.errors import OperationRefused
from models.operations import staff as staff_verbs
from models.staff import Staff
from views import context
from views.language import LANGUAGES, sentence

blueprint = Blueprint("account", __name__, url_prefix="/account")
