"""The tests of a register go through pages too."""

from tests.views.conftest import look, pages, post

__all__ = ["look", "pages", "post"]
