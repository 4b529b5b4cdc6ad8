"""The verbs: one package a register. Each guards, changes and leaves events; none commits or reads a clock.

All of them are loaded together: the policy answers when every verb has said to whom it is granted.
"""

from importlib import import_module
from pkgutil import iter_modules

from models import verbs

for package in iter_modules(__path__):
    import_module(f"{__name__}.{package.name}")
verbs.complete()
import_module(f"{__name__}.bulk").declare_undo()
