"""Numbers of records: a prefix, the local date and a running number, without gaps that anybody could misread."""

import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.estates import Estate
from models.matters import NumberSeries


def take_numbers(session: Session, estate_id: int, prefix: str, day: datetime.date, count: int) -> list[str]:
    """*count* new numbers such as ``R261122-001`` of one estate; the series is locked until the transaction ends."""
    series_prefix = f"{prefix}{day:%y%m%d}"
    query = select(NumberSeries).where(NumberSeries.estate_id == estate_id, NumberSeries.prefix == series_prefix)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    series = session.scalars(query).one_or_none()
    if series is None:
        # The first number of a day: the estate's row is the lock, so that two programs do not both begin the series.
        session.execute(select(Estate.id).where(Estate.id == estate_id).with_for_update(key_share=True))
        series = session.scalars(query).one_or_none()
    if series is None:
        series = NumberSeries(estate_id=estate_id, prefix=series_prefix, last=0)
        session.add(series)
        session.flush()
    first = series.last + 1
    series.last += count
    session.flush()
    return [f"{series_prefix}-{number:03d}" for number in range(first, first + count)]
