"""Numbers of records: a prefix, the local date and a running number, without gaps that anybody could misread."""

import datetime
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.estates import Estate
from models.matters import NumberSeries


def take_numbers(session: Session, estate_id: int, prefix: str, day: datetime.date, count: int) -> list[str]:
    """*count* new numbers such as ``R261122-001`` of one estate; the series is locked until the transaction ends."""
    return take_numbers_by_day(session, estate_id, prefix, {day: count})[day]


def take_numbers_by_day(
    session: Session, estate_id: int, prefix: str, counts: Mapping[datetime.date, int]
) -> dict[datetime.date, list[str]]:
    """As many new numbers of each day as *counts* says; its series are locked until the transaction ends."""
    prefixes = {day: f"{prefix}{day:%y%m%d}" for day in counts}
    query = select(NumberSeries).where(NumberSeries.estate_id == estate_id, NumberSeries.prefix.in_(prefixes.values()))
    query = query.order_by(NumberSeries.prefix).with_for_update(key_share=True)
    query = query.execution_options(populate_existing=True)
    series = {found.prefix: found for found in session.scalars(query)}
    if len(series) < len(prefixes):
        # The first number of a day: the estate's row is the lock, so that two programs do not both begin the series.
        session.execute(select(Estate.id).where(Estate.id == estate_id).with_for_update(key_share=True))
        series = {found.prefix: found for found in session.scalars(query)}
    begun = [NumberSeries(estate_id=estate_id, prefix=each, last=0) for each in prefixes.values() if each not in series]
    session.add_all(begun)
    series |= {each.prefix: each for each in begun}
    numbers = {}
    for day, count in counts.items():
        each = series[prefixes[day]]
        numbers[day] = [f"{each.prefix}-{number:03d}" for number in range(each.last + 1, each.last + count + 1)]
        each.last += count
    session.flush()
    return numbers
