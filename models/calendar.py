"""Statutory time as values: the published calendar, a term, and the receipt that explains a deadline."""

from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from models.base import Sentence, Value
from models.citation import Citation
from models.shared import Shared

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China's legal time. One fixed offset: there has been no summer time since 1991, and a zone file would be IO."""


class CalendarYear(Value):
    """One year of the State Council's notice: the days that differ from plain Monday to Friday.

    `published` is False for a guess at a year whose notice is not out; a deadline that reads such a year is provisional.
    """

    year: int
    holidays: dict[date, str]
    """Statutory days off, weekends within a holiday included, each with the holiday's name."""
    make_up_days: dict[date, str]
    """调休: Saturdays and Sundays on which work is done, each with the holiday that it makes up for."""
    published: bool
    source: str


class WorkCalendar(Value):
    """The working days in force at some moment. Travels as data, so that a deadline can be computed without IO."""

    version: str
    years: tuple[Annotated[CalendarYear, Shared()], ...]


class TermUnit(StrEnum):
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"
    FIXED_DATE = "fixed_date"


class Term(Value):
    """How long an act may take. Counted from the day after the event (register A01), in Asia/Shanghai.

    A fixed date is `month_day` ("01-31"): the next such day after the event. `rolls_over` moves a due day of a calendar
    term that is not a working day to the next one (A05); a working-day term cannot need it.
    """

    unit: TermUnit
    amount: int | None = Field(default=None, gt=0)
    month_day: str | None = Field(default=None, pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")
    rolls_over: bool = True
    citation: Citation


class ClockEventKind(StrEnum):
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"


class ClockEvent(Value):
    """Something that moves a running deadline: a lawful pause, its end, or an extension in working days."""

    kind: ClockEventKind
    at: datetime
    ground: str | None = None
    working_days: int | None = Field(default=None, gt=0)
    reason: Sentence
    by: str


class SkippedDay(Value):
    day: date
    reason: str
    """周六, 周日, a holiday's name, or 时钟停止 (the clock stood)."""


class Receipt(Value):
    """期限计算单: why a deadline falls on the day that it falls on."""

    event: str
    """What started the clock, in Chinese."""
    started_on: date
    term: Term
    due_on: date
    due_at: datetime
    """The first instant at which the act is late: 24:00 of `due_on` in Asia/Shanghai."""
    calendar_version: str
    provisional: bool
    """True where the count reads a year whose calendar is not published."""
    working_days_counted: int
    skipped: tuple[SkippedDay, ...]
    make_up_days: tuple[date, ...]
    """Days of the weekend that were counted because the notice makes them working days."""
    paused: bool = False
    remaining_working_days: int | None = None
    """While the clock stands: what is left of the term."""
    rolled_from: date | None = None
    """The nominal due day, where it was not a working day and moved on."""
    extended_by: int = 0
