"""What happens when: stories whose steps are done in the order of their time, those of one moment as one batch.

A story is a generator. It yields the step it wants done next and is given the row that the verb returned; when a step
lies after ``now``, the story stops where it is: that is what is still open today.
"""

import datetime
import heapq
import itertools
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.call import Call
from models.errors import OperationRefused, Outcome
from models.session import DeskSession
from models.staff import Actor

Verb = Callable[..., Outcome]
BEGINNING = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Step:
    """One verb for one draft or row: at what time (UTC), by whom (user name), with which arguments."""

    at: datetime.datetime
    verb: Verb
    subject: Any
    by: str
    arguments: tuple[tuple[str, Any], ...] = ()

    @property
    def batch(self) -> tuple[Any, ...]:
        """What steps of the same moment must share to be done by one call of the verb."""
        return self.verb, self.by, type(self.subject), getattr(self.subject, "estate_id", None), self.arguments


Story = Generator[Step, Any, None]


def step(at: datetime.datetime, verb: Verb, subject: Any, *, by: str, **arguments: Any) -> Step:
    """The step *verb* for *subject*; arguments must be hashable."""
    return Step(at, verb, subject, by, tuple(sorted(arguments.items())))


@dataclass
class Timeline:
    """All stories under way, played from the beginning until ``now``."""

    session: DeskSession
    now: datetime.datetime
    zone: datetime.tzinfo
    actors: dict[str, Actor]
    refused: list[tuple[datetime.datetime, str, OperationRefused]] = field(default_factory=list)
    _waiting: list[tuple[datetime.datetime, int, Step, Story]] = field(default_factory=list)
    _order: "itertools.count[int]" = field(default_factory=itertools.count)
    _played: datetime.datetime = BEGINNING

    def begin(self, story: Story) -> None:
        """Take in a story; its first step waits for its time."""
        self._go_on(story, None)

    def _go_on(self, story: Story, row: Any) -> None:
        try:
            wanted = story.send(row)
        except StopIteration:
            return
        at = max(wanted.at, self._played)  # time does not run backwards, whatever a story says
        if at <= self.now:
            heapq.heappush(self._waiting, (at, next(self._order), wanted, story))

    def play(self, each_day: Callable[[datetime.date], None]) -> None:
        """Do all steps in order, commit after each local day, tell *each_day* which day begins."""
        day: datetime.date | None = None
        while self._waiting:
            at = self._played = self._waiting[0][0]
            today = at.astimezone(self.zone).date()
            if today != day:
                self.session.commit()
                day = today
                each_day(day)
            moment: dict[tuple[Any, ...], list[tuple[Step, Story]]] = {}
            while self._waiting and self._waiting[0][0] == at:
                _, _, wanted, story = heapq.heappop(self._waiting)
                moment.setdefault(wanted.batch, []).append((wanted, story))
            for group in moment.values():
                self._do(at, group)
        self.session.commit()

    def _do(self, at: datetime.datetime, group: Sequence[tuple[Step, Story]]) -> None:
        first = group[0][0]
        subjects = [wanted.subject for wanted, _ in group]
        arguments = dict(first.arguments)
        call = Call(self.session, self.actors[first.by], at, reason=arguments.pop("reason", ""))
        outcome = first.verb(call, subjects, **arguments)
        # A refused step ends its story; a training estate with one story less is better than none.
        refused = {id(subject): refusal for subject, refusal in outcome.refused}
        self.refused += [
            (at, f"{first.verb.__module__}.{first.verb.__name__}", refusal) for refusal in refused.values()
        ]
        done = {id(row): row for row in outcome.done}
        made = iter(outcome.done)
        for wanted, story in group:
            if id(wanted.subject) in refused:
                story.close()
            else:
                # Verbs on rows give the rows back in the order of their ids, verbs on drafts what they made, in order.
                self._go_on(story, done.get(id(wanted.subject)) or next(made))
