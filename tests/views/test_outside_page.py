"""Which outside party has a job, and until when, in the list of tickets and its export (JOB-9)."""

import csv

from models.call import Call
from models.operations import tickets
from models.tickets import TicketStatus
from tests import reading
from tests.operations.walks import DAY, ticket_in

COLUMNS = "cols=number,outside_party,outside_contact,outside_until"


def test_party_contact_and_date_are_columns_and_the_party_a_filter__JOB_9(world, sign_in, session, now):
    given, back, ours = (ticket_in(world, TicketStatus.ACCEPTED, now) for _ in range(3))
    call = Call(session, world.actor("clerk"), now, reason="不来了")
    for row, party in ((given, "蓉通电梯"), (back, "顺安防水")):
        said = {"outside_party": party, "outside_contact": "刘工", "until": now + 2 * DAY}
        tickets.give_outside(call, [row], **said).one()
    tickets.take_back_outside(call, [back]).one()
    numbers = [row.number for row in (given, back, ours)]
    session.commit()
    client = sign_in("clerk")
    lines = client.get(f"/admin/tickets/export/csv/?{COLUMNS}").text.lstrip("\ufeff").splitlines()
    exported = {row[0]: row[1:] for row in list(csv.reader(lines))[1:]}
    assert exported == {
        numbers[0]: ["蓉通电梯", "刘工", "2026-11-20 10:00:00"],
        numbers[1]: ["", "", ""],
        numbers[2]: ["", "", ""],
    }
    page = reading.page(client.get(f"/admin/tickets/?{COLUMNS}"))
    assert "蓉通电梯 刘工 " in reading.words(page)
    found = reading.words(reading.page(client.get("/admin/tickets/?flt_outside_party=通电")))
    assert [number in found for number in numbers] == [True, False, False]
