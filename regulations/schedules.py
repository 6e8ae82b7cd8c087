"""定期: which procedures are owed again and again under a regulation, for which period, and with which application. Pure."""

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from models.application import Party
from models.base import Text
from models.procedure import ProcedureApplication
from models.rounds import Period
from regulations.plan_builder import in_force
from regulations.procedure_plan import Laws, ProcedureLaw, offered
from regulations.procedure_schema import PeriodKind, ProcedureSource, ScheduleSource

_CODE_LENGTH = 64
_DIGEST_LENGTH = 8
_DAY = timedelta(days=1)


class DueSchedule(NamedTuple):
    """A schedule in force under a regulation, and the law that it comes from, its own or a wider one."""

    id: str
    source: ScheduleSource
    law: ProcedureLaw

    @property
    def procedure(self) -> ProcedureSource:
        found = self.law.procedure(self.source.procedure)
        assert found, "schedules_of offers it only with its procedure"
        return found


def schedules_of(laws: Laws, regulation: str, day: date) -> dict[str, DueSchedule]:
    """Every schedule that binds under the regulation on that day, by its id.

    A wider regulation lends its schedule together with the procedure: where the narrower one has a procedure of the same
    name, or bars the wider one, the narrower one's schedule alone counts (register A36).
    """
    found: dict[str, DueSchedule] = {}
    for procedure_id, law in offered(laws, regulation, day).items():
        for schedule_id, versions in law.procedures.schedules.items():
            source = in_force(versions, day)
            if source and source.procedure == procedure_id and schedule_id not in found:
                found[schedule_id] = DueSchedule(schedule_id, source, law)
    return found


# ---------------------------------------------------------------- the period


def period_of(kind: PeriodKind, day: date) -> Period:
    """The period that a round of that day (in China) is about."""
    match kind:
        case PeriodKind.HALF_BEFORE:
            return _half(day.year, 1) if day.month > 6 else _half(day.year - 1, 2)
        case PeriodKind.MONTH_BEFORE:
            return _month(date(day.year, day.month, 1) - _DAY)
        case PeriodKind.THIS_MONTH:
            return _month(day)
        case PeriodKind.YEAR_BEFORE:
            return _year(day.year - 1)
        case PeriodKind.THIS_YEAR:
            return _year(day.year)
        case PeriodKind.YEAR_AHEAD:
            return _year(day.year + 1)


def _year(year: int) -> Period:
    return Period(
        id=str(year), title=Text(zh=f"{year}年", en=str(year)), first=date(year, 1, 1), last=date(year, 12, 31)
    )


def _half(year: int, half: int) -> Period:
    title = Text(zh=f"{year}年{'上' if half == 1 else '下'}半年", en=f"half-year {half} of {year}")
    first, last = (date(year, 1, 1), date(year, 6, 30)) if half == 1 else (date(year, 7, 1), date(year, 12, 31))
    return Period(id=f"{year}H{half}", title=title, first=first, last=last)


def _month(day: date) -> Period:
    _, days = calendar.monthrange(day.year, day.month)
    return Period(
        id=f"{day:%Y-%m}",
        title=Text(zh=f"{day.year}年{day.month}月", en=f"{day:%Y-%m}"),
        first=day.replace(day=1),
        last=day.replace(day=days),
    )


# ---------------------------------------------------------------- the application


class Debtor(NamedTuple):
    """Who owes, as the register has it. `project` is the code of the project that the debt belongs to."""

    unit: Party
    department: Party | None = None
    project: str | None = None
    title: str | None = None


def application_for(
    due: DueSchedule, regulation: str, debtor: Debtor, period: Period, opened_on: date
) -> ProcedureApplication:
    """The application that nobody had to write: the debtor, and the period in the form of the procedure.

    Of the answers `period`, `half`, `period_from`, `period_until` and `opened_on` the form gets those that it asks for. The
    code is the same whenever the same round is asked for again.
    """
    named = debtor.title or debtor.unit.name
    return ProcedureApplication(
        regulation=regulation,
        procedure=due.source.procedure,
        code=derived_code(debtor.project or debtor.unit.code, period.id),
        title=f"{due.procedure.title.zh}（{period.title.zh}）：{named}"[:200],
        unit=debtor.unit,
        department=debtor.department,
        prepared_by=due.id,
        project=debtor.project,
        form=_answers(due, period, opened_on),
    )


def derived_code(debtor: str, period: str) -> str:
    """`<debtor>-<period>`; a debtor's code that is too long for it is cut, and told apart by a digest."""
    code = f"{debtor}-{period}"
    if len(code) <= _CODE_LENGTH:
        return code
    digest = sha256(debtor.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{debtor[: _CODE_LENGTH - len(period) - _DIGEST_LENGTH - 2]}-{digest}-{period}"


def _answers(due: DueSchedule, period: Period, opened_on: date) -> dict[str, Any]:
    known: Mapping[str, str] = {
        "period": period.id,
        "half": period.id[-2:],
        "period_from": period.first.isoformat(),
        "period_until": period.last.isoformat(),
        "opened_on": opened_on.isoformat(),
    }
    form = due.procedure.form
    asked = {field.id for field in due.law.form(form).fields} if form else set()
    return {name: value for name, value in known.items() if name in asked}
