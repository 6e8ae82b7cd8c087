"""Published calendar years on both databases: versions, and the newest of each year."""

from datetime import date, datetime

import pytest
from sqlalchemy import Engine

from models.calendar import CHINA, CalendarYear
from records import calendars
from records.errors import RecordError

AT = datetime(2025, 11, 4, tzinfo=CHINA)
NOTICE = CalendarYear(
    year=2026,
    holidays={date(2026, 1, 1): "元旦", date(2026, 1, 2): "元旦"},
    make_up_days={date(2026, 1, 4): "元旦"},
    published=True,
    source="国务院办公厅通知",
)


def test_the_newest_version_of_each_year_is_in_force_the_earliest_year_first(engine: Engine) -> None:
    earlier = NOTICE.model_copy(update={"year": 2025, "holidays": {}, "make_up_days": {}})
    corrected = NOTICE.model_copy(update={"make_up_days": {}})
    assert calendars.publish_notice(engine, NOTICE, AT) == 1
    assert calendars.publish_notice(engine, corrected, AT) == 2
    assert calendars.publish_notice(engine, earlier, AT) == 1
    assert calendars.notices(engine) == (earlier, corrected)


def test_publishing_again_what_is_in_force_changes_nothing(engine: Engine) -> None:
    assert [calendars.publish_notice(engine, NOTICE, AT) for _ in range(2)] == [1, 1]


def test_a_correction_may_be_taken_back(engine: Engine) -> None:
    for notice in (NOTICE, NOTICE.model_copy(update={"make_up_days": {}}), NOTICE):
        calendars.publish_notice(engine, notice, AT)
    assert calendars.notices(engine) == (NOTICE,)


def test_nothing_is_on_record_before_the_first_notice(engine: Engine) -> None:
    assert calendars.notices(engine) == ()


@pytest.mark.parametrize(
    ("changes", "at", "message"),
    [
        ({"published": False}, AT, "published: must be true"),
        ({"make_up_days": {date(2026, 1, 2): "元旦"}}, AT, "make_up_days: must not hold .*2026-01-02"),
        ({}, datetime(2025, 11, 4), "at: must have a time zone"),  # noqa: DTZ001
    ],
)
def test_what_is_no_notice_is_not_published(
    engine: Engine, changes: dict[str, object], at: datetime, message: str
) -> None:
    with pytest.raises(RecordError, match=message):
        calendars.publish_notice(engine, NOTICE.model_copy(update=changes), at)
    assert calendars.notices(engine) == ()
