"""The published work calendar: one notice of the State Council a year, and its corrections."""

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.calendar import CalendarYear
from records.database import writing
from records.errors import RecordError, require_zone
from records.tables import CalendarNoticeRow


def publish_notice(engine: Engine, year: CalendarYear, at: datetime) -> int:
    """Put a published year on record and return its version: 1, or one more than the version that it corrects.

    Publishing again what is in force changes nothing and returns its version. Raises `RecordError` for a year that is
    only a guess, for a day that is holiday and working day at once, and for a moment without a zone.
    """
    _require_publishable(year)
    require_zone("at", at)
    body = year.model_dump(mode="json")
    with writing(engine) as session:
        latest = session.exec(_versions().where(col(CalendarNoticeRow.year) == year.year)).all()[-1:]
        if latest and latest[0].body == body:
            return latest[0].version
        version = latest[0].version + 1 if latest else 1
        session.add(CalendarNoticeRow(year=year.year, version=version, body=body, published_at=at))
        return version


def notices(engine: Engine) -> tuple[CalendarYear, ...]:
    """The newest version of every year on record, the earliest year first."""
    with Session(engine) as session:
        newest = {row.year: row.body for row in session.exec(_versions())}
        return tuple(CalendarYear.model_validate(body) for body in newest.values())


def _versions() -> SelectOfScalar[CalendarNoticeRow]:
    return select(CalendarNoticeRow).order_by(col(CalendarNoticeRow.year), col(CalendarNoticeRow.version))


def _require_publishable(year: CalendarYear) -> None:
    if not year.published:
        raise RecordError("published", False, f"must be true: {year.year} is a guess, not a notice")
    both = sorted(day.isoformat() for day in year.holidays.keys() & year.make_up_days.keys())
    if both:
        raise RecordError("make_up_days", both, "must not hold a day that is a holiday as well")
