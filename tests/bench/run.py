"""One database: filled, both applications opened on it, the scenarios measured."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from admin_app import create_app
from seed.staff import PASSWORD
from tests.bench.bare import Bare
from tests.bench.floor import cookie, create_floor
from tests.bench.ground import MANAGER, take_samples
from tests.bench.measure import Bench, Measured, Scenario, measure
from tests.conftest import configured
from tests.factories import token
from tests.fixed import DATA_KEY, SECRET_KEY


@contextmanager
def opened(url: str, rows: int) -> Iterator[Bench]:
    """Both applications, the manager of the scale estate signed in to each."""
    ours_app, floor_app = create_app(configured(url)), create_floor(url, DATA_KEY, SECRET_KEY)
    bare = Bare(url)
    try:
        now = datetime.datetime.now(datetime.UTC)
        ours_app.config["FRONTDESK_NOW"] = floor_app.config["FRONTDESK_NOW"] = now
        samples = take_samples(bare, rows)
        ours, floor = ours_app.test_client(), floor_app.test_client()
        given = {"username": MANAGER, "password": PASSWORD, "csrf_token": token(ours)}
        answer = ours.post("/login", data=given)
        assert answer.status_code == 302, answer.text
        floor.set_cookie("session", cookie(floor_app, samples.account_id))
        yield Bench(ours_app, floor_app, ours, floor, token(ours, "/admin/"), bare, samples, rows, now)
    finally:
        bare.close()
        floor_app.extensions["floor"].bare.close()
        ours_app.extensions["frontdesk_database"].close()


def run(
    bench: Bench, scenarios: Sequence[Scenario], requests: int, tell: Callable[[Measured], None]
) -> Iterator[Measured]:
    """Measure *scenarios* one after another; *tell* hears each when it is done."""
    for scenario in scenarios:
        measured = measure(scenario, bench, requests)
        tell(measured)
        yield measured
