"""Terms, clock events and the receipts that come of them, for the tests of statutory time."""

from datetime import date, datetime

from hypothesis import strategies as st

from models.calendar import CHINA, ClockEvent, ClockEventKind, Receipt, Term, TermUnit
from models.citation import Citation
from regulations.almanac import calendar_in_force
from regulations.calendar import receipt

CALENDAR = calendar_in_force(2023, 2029)
SOURCE = Citation(instrument="某市项目管理办法", article="第六条")
PAUSED, RESUMED, EXTENDED = ClockEventKind.PAUSED, ClockEventKind.RESUMED, ClockEventKind.EXTENDED

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
