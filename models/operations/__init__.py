"""The verbs: one package a register. Each guards, changes and leaves events; none commits or reads a clock.

Whom a register's verbs tell stands in ``telling`` of its package.

All of them are loaded together: the policy answers when every verb has said to whom it is granted.
"""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from models import verbs

for package in iter_modules(__path__):
    import_module(f"{__name__}.{package.name}")
    if package.ispkg and find_spec(f"{__name__}.{package.name}.telling"):
        import_module(f"{__name__}.{package.name}.telling")
verbs.complete()
import_module(f"{__name__}.bulk").declare_undo()
