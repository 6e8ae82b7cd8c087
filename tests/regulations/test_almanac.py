"""The calendar in force: what is published, what is guessed, and what a newly read notice changes."""

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from models.calendar import CalendarYear
from regulations.almanac import NoticeError, NoticeFile, calendar_in_force, published_years, read_notice
from regulations.calendar import is_working_day, working_day_after

EXAMPLE = Path(__file__).parents[2] / "examples" / "calendar-2027.yaml"
MINIMAL = "year: 2027\nsource: 通知\nholidays: {元旦: [2027-01-01]}\n"


def notice(text: str, folder: Path) -> CalendarYear:
    path = folder / "notice.yaml"
    path.write_text(text, encoding="utf-8")
    return read_notice(path)


# ---------------------------------------------------------------- published and guessed years


def test_every_day_of_the_published_years_agrees_with_the_package() -> None:
    calendar = calendar_in_force(2004, 2026)
    first = date(2004, 1, 1)
    every = [first + timedelta(days=n) for n in range((date(2026, 12, 31) - first).days + 1)]
    assert [d for d in every if is_working_day(d, calendar) != chinese_calendar.is_workday(d)] == []
    assert all(year.published for year in calendar.years)


def test_the_package_covers_2004_to_at_least_2026() -> None:
    assert published_years()[0] == 2004
    assert 2026 in published_years()


def test_holidays_have_chinese_names_and_include_their_weekend_days() -> None:
    year = calendar_in_force(2026, 2026).years[0]
    assert year.holidays[date(2026, 2, 21)] == "春节"
    assert year.make_up_days[date(2026, 9, 20)] == "国庆节"
    names = {name for year in calendar_in_force(2004, 2026).years for name in year.holidays.values()}
    assert all(not name.isascii() for name in names)


def test_a_year_without_notice_is_a_guess_at_the_statutory_days_off() -> None:
    year = calendar_in_force(2040, 2040).years[0]
    assert not year.published
    assert year.holidays[date(2040, 10, 1)] == "国庆节"
    assert date(2040, 2, 12) in year.holidays  # the first day of the lunar year
    assert year.make_up_days == {}


def test_a_year_before_the_published_ones_is_a_guess_too() -> None:
    assert [year.published for year in calendar_in_force(2003, 2004).years] == [False, True]


def test_years_in_the_wrong_order_and_years_beyond_the_sources_are_refused() -> None:
    with pytest.raises(ValueError, match=r"last_year: must not lie before first_year 2027 \(got 2026\)"):
        calendar_in_force(2027, 2026)
    with pytest.raises(ValueError, match=r"year: must lie in 1950-2100 \(got 2101\)"):
        calendar_in_force(2100, 2101)


# ---------------------------------------------------------------- notices


def test_a_notice_replaces_its_year_and_makes_it_published() -> None:
    before = calendar_in_force(2026, 2028)
    after = calendar_in_force(2026, 2028, [read_notice(EXAMPLE)])
    assert [year.published for year in before.years] == [True, False, False]
    assert [year.published for year in after.years] == [True, True, False]
    assert not is_working_day(date(2027, 2, 12), after)
    assert is_working_day(date(2027, 2, 12), before)
    assert is_working_day(date(2027, 2, 20), after)


def test_a_notice_rearranges_december_of_the_year_before() -> None:
    calendar = calendar_in_force(2026, 2026, [read_notice(EXAMPLE)])
    assert is_working_day(date(2026, 12, 26), calendar)
    assert not is_working_day(date(2026, 12, 31), calendar)
    assert calendar.years[0].published
    assert working_day_after(date(2026, 12, 25), 1, calendar) == date(2026, 12, 26)


def test_a_day_of_december_has_the_meaning_that_was_given_to_it_last(tmp_path: Path) -> None:
    first = notice(
        "year: 2026\nsource: 甲\nholidays: {元旦: [2026-12-26]}\nmake_up_days: {元旦: [2026-12-27]}\n", tmp_path
    )
    second = notice(MINIMAL + "make_up_days: {元旦: [2026-12-26]}\n", tmp_path)
    third = notice(MINIMAL.replace("2027-01-01", "2026-12-27"), tmp_path)
    calendar = calendar_in_force(2026, 2026, [first, second])
    assert is_working_day(date(2026, 12, 26), calendar)
    assert date(2026, 12, 26) not in calendar.years[0].holidays
    assert not is_working_day(date(2026, 12, 27), calendar_in_force(2026, 2026, [first, third]))


def test_a_year_lists_only_days_of_its_own() -> None:
    calendar = calendar_in_force(2026, 2027, [read_notice(EXAMPLE)])
    for year in calendar.years:
        assert {day.year for day in (*year.holidays, *year.make_up_days)} == {year.year}


def test_of_two_notices_for_one_year_the_later_counts(tmp_path: Path) -> None:
    amended = notice(MINIMAL, tmp_path)
    years = calendar_in_force(2026, 2027, [read_notice(EXAMPLE), amended]).years
    assert years[1].holidays == {date(2027, 1, 1): "元旦"}
    assert is_working_day(date(2026, 12, 31), calendar_in_force(2026, 2027, [read_notice(EXAMPLE), amended]))


# ---------------------------------------------------------------- the version


def test_the_version_says_what_each_year_rests_on() -> None:
    version = calendar_in_force(2003, 2029, [read_notice(EXAMPLE)]).version
    origins, digest = version.split(":")
    assert origins == "guess2003+2004-2026+notice2027+guess2028-2029"
    assert len(digest) == 8


def test_the_same_days_have_the_same_version_and_other_days_another(tmp_path: Path) -> None:
    one = calendar_in_force(2027, 2027, [notice(MINIMAL, tmp_path)]).version
    same = calendar_in_force(2027, 2027, [notice(MINIMAL.replace("通知", "通知（抄件）"), tmp_path)]).version
    other = calendar_in_force(2027, 2027, [notice(MINIMAL.replace("2027-01-01", "2027-01-04"), tmp_path)]).version
    assert one == same
    assert one != other


# ---------------------------------------------------------------- notice files


def test_the_example_says_that_it_is_invented() -> None:
    year = read_notice(EXAMPLE)
    assert "虚构" in year.source
    assert "invented" in year.source
    assert (year.year, year.published) == (2027, True)
    assert len([day for day, name in year.holidays.items() if name == "春节"]) == 10


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "(whole input): "),
        ("year: [2027\n", "line 2: "),
        (MINIMAL + "year: 2028\n", "line 4: the key 'year' stands here for the second time"),
        (MINIMAL + "make_up: {}\n", "make_up: Extra inputs are not permitted"),
        (MINIMAL.replace("year: 2027", "year: '2027'"), "year: "),
        (MINIMAL.replace("2027-01-01", "2027-02-30"), "line 3: '2027-02-30' is not a date"),
        (MINIMAL.replace("2027-01-01", "'2027-01-01'"), "holidays.元旦.0.day: "),
        (MINIMAL.replace("2027-01-01", "2027-01-01 10:00:00"), "holidays.元旦.0.day: "),
        (MINIMAL + "? [a]\n: 1\n", "line 4: found unhashable key"),
        (MINIMAL.replace("2027-01-01", "20270101"), "holidays.元旦.0.day: "),
        (
            MINIMAL.replace("2027-01-01", "{from: 2027-01-03, to: 2027-01-01}"),
            "to 2027-01-01 lies before from 2027-01-03",
        ),
        (MINIMAL.replace("2027-01-01", "{from: 2027-01-03}"), "holidays.元旦.0.span.to: Field required"),
        (MINIMAL.replace("{元旦: [2027-01-01]}", "{}"), "holidays: "),
        (
            MINIMAL.replace("2027-01-01", "2028-01-01"),
            "holidays.元旦: must lie in 2027 or in December 2026 (got 2028-01-01)",
        ),
        (MINIMAL.replace("2027-01-01", "2026-11-30"), "must lie in 2027 or in December 2026 (got 2026-11-30)"),
        (
            MINIMAL + "make_up_days: {春节: [2027-02-19]}\n",
            "a make-up day must be a Saturday or Sunday (got 2027-02-19",
        ),
        (MINIMAL.replace("01]", "01, 2027-01-01]"), "the day is listed already under holidays.元旦 (got 2027-01-01)"),
        (
            "year: 2027\nsource: 通知\nholidays: {元旦: [2027-01-02]}\nmake_up_days: {春节: [2027-01-02]}\n",
            "make_up_days.春节: the day is listed already under holidays.元旦 (got 2027-01-02)",
        ),
    ],
)
def test_a_notice_that_cannot_be_used_is_refused_with_file_key_value_and_rule(
    text: str, fault: str, tmp_path: Path
) -> None:
    with pytest.raises(NoticeError) as caught:
        notice(text, tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / 'notice.yaml'}: ")
    assert fault in str(caught.value)


def test_every_fault_of_a_notice_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(NoticeError) as caught:
        notice(MINIMAL.replace("2027-01-01", "2020-01-01, 2021-01-01"), tmp_path)
    assert len(str(caught.value).splitlines()) == 2


def test_a_notice_may_reach_back_to_the_first_of_december(tmp_path: Path) -> None:
    assert date(2026, 12, 1) in notice(MINIMAL.replace("2027-01-01", "2026-12-01"), tmp_path).holidays


def test_a_key_given_twice_inside_a_holiday_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoticeError, match="the key '元旦' stands here for the second time"):
        notice("year: 2027\nsource: 通知\nholidays: {元旦: [2027-01-01], 元旦: [2027-01-02]}\n", tmp_path)


def test_the_notice_file_has_a_json_schema() -> None:
    schema = NoticeFile.model_json_schema()
    assert set(schema["properties"]) == {"year", "source", "holidays", "make_up_days"}
    assert schema["additionalProperties"] is False
