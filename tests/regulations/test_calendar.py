"""Statutory time, by worked dates and by properties that hold for every date."""

import ast
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given

from models.calendar import ClockEvent, Term, TermUnit
from regulations import calendar as statutory
from regulations.calendar import (
    UncoveredYear,
    is_working_day,
    next_working_day,
    receipt,
    working_day_after,
    working_days_between,
)
from tests.regulations.terms import CALENDAR, EXTENDED, amounts, at, computed, days, fixed, moved, term, working_days


def test_a_make_up_sunday_is_a_working_day_and_a_holiday_tuesday_is_not() -> None:
    assert is_working_day(date(2024, 9, 29), CALENDAR)
    assert not is_working_day(date(2024, 10, 1), CALENDAR)
    assert not is_working_day(date(2024, 10, 13), CALENDAR)


def test_a_year_that_the_calendar_lacks_is_an_error_that_names_it() -> None:
    with pytest.raises(UncoveredYear, match="does not cover 2030") as caught:
        is_working_day(date(2030, 1, 2), CALENDAR)
    assert caught.value.year == 2030


def test_a_count_that_runs_out_of_the_calendar_fails_instead_of_guessing() -> None:
    with pytest.raises(UncoveredYear, match="2030"):
        computed(date(2029, 12, 20), working_days(20))


def test_the_next_working_day_is_the_day_itself_where_offices_work() -> None:
    assert next_working_day(date(2026, 2, 14), CALENDAR) == date(2026, 2, 14)
    assert next_working_day(date(2026, 2, 15), CALENDAR) == date(2026, 2, 24)


@given(days, amounts)
def test_working_days_between_undoes_working_day_after(day: date, n: int) -> None:
    assert working_days_between(day, working_day_after(day, n, CALENDAR), CALENDAR) == n


@given(days, amounts)
def test_counting_back_from_a_working_day_undoes_counting_forward(day: date, n: int) -> None:
    working = next_working_day(day, CALENDAR)
    assert working_day_after(working_day_after(working, n, CALENDAR), -n, CALENDAR) == working
    assert working_days_between(working, working_day_after(working, -n, CALENDAR), CALENDAR) == -n


@given(days, days)
def test_counting_backwards_is_the_negative_of_counting_forwards(one: date, other: date) -> None:
    assert working_days_between(one, other, CALENDAR) == -working_days_between(other, one, CALENDAR)


@given(days, amounts)
def test_a_longer_term_ends_later_and_a_later_start_never_ends_earlier(day: date, n: int) -> None:
    due = working_day_after(day, n, CALENDAR)
    assert working_day_after(day, n + 1, CALENDAR) > due
    assert working_day_after(day + timedelta(days=1), n, CALENDAR) >= due


def test_twenty_working_days_over_the_spring_festival_of_2026() -> None:
    result = computed(date(2026, 2, 9), working_days(20))
    assert result.due_on == date(2026, 3, 13)
    assert result.make_up_days == (date(2026, 2, 14), date(2026, 2, 28))
    assert [s.day.day for s in result.skipped if s.reason == "春节"] == list(range(15, 24))
    assert {s.day: s.reason for s in result.skipped if s.day.month == 3} == {
        date(2026, 3, 1): "周日",
        date(2026, 3, 7): "周六",
        date(2026, 3, 8): "周日",
    }
    assert (result.working_days_counted, result.provisional) == (20, False)
    assert result.calendar_version == CALENDAR.version


def test_fifteen_working_days_over_the_national_day_of_2024_count_two_weekend_days_at_work() -> None:
    # By hand: 29, 30 Sep; 8-12 Oct (the 12th a Saturday at work); 14-18 Oct; 21-23 Oct.
    result = computed(date(2024, 9, 27), working_days(15))
    assert result.due_on == date(2024, 10, 23)
    assert result.make_up_days == (date(2024, 9, 29), date(2024, 10, 12))


def test_the_day_of_the_event_is_the_day_in_china() -> None:
    late_in_utc = datetime.fromisoformat("2026-03-02T17:00:00+00:00")
    result = receipt("受理申请", late_in_utc, working_days(1), CALENDAR)
    assert (result.started_on, result.due_on) == (date(2026, 3, 3), date(2026, 3, 4))


@pytest.mark.parametrize(
    ("start", "amount", "nominal"),
    [
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 6, 30), 24, date(2028, 6, 30)),
    ],
)
def test_months_end_on_the_corresponding_day_else_at_the_end_of_the_month(
    start: date, amount: int, nominal: date
) -> None:
    assert computed(start, term(TermUnit.MONTHS, amount, rolls_over=False)).due_on == nominal


def test_the_31st_of_january_on_a_saturday_moves_on_to_the_monday() -> None:
    result = computed(date(2026, 1, 5), fixed("01-31"))
    assert (result.rolled_from, result.due_on) == (date(2026, 1, 31), date(2026, 2, 2))
    assert [s.reason for s in result.skipped] == ["周六", "周日"]
    assert result.working_days_counted == 0


def test_a_strict_fixed_date_stays_on_its_saturday() -> None:
    result = computed(date(2026, 1, 5), fixed("01-31", rolls_over=False))
    assert (result.rolled_from, result.due_on, result.skipped) == (None, date(2026, 1, 31), ())


def test_a_fixed_date_is_the_next_one_after_the_event() -> None:
    assert computed(date(2025, 1, 31), fixed("01-31", rolls_over=False)).due_on == date(2026, 1, 31)
    assert computed(date(2026, 12, 1), fixed("02-29", rolls_over=False)).due_on == date(2027, 2, 28)


def test_calendar_days_roll_over_a_holiday_to_the_next_working_day() -> None:
    result = computed(date(2026, 2, 10), term(TermUnit.CALENDAR_DAYS, 7))
    assert (result.rolled_from, result.due_on) == (date(2026, 2, 17), date(2026, 2, 24))


def test_a_count_into_an_unpublished_year_is_provisional() -> None:
    assert not computed(date(2026, 12, 1), working_days(10)).provisional
    assert computed(date(2026, 12, 25), working_days(10)).provisional
    assert computed(date(2026, 12, 1), term(TermUnit.MONTHS, 3)).provisional


def test_a_term_that_never_reads_the_calendar_is_not_provisional() -> None:
    assert not computed(date(2026, 12, 1), term(TermUnit.MONTHS, 3, rolls_over=False)).provisional


@pytest.mark.parametrize(
    ("limit", "clock", "field"),
    [
        (term(TermUnit.WORKING_DAYS), (), "amount"),
        (term(TermUnit.FIXED_DATE), (), "month_day"),
        (working_days(5), (moved(EXTENDED, date(2026, 3, 3)),), "working_days"),
    ],
)
def test_a_length_that_is_missing_is_refused_by_name(limit: Term, clock: tuple[ClockEvent, ...], field: str) -> None:
    with pytest.raises(ValueError, match=rf"{field} \(got None\)"):
        computed(date(2026, 3, 2), limit, *clock)


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="started_at: a moment needs its zone"):
        receipt("受理申请", at(date(2026, 3, 2)).replace(tzinfo=None), working_days(1), CALENDAR)


@given(days, amounts)
def test_every_day_of_a_working_day_term_is_either_counted_or_skipped_with_a_reason(day: date, n: int) -> None:
    result = computed(day, working_days(n))
    assert result.working_days_counted == n
    assert result.working_days_counted + len(result.skipped) == (result.due_on - day).days


def test_the_module_imports_values_and_date_arithmetic_only_and_reads_no_clock() -> None:
    nodes = list(ast.walk(ast.parse(Path(statutory.__file__).read_text(encoding="utf-8"))))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)}
    assert imported == {"dataclasses", "datetime", "itertools", "models.calendar", "models.deadline"}
    assert not {"now", "today", "utcnow"} & {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    assert not {"open", "__import__"} & {node.id for node in nodes if isinstance(node, ast.Name)}


def test_importing_the_module_brings_in_no_calendar_package_and_no_file_format() -> None:
    heavy = "{'chinese_calendar', 'holidays', 'yaml', 'regulations.almanac'}"
    script = f"import sys, regulations.calendar; print(sorted({heavy} & set(sys.modules)))"
    root = Path(statutory.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
