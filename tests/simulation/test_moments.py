"""Dates of a case: a day alone, or a day with its time, in China."""

from datetime import UTC, date, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from models.calendar import CHINA
from simulation.moments import FilingMoment, Moment

FILED: TypeAdapter[datetime] = TypeAdapter(FilingMoment)
HAPPENS: TypeAdapter[datetime] = TypeAdapter(Moment)


@pytest.mark.parametrize("day", ["2026-03-02", date(2026, 3, 2)])
def test_a_day_means_nine_for_a_filing_and_ten_for_an_event(day: object) -> None:
    assert FILED.validate_python(day) == datetime(2026, 3, 2, 9, tzinfo=CHINA)
    assert HAPPENS.validate_python(day) == datetime(2026, 3, 2, 10, tzinfo=CHINA)


def test_a_time_without_a_zone_is_of_china() -> None:
    assert HAPPENS.validate_python("2026-03-30 23:58") == datetime(2026, 3, 30, 23, 58, tzinfo=CHINA)


def test_a_time_with_its_zone_keeps_it() -> None:
    moment = datetime(2026, 3, 30, 12, tzinfo=UTC)
    assert HAPPENS.validate_python(moment) == moment


@pytest.mark.parametrize("wrong", ["2026-02-30", "tomorrow", "2026-03-30 25:00", 7])
def test_what_is_no_moment_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        HAPPENS.validate_python(wrong)
