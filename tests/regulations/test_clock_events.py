"""A clock that is paused, resumed and extended: what is left of the term, and when it ends."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calendar import ClockEvent, ClockEventKind, Term, TermUnit
from regulations.calendar import is_overdue, is_working_day, remaining_working_days, working_day_after
from tests.regulations.terms import (
    CALENDAR,
    EXTENDED,
    PAUSED,
    RESUMED,
    amounts,
    at,
    computed,
    days,
    fixed,
    moved,
    term,
    working_days,
)


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
