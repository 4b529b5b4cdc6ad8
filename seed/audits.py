"""The audits of the last days, noted and signed off; today's is left for whoever learns it."""

import datetime
from collections.abc import Sequence

from sqlalchemy import select

from models.audits import AuditFinding, AuditLine, AuditRun
from models.call import Call
from models.errors import Outcome
from models.operations import audits as verbs
from seed.jobs import minutes
from seed.texts import words
from seed.timeline import Story, Timeline, step
from seed.world import Place, World

DAYS = 10
MINUTE = 18 * 60 + 20


def plan(world: World, timeline: Timeline) -> None:
    """Begin the stories of the audits."""
    for place in world.places:
        for days_ago in range(min(DAYS, world.days), 0, -1):
            timeline.begin(_story(world, place, world.today - datetime.timedelta(days=days_ago), days_ago))


def _story(world: World, place: Place, day: datetime.date, days_ago: int) -> Story:
    at = world.at(day, MINUTE + world.random("audit", place.estate.code, day).randrange(20))
    run = yield step(at, verbs.run, place.estate, by=world.on_duty(place, at))
    if days_ago == 1 and place is not world.places[0]:
        # Somebody still has to sign one off.
        return
    yield step(at + minutes(12), note_overdue, run, by=place.supervisor)
    yield step(at + minutes(25), verbs.sign_off, run, by=place.supervisor)


def note_overdue(call: Call, runs: Sequence[AuditRun]) -> Outcome:
    """Write to each overdue finding of *runs* what is done about it."""
    texts: dict[str, str] = words("desk")["audit"]
    query = (
        select(AuditLine, AuditFinding.kind)
        .join(AuditFinding, AuditFinding.id == AuditLine.finding_id)
        .where(AuditLine.run_id.in_([run.id for run in runs]), AuditLine.overdue.is_(True))
        .order_by(AuditLine.id)
    )
    by_text: dict[str, list[AuditLine]] = {}
    for line, kind in call.session.execute(query):
        by_text.setdefault(texts.get(kind.value, texts["other"]), []).append(line)
    for text, lines in by_text.items():
        verbs.note(call, lines, note=text).all()
    return Outcome(done=list(runs))
