"""Statutory time: when a term ends, why on that day, and when to remind.

Pure, and run inside workflows: the published calendar and every moment come in as arguments, nothing is read from a
clock or a file. Days are days in China (`models.calendar.CHINA`). Register: A01 (a count begins on the day after the
event and ends with its last day), A02 (a year that is not in the calendar is an error, never a guess), A05 (a term
that is not counted in working days moves on from a day off), A06 (months end on the corresponding day, else at the
month's end).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import count

from models.calendar import (
    CHINA,
    CalendarYear,
    ClockEvent,
    ClockEventKind,
    Receipt,
    SkippedDay,
    Term,
    TermUnit,
    WorkCalendar,
)
from models.deadline import Rung, RungKind

REMINDER_HOUR = time(9, tzinfo=CHINA)
"""When reminders go out: as the offices open."""

CLOCK_STOOD = "时钟停止"
"""The reason under which a receipt skips the days of a lawful pause."""

_DAY = timedelta(days=1)
_WEEKDAYS = "一二三四五六日"


class UncoveredYear(ValueError):
    """The calendar does not know a year that the count needs (register A02)."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the working-day calendar does not cover {year}; a deadline that reads it cannot be computed")
        self.year = year


# ---------------------------------------------------------------- working days


def is_working_day(day: date, calendar: WorkCalendar) -> bool:
    """Whether offices work on that day. Raises UncoveredYear where the calendar has no such year (A02)."""
    year = _year(day.year, calendar)
    return day in year.make_up_days or (day.weekday() < 5 and day not in year.holidays)


def working_day_after(day: date, working_days: int, calendar: WorkCalendar) -> date:
    """The n-th working day after `day`; the day after counts as the first (A01).

    A negative n counts backwards from the day before; 0 gives `day` itself, working or not. Raises UncoveredYear.
    """
    step = _DAY if working_days > 0 else -_DAY
    for _ in range(abs(working_days)):
        day += step
        while not is_working_day(day, calendar):
            day += step
    return day


def next_working_day(day: date, calendar: WorkCalendar) -> date:
    """`day` itself where offices work on it, else the next day on which they do. Raises UncoveredYear."""
    while not is_working_day(day, calendar):
        day += _DAY
    return day


def working_days_between(after: date, through: date, calendar: WorkCalendar) -> int:
    """How many working days lie in (after, through]; negative where `through` comes first. Raises UncoveredYear."""
    if through < after:
        return -working_days_between(through, after, calendar)
    return sum(is_working_day(day, calendar) for day in _days(after, through))


# ---------------------------------------------------------------- the receipt


def receipt(
    event: str, started_at: datetime, term: Term, calendar: WorkCalendar, clock: tuple[ClockEvent, ...] = ()
) -> Receipt:
    """Compute when the term ends that `event` started, and put down why.

    Clock events count by their day in China, in the order of their moments; one before the start counts as on its day.

    - A *pause* keeps what is left after its own day, which counts as used up; the count goes on with the day after the
      *resumption*. Working days are kept for a term of working days, calendar days for any other. Pausing and resuming
      on one day therefore changes nothing; nor does a pause after the due day: what is late stays late. With nothing
      left, the act is due on the day of the resumption, or on the next working day.
    - While the clock stands, `due_on` is the day that would be due were it resumed on the day of the pause, and
      `remaining_working_days` the working days that are then left.
    - An *extension* adds working days to the due day as it then is, and so to what a pause keeps.
    - A pause of a standing clock and a resumption of a running one change nothing.

    `working_days_counted` is 0 for a term that is not counted in working days, its extensions apart. `provisional` says
    that a day was read of a year that is not published. Raises UncoveredYear, and ValueError for a moment without a
    zone, a term without an amount or day, an extension without days.
    """
    started_on = _day_of("started_at", started_at)
    course = _opened(started_on, term, calendar)
    for change in sorted(clock, key=lambda c: c.at):
        day = max(started_on, _day_of("clock event", change.at))
        course = _moved(course, change, day, term, calendar)
    return _written(event, started_on, term, calendar, course)


@dataclass(frozen=True)
class _Course:
    """Where a deadline stands while the clock events are applied to it, one after the other."""

    nominal: date
    """The last day by the term alone, before it moves on from a day off."""
    due: date
    walked: tuple[date, ...]
    """The days that the count read one by one, working or not."""
    stood: tuple[date, ...] = ()
    rolled_from: date | None = None
    paused_on: date | None = None
    extended_by: int = 0


def _opened(started_on: date, term: Term, calendar: WorkCalendar) -> _Course:
    nominal = _nominal(started_on, term, calendar)
    walked = _days(started_on, nominal) if term.unit is TermUnit.WORKING_DAYS else ()
    return _settled(_Course(nominal, nominal, walked), nominal, term, calendar)


def _settled(course: _Course, nominal: date, term: Term, calendar: WorkCalendar) -> _Course:
    """The course with that last day, moved on to the next working day where it may (A05)."""
    due = next_working_day(nominal, calendar) if _rolls_over(term) else nominal
    walked = course.walked + _days(nominal - _DAY, due - _DAY)
    return replace(course, nominal=nominal, due=due, walked=walked, rolled_from=nominal if due != nominal else None)


def _moved(course: _Course, change: ClockEvent, day: date, term: Term, calendar: WorkCalendar) -> _Course:
    match change.kind:
        case ClockEventKind.PAUSED:
            return course if course.paused_on else replace(course, paused_on=day)
        case ClockEventKind.RESUMED:
            return _resumed(course, course.paused_on, day, term, calendar) if course.paused_on else course
        case ClockEventKind.EXTENDED:
            return _extended(course, change, calendar)


def _resumed(course: _Course, paused_on: date, day: date, term: Term, calendar: WorkCalendar) -> _Course:
    running = replace(course, paused_on=None)
    if day == paused_on or course.due < paused_on:
        return running
    nominal, counted = _continued(course, paused_on, day, term, calendar)
    walked = tuple(d for d in course.walked if d <= paused_on) + counted
    stood = course.stood + _days(paused_on, day)
    return _settled(replace(running, walked=walked, stood=stood), nominal, term, calendar)


def _continued(
    course: _Course, paused_on: date, day: date, term: Term, calendar: WorkCalendar
) -> tuple[date, tuple[date, ...]]:
    """The last day of a term whose clock stood from `paused_on` to `day`, and the days read to find it."""
    if term.unit is TermUnit.WORKING_DAYS:
        left = working_days_between(paused_on, course.due, calendar)
        nominal = working_day_after(day, left, calendar)
        return nominal, _days(day, nominal)
    left = max((course.nominal - paused_on).days, 0)
    return day + timedelta(days=left), ()


def _extended(course: _Course, change: ClockEvent, calendar: WorkCalendar) -> _Course:
    if change.working_days is None:
        raise ValueError(f"clock event of {change.at.isoformat()}: an extension needs working_days (got None)")
    due = working_day_after(course.due, change.working_days, calendar)
    extended_by = course.extended_by + change.working_days
    return replace(course, nominal=due, due=due, walked=course.walked + _days(course.due, due), extended_by=extended_by)


def _written(event: str, started_on: date, term: Term, calendar: WorkCalendar, course: _Course) -> Receipt:
    read = (*course.walked, course.due) if course.walked or course.extended_by or _rolls_over(term) else ()
    paused_on = course.paused_on
    return Receipt(
        event=event,
        started_on=started_on,
        term=term,
        due_on=course.due,
        due_at=datetime.combine(course.due + _DAY, time(), CHINA),
        calendar_version=calendar.version,
        provisional=any(not _year(day.year, calendar).published for day in read),
        working_days_counted=sum(is_working_day(day, calendar) for day in course.walked),
        skipped=_skipped(course, calendar),
        make_up_days=tuple(d for d in course.walked if d.weekday() >= 5 and is_working_day(d, calendar)),
        paused=paused_on is not None,
        remaining_working_days=working_days_between(paused_on, course.due, calendar) if paused_on else None,
        rolled_from=course.rolled_from,
        extended_by=course.extended_by,
    )


def _skipped(course: _Course, calendar: WorkCalendar) -> tuple[SkippedDay, ...]:
    reasons = {day: _day_off(day, calendar) for day in course.walked if not is_working_day(day, calendar)}
    reasons |= dict.fromkeys(course.stood, CLOCK_STOOD)
    return tuple(SkippedDay(day=day, reason=reasons[day]) for day in sorted(reasons))


def _day_off(day: date, calendar: WorkCalendar) -> str:
    return _year(day.year, calendar).holidays.get(day) or f"周{_WEEKDAYS[day.weekday()]}"


# ---------------------------------------------------------------- the last day of a term


def _nominal(started_on: date, term: Term, calendar: WorkCalendar) -> date:
    match term.unit:
        case TermUnit.WORKING_DAYS:
            return working_day_after(started_on, _amount(term), calendar)
        case TermUnit.CALENDAR_DAYS:
            return started_on + timedelta(days=_amount(term))
        case TermUnit.MONTHS:
            month = started_on.month - 1 + _amount(term)
            return _in_month(started_on.year + month // 12, month % 12 + 1, started_on.day)
        case TermUnit.FIXED_DATE:
            return _next_fixed_date(started_on, term)


def _next_fixed_date(started_on: date, term: Term) -> date:
    if term.month_day is None:
        raise ValueError("term: a fixed date needs month_day (got None)")
    month, day = (int(part) for part in term.month_day.split("-"))
    candidates = (_in_month(year, month, day) for year in count(started_on.year))
    return next(candidate for candidate in candidates if candidate > started_on)


def _in_month(year: int, month: int, day: int) -> date:
    """That day of the month, or the month's last day where it has no such day (A06)."""
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day - 1), first_of_next - _DAY)


def _amount(term: Term) -> int:
    if term.amount is None:
        raise ValueError(f"term: {term.unit} needs an amount (got None)")
    return term.amount


def _rolls_over(term: Term) -> bool:
    return term.rolls_over or term.unit is TermUnit.WORKING_DAYS


# ---------------------------------------------------------------- reading a receipt


def remaining_working_days(receipt: Receipt, at: datetime, calendar: WorkCalendar) -> int:
    """The working days left after the day of `at`: 0 on the due day, negative when late.

    While the clock stands, the number kept by the pause. Raises UncoveredYear, and ValueError for an `at` without zone.
    """
    if receipt.remaining_working_days is not None:
        return receipt.remaining_working_days
    return working_days_between(_day_of("at", at), receipt.due_on, calendar)


def is_overdue(receipt: Receipt, at: datetime) -> bool:
    """Whether the act is late at that moment: from 24:00 of the due day on, and never while the clock stands."""
    return not receipt.paused and at >= receipt.due_at


def rung_instants(
    receipt: Receipt, rungs: tuple[Rung, ...], calendar: WorkCalendar
) -> tuple[tuple[Rung, datetime], ...]:
    """The moments of the ladder's rungs, in the order of time; none while the clock stands.

    `half` is the day by which half of the term's working days are counted, rounded down; `T-n` and `T+n` are the n-th
    counted day before and the n-th working day after the due day: all at REMINDER_HOUR in China, and so is a reminder
    at `due`. Any other rung at `due` comes at `due_at`. Days on which the clock stood are not counted. A rung that
    would lie on the day of the start or before it is left out; of two rungs of one kind at one moment the more exact
    one stays (`T-n` before `half`). Raises UncoveredYear where a rung reaches beyond the calendar.
    """
    if receipt.paused:
        return ()
    counted = _counted_days(receipt, calendar)
    ladder: dict[tuple[datetime, RungKind], Rung] = {}
    for rung in sorted(rungs, key=lambda r: r.at != "half"):
        instant = _instant(rung, receipt, counted, calendar)
        if instant is not None:
            ladder[instant, rung.kind] = rung
    return tuple((rung, key[0]) for key, rung in sorted(ladder.items(), key=lambda item: item[0][0]))


def _counted_days(receipt: Receipt, calendar: WorkCalendar) -> list[date]:
    stood = {skipped.day for skipped in receipt.skipped if skipped.reason == CLOCK_STOOD}
    days = _days(receipt.started_on, receipt.due_on)
    return [day for day in days if day not in stood and is_working_day(day, calendar)]


def _instant(rung: Rung, receipt: Receipt, counted: list[date], calendar: WorkCalendar) -> datetime | None:
    if rung.at == "due":
        return _morning(receipt.due_on) if rung.kind is RungKind.REMINDER else receipt.due_at
    if rung.at == "half":
        return _morning(counted[len(counted) // 2 - 1]) if len(counted) > 1 else None
    sign, days = rung.at[1], int(rung.at[2:])
    if sign == "+":
        return _morning(working_day_after(receipt.due_on, days, calendar))
    before = [day for day in counted if day < receipt.due_on]
    return _morning(before[-days]) if days <= len(before) else None


def _morning(day: date) -> datetime:
    return datetime.combine(day, REMINDER_HOUR)


# ---------------------------------------------------------------- in words


def explain(receipt: Receipt) -> list[str]:
    """The receipt in Chinese, a line for each fact, for the command, the ledger and the notices."""
    lines = [
        f"起算：{receipt.event}，{_dated(receipt.started_on)}，次日为第一日",
        f"期限：{_term_in_words(receipt.term)}，依据{receipt.term.citation}",
        f"日历：{receipt.calendar_version}，计入工作日{receipt.working_days_counted}天",
        *(f"不计入：{line}" for line in _grouped(receipt.skipped)),
    ]
    if receipt.make_up_days:
        lines.append("调休上班，计入：" + "、".join(_dated(day) for day in receipt.make_up_days))
    if receipt.extended_by:
        lines.append(f"延期：{receipt.extended_by}个工作日")
    if receipt.rolled_from:
        lines.append(f"顺延：{_dated(receipt.rolled_from)}为非工作日，顺延至下一工作日")
    if receipt.provisional:
        lines.append("暂定：涉及放假安排尚未公布的年份，公布后重新计算")
    return [*lines, _due_in_words(receipt)]


def _due_in_words(receipt: Receipt) -> str:
    if receipt.paused:
        left = receipt.remaining_working_days or 0
        kept = f"剩余{left}个工作日" if left >= 0 else f"已逾期{-left}个工作日"
        return f"时钟已停：{kept}；如于停止当日恢复，截止{_dated(receipt.due_on)}24时"
    return f"截止：{_dated(receipt.due_on)}24时"


def _term_in_words(term: Term) -> str:
    match term.unit:
        case TermUnit.WORKING_DAYS:
            return f"{term.amount}个工作日"
        case TermUnit.CALENDAR_DAYS:
            return f"{term.amount}个自然日"
        case TermUnit.MONTHS:
            return f"{term.amount}个月"
        case TermUnit.FIXED_DATE:
            month, day = (term.month_day or "-").split("-")
            return f"{int(month)}月{int(day)}日前（含当日）"


def _grouped(skipped: tuple[SkippedDay, ...]) -> list[str]:
    """The skipped days by reason: weekends as a number, everything else with its dates."""
    by_reason: dict[str, list[date]] = {}
    for item in skipped:
        by_reason.setdefault(item.reason, []).append(item.day)
    return [
        f"{reason}{len(days)}天" + ("" if reason in ("周六", "周日") else f"（{_spans(days)}）")
        for reason, days in by_reason.items()
    ]


def _spans(days: list[date]) -> str:
    firsts = [day for day in days if day - _DAY not in days]
    lasts = [day for day in days if day + _DAY not in days]
    spans = zip(firsts, lasts, strict=True)
    return "、".join(f"{first}" if first == last else f"{first}至{last}" for first, last in spans)


def _dated(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


# ---------------------------------------------------------------- days


def _days(after: date, through: date) -> tuple[date, ...]:
    """The days in (after, through]."""
    return tuple(after + timedelta(days=n) for n in range(1, (through - after).days + 1))


def _day_of(field: str, moment: datetime) -> date:
    """The day in China. A moment without zone is refused: it would be read in the zone of this machine."""
    if moment.tzinfo is None:
        raise ValueError(f"{field}: a moment needs its zone (got {moment.isoformat()})")
    return moment.astimezone(CHINA).date()


def _year(year: int, calendar: WorkCalendar) -> CalendarYear:
    known = next((y for y in calendar.years if y.year == year), None)
    if known is None:
        raise UncoveredYear(year)
    return known
