"""What is made once a run, by the worker that needs it first, and read by all."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from filelock import FileLock

Made = TypeVar("Made")


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Made]) -> tuple[Path, Made]:
    """The file *name* of this run, and what ``make(path)``, which writes it, returned to whoever made it."""
    base = factory.getbasetemp()
    folder = base.parent if base.name.startswith("popen-") else base  # a worker's own lies in that of the run
    file, answer = folder / name, folder / f"{name}.pickle"
    with FileLock(folder / f"{name}.lock"):
        if not answer.exists():
            made = make(file)
            answer.write_bytes(pickle.dumps(made))
    return file, pickle.loads(answer.read_bytes())  # noqa: S301  # written by a worker of this run
