"""What a part of a register's view is built on while it runs: nothing.

The parts (:class:`ListPages`, :class:`StepPages` …) stand beside each other in :class:`RegisterView`, each in its own
file. What one needs of :class:`Scope` or of another part stands in its base class for the type checker only, because
Flask-Admin's metaclass copies every inherited page onto each class that has it: a part derived from another would hide
that one's pages by older copies.
"""

from typing import Generic, TypeVar

from models.base import Base

Row = TypeVar("Row", bound=Base)


class Part(Generic[Row]):
    """A part of the view of a register whose records are *Row*."""
