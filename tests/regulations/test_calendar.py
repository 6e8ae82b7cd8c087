"""Statutory time, by worked dates and by properties that hold for every date."""

import ast
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calendar import CHINA, ClockEvent, ClockEventKind, Receipt, Term, TermUnit
from models.citation import Citation
from models.deadline import Rung, RungKind
from regulations import calendar as statutory
from regulations.almanac import calendar_in_force
from regulations.calendar import (
    UncoveredYear,
    explain,
    is_overdue,
    is_working_day,
    next_working_day,
    receipt,
    remaining_working_days,
    rung_instants,
    working_day_after,
    working_days_between,
)

CALENDAR = calendar_in_force(2023, 2029)
SOURCE = Citation(instrument="某市项目管理办法", article="第六条")
PAUSED, RESUMED, EXTENDED = ClockEventKind.PAUSED, ClockEventKind.RESUMED, ClockEventKind.EXTENDED
LADDER = tuple(Rung(at=at, kind=RungKind.REMINDER) for at in ("half", "T-3", "T-1", "due"))

days = st.dates(date(2024, 1, 1), date(2026, 6, 30))
amounts = st.integers(1, 60)


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=CHINA)


def moved(kind: ClockEventKind, day: date, hour: int = 10, working_days: int | None = None) -> ClockEvent:
    return ClockEvent(kind=kind, at=at(day, hour), working_days=working_days, reason="补充材料", by="wang")


def term(unit: TermUnit, amount: int | None = None, month_day: str | None = None, rolls_over: bool = True) -> Term:
    return Term(unit=unit, amount=amount, month_day=month_day, rolls_over=rolls_over, citation=SOURCE)


def working_days(amount: int) -> Term:
    return term(TermUnit.WORKING_DAYS, amount)


def fixed(month_day: str, rolls_over: bool = True) -> Term:
    return term(TermUnit.FIXED_DATE, month_day=month_day, rolls_over=rolls_over)


def computed(day: date, limit: Term, *clock: ClockEvent) -> Receipt:
    return receipt("受理申请", at(day), limit, CALENDAR, clock)


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


def test_a_pause_keeps_what_is_left_after_its_own_day() -> None:
    start = date(2026, 3, 2)
    standing = computed(start, working_days(10), moved(PAUSED, date(2026, 3, 5)))
    assert (standing.paused, standing.remaining_working_days, standing.due_on) == (True, 7, date(2026, 3, 16))
    running = computed(start, working_days(10), moved(PAUSED, date(2026, 3, 5)), moved(RESUMED, date(2026, 3, 18)))
    assert (running.paused, running.remaining_working_days, running.due_on) == (False, None, date(2026, 3, 27))
    assert [s.day.day for s in running.skipped if s.reason == "时钟停止"] == list(range(6, 19))
    assert running.working_days_counted == 10


def test_an_extension_adds_working_days_to_the_due_day() -> None:
    result = computed(date(2026, 3, 2), working_days(10), moved(EXTENDED, date(2026, 3, 9), working_days=5))
    assert (result.due_on, result.extended_by, result.working_days_counted) == (date(2026, 3, 23), 5, 15)


def test_an_extension_of_a_standing_clock_adds_to_what_is_left() -> None:
    clock = moved(PAUSED, date(2026, 3, 5)), moved(EXTENDED, date(2026, 3, 9), working_days=5)
    assert computed(date(2026, 3, 2), working_days(10), *clock).remaining_working_days == 12


def test_a_rolled_fixed_date_is_extended_from_the_day_it_rolled_to() -> None:
    result = computed(date(2026, 1, 5), fixed("01-31"), moved(EXTENDED, date(2026, 1, 20), working_days=5))
    assert (result.rolled_from, result.due_on) == (date(2026, 1, 31), date(2026, 2, 9))


def test_a_pause_of_a_term_in_months_keeps_calendar_days_and_rolls_over() -> None:
    clock = moved(PAUSED, date(2026, 4, 1)), moved(RESUMED, date(2026, 4, 11))
    result = computed(date(2026, 3, 10), term(TermUnit.MONTHS, 1), *clock)
    assert computed(date(2026, 3, 10), term(TermUnit.MONTHS, 1)).due_on == date(2026, 4, 10)
    assert result.due_on == date(2026, 4, 20)
    later = moved(PAUSED, date(2026, 4, 1)), moved(RESUMED, date(2026, 4, 9))
    rolled = computed(date(2026, 3, 10), term(TermUnit.MONTHS, 1), *later)
    assert (rolled.rolled_from, rolled.due_on) == (date(2026, 4, 18), date(2026, 4, 20))


def test_a_pause_while_the_due_day_rolls_over_leaves_the_day_of_the_resumption() -> None:
    pause = moved(PAUSED, date(2026, 2, 1))
    resumed = computed(date(2026, 1, 5), fixed("01-31"), pause, moved(RESUMED, date(2026, 2, 4)))
    assert resumed.due_on == date(2026, 2, 4)
    same_day = computed(date(2026, 1, 5), fixed("01-31"), pause, moved(RESUMED, date(2026, 2, 1), 17))
    assert same_day == computed(date(2026, 1, 5), fixed("01-31"))


def test_an_extension_into_an_unpublished_year_stays_provisional_through_a_pause() -> None:
    clock = (
        moved(EXTENDED, date(2026, 12, 1), working_days=20),
        moved(PAUSED, date(2026, 12, 2)),
        moved(RESUMED, date(2026, 12, 9)),
    )
    assert computed(date(2026, 11, 20), fixed("12-20", rolls_over=False), *clock).provisional


def test_a_pause_on_the_last_day_leaves_the_day_of_the_resumption() -> None:
    pause = moved(PAUSED, date(2026, 3, 13))
    assert computed(date(2026, 3, 6), working_days(5), pause).remaining_working_days == 0
    resumed = computed(date(2026, 3, 6), working_days(5), pause, moved(RESUMED, date(2026, 3, 18)))
    assert resumed.due_on == date(2026, 3, 18)
    strict = term(TermUnit.WORKING_DAYS, 5, rolls_over=False)
    on_a_saturday = computed(date(2026, 3, 6), strict, pause, moved(RESUMED, date(2026, 3, 21)))
    assert (on_a_saturday.rolled_from, on_a_saturday.due_on) == (date(2026, 3, 21), date(2026, 3, 23))


@pytest.mark.parametrize("limit", [working_days(5), fixed("03-15", rolls_over=False)])
def test_a_pause_after_the_due_day_does_not_cure_the_delay(limit: Term) -> None:
    clock = moved(PAUSED, date(2026, 3, 18)), moved(RESUMED, date(2026, 3, 25))
    resumed = computed(date(2026, 3, 6), limit, *clock)
    assert resumed == computed(date(2026, 3, 6), limit)
    assert is_overdue(resumed, at(date(2026, 3, 25)))


def test_a_second_pause_and_a_resumption_of_a_running_clock_change_nothing() -> None:
    start, first = date(2026, 3, 2), moved(PAUSED, date(2026, 3, 5))
    assert computed(start, working_days(10), moved(RESUMED, date(2026, 3, 4))) == computed(start, working_days(10))
    twice = computed(start, working_days(10), first, moved(PAUSED, date(2026, 3, 9)))
    assert twice == computed(start, working_days(10), first)


def test_an_event_before_the_start_counts_as_on_the_day_of_the_start() -> None:
    result = computed(date(2026, 3, 9), working_days(5), moved(PAUSED, date(2026, 3, 2)))
    assert result.remaining_working_days == 5


@given(days, st.integers(1, 12), st.integers(0, 90), st.sampled_from(TermUnit))
def test_pausing_and_resuming_on_one_day_changes_nothing(day: date, n: int, offset: int, unit: TermUnit) -> None:
    limit, when = term(unit, n, month_day="01-31"), day + timedelta(days=offset)
    assert computed(day, limit, moved(PAUSED, when, 9), moved(RESUMED, when, 17)) == computed(day, limit)


@given(days, amounts, st.data())
def test_pausing_and_resuming_keeps_the_remaining_working_days(day: date, n: int, data: st.DataObject) -> None:
    paused_on = working_day_after(day, data.draw(st.integers(0, n - 1)), CALENDAR)
    resumed_on = paused_on + timedelta(days=data.draw(st.integers(0, 120)))
    before = remaining_working_days(computed(day, working_days(n)), at(paused_on), CALENDAR)
    standing = computed(day, working_days(n), moved(PAUSED, paused_on))
    running = computed(day, working_days(n), moved(PAUSED, paused_on), moved(RESUMED, resumed_on, 11))
    assert remaining_working_days(standing, at(resumed_on), CALENDAR) == before
    assert remaining_working_days(running, at(resumed_on), CALENDAR) == before


Drawn = list[tuple[ClockEventKind, int, int]]
drawn_events = st.lists(st.tuples(st.sampled_from(ClockEventKind), st.integers(0, 60), st.integers(1, 15)), max_size=6)


def clock_of(day: date, drawn: Drawn) -> tuple[ClockEvent, ...]:
    """Events at moments of their own: no two share a day and an hour."""
    return tuple(
        moved(kind, day + timedelta(days=offset), index, working_days=n)
        for index, (kind, offset, n) in enumerate(drawn)
    )


@given(days, amounts, drawn_events)
def test_a_working_day_term_never_ends_on_a_day_off(day: date, n: int, drawn: Drawn) -> None:
    result = computed(day, working_days(n), *clock_of(day, drawn))
    assert is_working_day(result.due_on, CALENDAR)
    assert result.working_days_counted == n + result.extended_by


@given(days, amounts, drawn_events, st.data())
def test_the_order_in_which_clock_events_are_listed_does_not_matter(
    day: date, n: int, drawn: Drawn, data: st.DataObject
) -> None:
    clock = clock_of(day, drawn)
    shuffled = data.draw(st.permutations(clock))
    assert computed(day, working_days(n), *clock) == computed(day, working_days(n), *shuffled)


@given(days, st.integers(5, 60), st.integers(1, 15))
def test_an_extension_comes_to_the_same_before_during_and_after_a_pause(day: date, n: int, more: int) -> None:
    pause, resume = moved(PAUSED, day + timedelta(days=3)), moved(RESUMED, day + timedelta(days=33))
    extensions = (moved(EXTENDED, day + timedelta(days=offset), working_days=more) for offset in (1, 20, 40))
    ends = {computed(day, working_days(n), pause, resume, extension).due_on for extension in extensions}
    assert len(ends) == 1


def test_the_last_minute_of_the_last_day_is_in_time_and_midnight_is_late() -> None:
    result = computed(date(2026, 2, 9), working_days(20))
    assert result.due_at == datetime(2026, 3, 14, tzinfo=CHINA)
    assert not is_overdue(result, datetime(2026, 3, 13, 23, 59, 59, 999999, tzinfo=CHINA))
    assert is_overdue(result, datetime(2026, 3, 14, tzinfo=CHINA))
    assert is_overdue(result, datetime.fromisoformat("2026-03-13T16:00:00+00:00"))


def test_while_the_clock_stands_nothing_is_overdue_and_no_rung_is_told() -> None:
    standing = computed(date(2026, 2, 9), working_days(20), moved(PAUSED, date(2026, 2, 25)))
    assert not is_overdue(standing, at(date(2026, 12, 1)))
    assert rung_instants(standing, LADDER, CALENDAR) == ()


def test_the_remaining_working_days_fall_to_zero_on_the_due_day_and_below_when_late() -> None:
    result = computed(date(2026, 3, 2), working_days(5))
    left = [remaining_working_days(result, at(date(2026, 3, day)), CALENDAR) for day in (2, 6, 8, 9, 10, 11)]
    assert left == [5, 1, 1, 0, -1, -2]


def test_the_rungs_of_ten_working_days_stand_in_the_order_of_time() -> None:
    result = computed(date(2026, 3, 2), working_days(10))
    late = (Rung(at="T+5", kind=RungKind.ESCALATION), Rung(at="due", kind=RungKind.OVERDUE))
    instants = [(r.at, r.kind.value, when.isoformat()) for r, when in rung_instants(result, late + LADDER, CALENDAR)]
    assert instants == [
        ("half", "reminder", "2026-03-09T09:00:00+08:00"),
        ("T-3", "reminder", "2026-03-11T09:00:00+08:00"),
        ("T-1", "reminder", "2026-03-13T09:00:00+08:00"),
        ("due", "reminder", "2026-03-16T09:00:00+08:00"),
        ("due", "overdue", "2026-03-17T00:00:00+08:00"),
        ("T+5", "escalation", "2026-03-23T09:00:00+08:00"),
    ]


def test_rungs_that_a_short_term_has_no_room_for_are_left_out() -> None:
    two_days = rung_instants(computed(date(2026, 3, 2), working_days(2)), LADDER, CALENDAR)
    assert [(rung.at, when.day) for rung, when in two_days] == [("T-1", 3), ("due", 4)]
    one_day = rung_instants(computed(date(2026, 3, 2), working_days(1)), LADDER, CALENDAR)
    assert [rung.at for rung, _ in one_day] == ["due"]
    assert rung_instants(computed(date(2026, 3, 2), working_days(1)), LADDER[:1], CALENDAR) == ()


def test_of_two_reminders_at_one_moment_the_more_exact_one_stays() -> None:
    six_days = rung_instants(computed(date(2026, 3, 2), working_days(6)), LADDER, CALENDAR)
    assert [rung.at for rung, _ in six_days] == ["T-3", "T-1", "due"]


def test_the_ladder_of_a_resumed_clock_does_not_count_the_days_it_stood() -> None:
    clock = moved(PAUSED, date(2026, 3, 5)), moved(RESUMED, date(2026, 3, 18))
    ladder = rung_instants(computed(date(2026, 3, 2), working_days(10), *clock), LADDER, CALENDAR)
    assert [(rung.at, when.day) for rung, when in ladder] == [("half", 20), ("T-3", 24), ("T-1", 26), ("due", 27)]


@given(days, amounts)
def test_no_reminder_comes_on_the_day_of_the_start_or_before(day: date, n: int) -> None:
    ladder = rung_instants(computed(day, working_days(n)), LADDER, CALENDAR)
    assert all(when.date() > day for _, when in ladder)
    assert [when for _, when in ladder] == sorted(when for _, when in ladder)


def test_a_receipt_explains_itself_in_chinese() -> None:
    clock = (
        moved(PAUSED, date(2026, 3, 2)),
        moved(RESUMED, date(2026, 3, 9)),
        moved(EXTENDED, date(2026, 3, 10), working_days=3),
    )
    assert explain(computed(date(2026, 2, 9), working_days(20), *clock)) == [
        "起算：受理申请，2026年2月9日（周一），次日为第一日",
        "期限：20个工作日，依据《某市项目管理办法》第六条",
        f"日历：{CALENDAR.version}，计入工作日23天",
        "不计入：春节9天（2026-02-15至2026-02-23）",
        "不计入：周日3天",
        "不计入：时钟停止7天（2026-03-03至2026-03-09）",
        "不计入：周六2天",
        "调休上班，计入：2026年2月14日（周六）、2026年2月28日（周六）",
        "延期：3个工作日",
        "截止：2026年3月25日（周三）24时",
    ]


def test_a_standing_clock_a_roll_over_and_a_guess_are_said_in_words() -> None:
    standing = explain(computed(date(2026, 3, 2), working_days(10), moved(PAUSED, date(2026, 3, 5))))
    assert standing[-1] == "时钟已停：剩余7个工作日；如于停止当日恢复，截止2026年3月16日（周一）24时"
    late = explain(computed(date(2026, 3, 2), working_days(10), moved(PAUSED, date(2026, 3, 18))))
    assert late[-1].startswith("时钟已停：已逾期2个工作日")
    rolled = explain(computed(date(2026, 12, 1), fixed("01-31")))
    assert "期限：1月31日前（含当日），依据《某市项目管理办法》第六条" in rolled
    assert "顺延：2027年1月31日（周日）为非工作日，顺延至下一工作日" in rolled
    assert "暂定：涉及放假安排尚未公布的年份，公布后重新计算" in rolled


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
