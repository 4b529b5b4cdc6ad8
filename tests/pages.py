"""The address of every page of the panel, from its URL map: a new page is walked without anybody listing it."""

import re
from collections.abc import Iterator

from flask import Flask

from tests.records import Records

NOT_PAGES = {
    *("export", "download", "faults", "static", "healthz"),
    *("ajax_lookup", "callers_view", "people_view", "counts_view", "waiting_view", "time_view"),
    *("caller_view", "preview_view", "same_view"),
}
"""What answers with something else than a page: files, JSON, pieces of pages."""


def addresses(app: Flask, records: Records) -> Iterator[str]:
    """The address of every page that shows something to a signed-in manager; one for each step and bulk verb."""
    views = {view.endpoint: view for view in app.extensions["admin"][0]._views}
    for rule in app.url_map.iter_rules():
        endpoint, _, name = rule.endpoint.partition(".")
        if "GET" not in (rule.methods or ()) or (name or endpoint) in NOT_PAGES or name == "bulk_view":
            continue
        view = views.get(endpoint)
        if "<verb>" in rule.rule and view is not None:
            verbs = [step.verb for step in view.steps if not step.link]
            paths = [rule.rule.replace("<verb>", verb) for verb in verbs]
        else:
            paths = [rule.rule]
        number = records.ids.get(endpoint, 1)
        needs_id = re.search(r"/(details|edit|delete|slip|print|note|step/[a-z_]+)/$", rule.rule.replace("<verb>", "x"))
        yield from (f"{path}?id={number}" if needs_id else path for path in paths if "<" not in path)
