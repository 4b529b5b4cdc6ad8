"""``frontdesk export``: a register as a file; what an import takes it reads again without a change."""

import datetime
import json

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from models.call import Call
from models.complaints import Complaint
from models.estates import Unit, UnitUse
from models.events import Event
from models.keys import KeyApproval, KeyLoan
from models.operations import residents as verbs
from models.operations.imports import REGISTERS
from models.passes import VisitorPass
from models.personal import IdDocument
from models.residents import Occupancy, OccupancyKind, Resident
from models.tickets import Ticket
from tests import check_translations
from tests.marks import first_sqlite

NOT_TAKEN = {
    "residents": [],
    "units": [],
    "tickets": [
        *("Kind", "Severity", "Also called", "Team", "Handler", "Desk owner", "Outside party", "Contact there"),
        *("Outside until", "Registered", "Due", "Answer promised until", "Closed"),
    ],
    "complaints": [
        *("Nature", "Severity", "Also called", "Team", "Handler", "Desk owner", "Registered", "Due"),
        "Answer promised until",
        "Formal record written",
        "Carried out",
    ],
    "key_loans": ["Number", "State", "Lent by", "Brought back by", "Pieces back", "Lost"],
    "visitor_passes": [
        *("Validity", "Badge", "Issued", "Handed in", "Revoked", "Deposit", "Deposit refunded"),
    ],
}
"""Register -> the headings of its export that an import has no column for, and names."""
KINDS = {"residents": ("en.csv", "zh_Hans_CN.xlsx"), "units": ("en.xlsx", "zh_Hans_CN.csv")}
MOVED_IN = datetime.date(2024, 5, 1)


@pytest.fixture
def town(world, now):
    """People and units whose cells are hard to write and to read again."""
    desk, estate, clerk = world.session, world.estate.id, world.actor("clerk")
    codes = ("3-1-101", "3-2-101", "三栋二单元1501", "A座1203", "=7-101", "9-909")
    units = [
        Unit(estate_id=estate, code=code, building=code[0], floor=floor, handed_over_on=MOVED_IN)
        for code, floor in zip(codes, (1, -1, 15, None, 0, 9), strict=True)
    ]
    desk.add_all([*units, Unit(estate_id=estate, code="Main gate", use=UnitUse.PLACE)])
    desk.flush()
    drafts = [
        verbs.ResidentDraft(estate, "O'Brien, Anna", "13911110001", note='=1+1\n"quoted", and\nmore'),
        verbs.ResidentDraft(estate, "张伟", "021-87654321", vehicles="沪A·9K8X7、苏E12345", moved_in_on=MOVED_IN),
        verbs.ResidentDraft(estate, "王芳", None, IdDocument.PASSPORT, "E12345678", emergency_contact="李 13700001111"),
        verbs.ResidentDraft(estate, "王芳", "13911110002", note="'quoted'"),
        verbs.ResidentDraft(estate, "欧阳娜娜", "13911110003", IdDocument.ID_CARD, "11010519491231002X"),
        verbs.ResidentDraft(estate, "无电话者", None, note="无"),
    ]
    people = verbs.register(Call(desk, clerk, now), drafts).all()
    homes = [(0, 0, "OWNER"), (0, 1, "OWNER"), (0, 1, "FAMILY"), (1, 2, "TENANT"), (2, 3, "OWNER"), (3, 4, "OWNER")]
    verbs.register_occupancy(
        Call(desk, clerk, now),
        [
            verbs.OccupancyDraft(estate, units[at].id, people[who].id, OccupancyKind[kind], None)
            for who, at, kind in homes
        ],
    ).all()
    desk.commit()
    return world


def everything(desk):
    desk.rollback()
    return [
        desk.execute(select(*model.__table__.c).order_by(model.__table__.c.id)).all()
        for model in (Resident, Unit, Occupancy, Ticket, Complaint, KeyLoan, KeyApproval, VisitorPass)
    ] + [desk.scalar(select(func.count()).select_from(Event))]


@first_sqlite
def test_what_an_import_takes_it_reads_again_without_a_change__RES_4(town, run_here, tmp_path):
    before = everything(town.session)
    for register, rows in (("residents", 2 + 8), ("units", 4 + 7)):
        for kind in KINDS[register]:
            file, language = tmp_path / f"{register}.{kind}", kind.partition(".")[0]
            code, out, _ = run_here("export", register, file, "--estate", "YH", "--language", language, "--json")
            assert (code, json.loads(out)["rows"]) == (0, rows), kind
            assert "139111100" not in file.read_bytes().decode("latin-1")
            code, out, _ = run_here("import", register, file, "--estate", "YH", "--json")
            report = json.loads(out)
            assert (code, report["refusals"], report["columns_not_taken"]) == (0, [], []), kind
            assert (report["rows"], report["unchanged"]) == (rows, rows), kind
    assert everything(town.session) == before


def test_each_export_in_each_language_is_read_again_without_a_change__INT_6(records, world, run_here, tmp_path):
    before = everything(world.session)
    catalogue = check_translations.in_chinese()
    everywhere = world.session.get_bind().dialect.name == "sqlite"
    assert set(NOT_TAKEN) == set(REGISTERS)
    for register in REGISTERS if everywhere else ("key_loans",):
        headings = NOT_TAKEN[register]
        for language, ending in (("zh_Hans_CN", "xlsx"), ("en", "csv"))[: 2 if everywhere else 1]:
            named = headings if language == "en" else [catalogue[text] for text in headings]
            file = tmp_path / f"{register}.{language}.{ending}"
            code, out, _ = run_here("export", register, file, "--estate", "YH", "--language", language, "--json")
            assert code == 0, file.name
            rows = json.loads(out)["rows"]
            code, out, err = run_here("import", register, file, "--estate", "YH", "--json")
            assert code == 0, (file.name, err)
            report = json.loads(out)
            assert (report["refusals"], report["columns_not_taken"]) == ([], named), file.name
            assert report["rows"] == report["unchanged"] == rows > 0, file.name
    assert everything(world.session) == before


def test_a_register_is_written_as_its_list_exports_it(town, run_here, tmp_path):
    for register in ("follow_ups", "audit_runs"):
        file = tmp_path / f"{register}.xlsx"
        code, out, _ = run_here("export", register, file, "--estate", "YH", "--as", "manager")
        assert code == 0, register
        assert out.endswith(f"of {register} of YH are in {file}.\n")
        assert CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()[0]


def test_an_export_that_cannot_be_made_is_one_line_and_no_file(town, environment, database_url, fails, tmp_path):
    environment(database_url)
    for more, said in (
        (("tickets", tmp_path / "x.csv", "--estate", "NO"), "there is no estate NO"),
        (("tickets", tmp_path / "x.ods", "--estate", "YH"), "FILE ends with"),
        (("passwords", tmp_path / "x.csv", "--estate", "YH"), "'passwords' is not one of"),
        (("tickets", tmp_path / "x.csv", "--estate", "YH", "--as", "technician"), "may not export tickets"),
        (("tickets", tmp_path / "no" / "x.csv", "--estate", "YH"), "cannot write into"),
    ):
        assert said in fails("export", *map(str, more)), more
    assert list(tmp_path.iterdir()) == []
