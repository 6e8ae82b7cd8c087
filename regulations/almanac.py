"""The working-day calendar in force, built from what is published, what is newly notified, and what is only guessed.

Not pure: it reads packages and files, and is therefore used by the resolving activity and the command, never by a
workflow; the calendar then travels as data. Three sources, the first that knows a year wins:

1. a *notice*: the yearly arrangement of days off, as a file (`read_notice`), for a year that was published after the
   packages were made, or changed since;
2. the package `chinesecalendar` for the years that it has (published);
3. the package `holidays` for any other year: the statutory days off with their substitutes, but without the exchange of
   working days that only a notice can bring. Such a year is a guess (`published=False`).
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import Discriminator, Field, Tag, ValidationError, model_validator

from models.application import Title
from models.base import Input, Sentence, faults
from models.calendar import CalendarYear, WorkCalendar
from regulations import strict_yaml

_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}


# ---------------------------------------------------------------- what the packages know

# Both are slow to import, and most commands ask for no calendar: each is imported by the first question.


@cache
def published_years() -> range:
    """The years of which the installed `chinesecalendar` has the notice."""
    from chinese_calendar.constants import holidays

    return range(min(holidays).year, max(holidays).year + 1)


@cache
def guessed_years() -> range:
    """The years for which the installed `holidays` can compute the statutory days off."""
    from holidays import country_holidays

    known = country_holidays("CN")
    return range(known.start_year, known.end_year + 1)


# ---------------------------------------------------------------- the calendar


def calendar_in_force(first_year: int, last_year: int, notices: Sequence[CalendarYear] = ()) -> WorkCalendar:
    """The calendar of these years, both included. A count that leaves them fails (register A02), so ask for enough.

    A notice replaces its whole year; of two for one year the later in the sequence counts. The days of December of the
    year before that it also arranges are merged into that year. A year lists only the days off and the weekend days at
    work that make it differ from plain Monday to Friday; weekend days inside a holiday are listed with it, so that a
    receipt can name the holiday. `version` says what each year rests on and ends in a digest of the days: the same days
    have the same version. Raises ValueError for years in the wrong order or beyond `guessed_years`.
    """
    if last_year < first_year:
        raise ValueError(f"last_year: must not lie before first_year {first_year} (got {last_year})")
    notified = {notice.year: notice for notice in notices}
    years = tuple(_year(year, notified) for year in range(first_year, last_year + 1))
    return WorkCalendar(version=_version(years, notified), years=years)


def _year(year: int, notified: dict[int, CalendarYear]) -> CalendarYear:
    own = _own_days(notified[year]) if year in notified else _known(year)
    following = notified.get(year + 1)
    return _with_december_of(own, following) if following else own


@cache
def _known(year: int) -> CalendarYear:
    return _published(year) if year in published_years() else _guessed(year)


def _published(year: int) -> CalendarYear:
    from chinese_calendar import constants as published

    return CalendarYear(
        year=year,
        holidays=_named(published.holidays, year),
        make_up_days=_named(published.workdays, year),
        published=True,
        source=f"国务院办公厅放假安排（chinesecalendar {version('chinesecalendar')}）",
    )


def _named(days: dict[date, str], year: int) -> dict[date, str]:
    # A name that a newer package brings stays in English: a deadline must not fail on a name.
    return {day: _NAMES.get(name, name) for day, name in sorted(days.items()) if day.year == year}


def _guessed(year: int) -> CalendarYear:
    from holidays import country_holidays

    possible = guessed_years()
    if year not in possible:
        raise ValueError(f"year: must lie in {possible[0]}-{possible[-1]} (got {year})")
    statutory = country_holidays("CN", years=year, language="zh_CN")
    return CalendarYear(
        year=year,
        holidays={day: name for day, name in sorted(statutory.items()) if day.year == year},
        make_up_days={day: "调休" for day in sorted(statutory.weekend_workdays) if day.year == year},
        published=False,
        source=f"法定节假日推算，放假安排尚未公布（holidays {version('holidays')}）",
    )


def _own_days(notice: CalendarYear) -> CalendarYear:
    return notice.model_copy(
        update={
            "holidays": _within(notice.holidays, notice.year),
            "make_up_days": _within(notice.make_up_days, notice.year),
        }
    )


def _with_december_of(year: CalendarYear, notice: CalendarYear) -> CalendarYear:
    """The year as the notice of the following one changes it; a day has the meaning that was given to it last."""
    off, at_work = _within(notice.holidays, year.year), _within(notice.make_up_days, year.year)
    if not off and not at_work:
        return year
    changed = {
        "holidays": {day: name for day, name in year.holidays.items() if day not in at_work} | off,
        "make_up_days": {day: name for day, name in year.make_up_days.items() if day not in off} | at_work,
        "source": f"{year.source}；{notice.source}",
    }
    return year.model_copy(update=changed)


def _within(days: dict[date, str], year: int) -> dict[date, str]:
    return {day: name for day, name in sorted(days.items()) if day.year == year}


def _version(years: tuple[CalendarYear, ...], notified: dict[int, CalendarYear]) -> str:
    days = [year.model_dump(mode="json", exclude={"source"}) for year in years]
    digest = hashlib.sha256(json.dumps(days, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    runs = groupby((year.year for year in years), key=lambda year: _origin(year, notified))
    return "+".join(origin + _run(list(run)) for origin, run in runs) + f":{digest[:8]}"


def _origin(year: int, notified: dict[int, CalendarYear]) -> str:
    if year in notified:
        return "notice"
    return "" if year in published_years() else "guess"


def _run(years: list[int]) -> str:
    return f"{years[0]}" if len(years) == 1 else f"{years[0]}-{years[-1]}"


# ---------------------------------------------------------------- a newly published notice


class NoticeError(ValueError):
    """A notice file that cannot be used. The message has a line for each fault: file, key, rule and value."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))
        self.path = path


class Span(Input):
    """Days in a row, both ends included."""

    first: Annotated[date, Field(alias="from", strict=True)]
    last: Annotated[date, Field(alias="to", strict=True)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"to {self.last} lies before from {self.first}")
        return self

    def days(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


Days = Annotated[
    Annotated[date, Field(strict=True), Tag("day")] | Annotated[Span, Tag("span")],
    Discriminator(lambda value: "span" if isinstance(value, dict | Span) else "day"),
]
"""A date, or `{from: date, to: date}`."""


class NoticeFile(Input):
    """What an operator writes when the State Council's yearly notice is out: days off, and weekend days at work.

    Days lie in the notice's year or in December of the year before; a make-up day is a Saturday or Sunday; no day is
    listed twice.
    """

    year: Annotated[int, Field(strict=True, ge=1950, le=2100)]
    source: Sentence
    holidays: Annotated[dict[Title, tuple[Days, ...]], Field(min_length=1)]
    make_up_days: dict[Title, tuple[Annotated[date, Field(strict=True)], ...]] = Field(default_factory=dict)

    def listed(self) -> list[tuple[str, str, date]]:
        """Every day as (key, holiday's name, day), spans spelt out."""
        spans = [("holidays", name, _spelt(item)) for name, items in self.holidays.items() for item in items]
        at_work = [("make_up_days", name, days) for name, days in self.make_up_days.items()]
        return [(key, name, day) for key, name, days in spans + at_work for day in days]

    def calendar_year(self) -> CalendarYear:
        """The notice as a published year of the calendar."""
        days: dict[str, dict[date, str]] = {"holidays": {}, "make_up_days": {}}
        for key, name, day in self.listed():
            days[key][day] = name
        return CalendarYear(year=self.year, published=True, source=self.source, **days)


def read_notice(path: Path) -> CalendarYear:
    """Read a newly published notice from a YAML file (docs of the keys: NoticeFile; an example is in examples/).

    Raises NoticeError for a file that is not such a notice: broken YAML, a key given twice or unknown, a date that does
    not exist or lies outside the notice's year and the December before, a make-up day that is not of a weekend, a day
    listed twice. Raises OSError where the file cannot be read. Changes nothing.
    """
    try:
        notice = NoticeFile.model_validate(strict_yaml.read(path)[0])
    except ValidationError as error:
        raise NoticeError(path, faults(error)) from error
    except yaml.YAMLError as error:
        raise NoticeError(path, [_broken(error)]) from error
    problems = _problems(notice)
    if problems:
        raise NoticeError(path, problems)
    return notice.calendar_year()


def _broken(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return str(error)


def _spelt(item: date | Span) -> tuple[date, ...]:
    return item.days() if isinstance(item, Span) else (item,)


def _problems(notice: NoticeFile) -> list[str]:
    problems, seen = [], dict[date, str]()
    for key, name, day in notice.listed():
        where = f"{key}.{name}"
        if not date(notice.year - 1, 12, 1) <= day <= date(notice.year, 12, 31):
            problems.append(f"{where}: must lie in {notice.year} or in December {notice.year - 1} (got {day})")
        if key == "make_up_days" and day.weekday() < 5:
            problems.append(f"{where}: a make-up day must be a Saturday or Sunday (got {day}, {day:%A})")
        if day in seen:
            problems.append(f"{where}: the day is listed already under {seen[day]} (got {day})")
        seen.setdefault(day, where)
    return problems
