"""What hangs on the records of a small world, and the runs of some people."""

import datetime
from typing import Any

from models.bulk import BulkItem, BulkOutcome, BulkRun
from models.complaints import Complaint
from models.imports import ImportRun
from models.matters import Channel, Comment, RepeatReport
from models.passes import Direction, PassMovement
from models.tickets import Ticket
from models.told import Told, ToldKind
from tests.views.maker import Maker

HOUR = datetime.timedelta(hours=1)


def hanging(maker: Maker) -> None:
    """What hangs on the records: linked work, matters of residents, repeats, passages, entries, runs."""
    made, now = maker.ids, maker.now
    late = maker.session.get_one(Ticket, made["tickets"]["late"])
    late.previous_id, late.complaint_id = made["tickets"]["first"], made["complaints"]["first"]
    for model, register in ((Ticket, "tickets"), (Complaint, "complaints")):
        matter: Any = maker.session.get_one(model, made[register]["early"])
        matter.resident_id = made["residents"]["zhang"]
        heard = {"heard_at": now - HOUR, "channel": Channel.PHONE, "taken_by_id": maker.person("clerk")}
        again = {"reporter_name": "张", "words": f"again about the {register[:-1]}"}
        maker.add(RepeatReport, register, register=register, record_id=made[register]["early"], **heard, **again)
    for name, direction, ago in (("in", Direction.IN, 2 * HOUR), ("out", Direction.OUT, HOUR)):
        passage = {"direction": direction, "at": now - ago, "noted_by_id": maker.person("clerk2")}
        maker.add(PassMovement, name, pass_id=made["visitor_passes"]["valid"], **passage)
    texts = (
        ("theirs", "tickets", "first", "technician", "@王强 看看水压"),
        ("not theirs", "tickets", "early", "technician", "@王强 业主很生气"),
        ("of a complaint", "complaints", "early", "technician", "@王强 投诉内容"),
        ("for a colleague", "tickets", "first", "clerk2", "@林小满 请回电"),
        ("of a complaint for a colleague", "complaints", "early", "clerk2", "@林小满 请看投诉"),
    )
    for name, register, matter, whom, body in texts:
        about = {"register": register, "record_id": made[register][matter], "at": now - HOUR}
        entry = maker.add(Comment, name, author_id=maker.person("clerk"), body=body, **about)
        told = {**about, "kind": ToldKind.MENTION, "rule": "MENTION", "cause": f"comment:{entry.id}"}
        maker.add(Told, name, **told, staff_id=maker.person(whom), told_by_id=maker.person("clerk"))
    runs: dict[str, Any] = {"register": "tickets", "verb": "dispatch", "arguments": {}}
    files = {"register": "units", "file_name": "房.csv", "sheet": "", "header": "x", "columns": [], "rows": 1}
    for username in ("manager", "supervisor"):
        own = {"actor_id": maker.person(username), "idempotency_key": f"a-key-of-{username}-0123456789"}
        maker.add(BulkRun, username, **runs, **own)
        maker.add(ImportRun, username, **files, **own)
    for name, outcome, rule in (
        ("early", BulkOutcome.REFUSED, "KEY-2"),
        ("first", BulkOutcome.CHANGED, None),
        ("late", BulkOutcome.DONE, None),
    ):
        reason = {"message": "This key is on loan; its loan must end first.", "values": {}} if rule else None
        row = {"record_id": made["tickets"][name], "number": f"T-{name}", "version_seen": 1, "rule": rule}
        maker.add(BulkItem, name, run_id=made["bulk_runs"]["manager"], outcome=outcome, reason=reason, **row)
