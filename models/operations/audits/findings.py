"""What one audit finds: a finding as it stands now, before it is compared with what is stored (AUD-1, AUD-2)."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.audits import FindingKind

Key = tuple[str, str, str, int, str]


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: what, of which record, since when, and the facts as codes and values.

    *since* is when its cause began and *due_at* what it is late against, both by the record itself; *overdue* says
    that a supervisor has to write a note to it (AUD-3).
    """

    kind: FindingKind
    rule: str
    register: str
    record_id: int
    number: str
    owner_id: int | None
    since: datetime.datetime
    due_at: datetime.datetime | None = None
    clock: str = ""
    overdue: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """What makes it the same finding tomorrow, as long as its cause began at the same instant."""
        return self.kind.value, self.rule, self.register, self.record_id, self.clock


@dataclass(frozen=True)
class Scope:
    """Which estate is looked at, on which local date, from its first instant to its last, and when."""

    estate_id: int
    day_begins: datetime.datetime
    day_ends: datetime.datetime
    now: datetime.datetime
