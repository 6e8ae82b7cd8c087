"""The planning port: which law binds an application, from the regulation files, the register and the calendar."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import Engine
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import ports
from models.base import Text
from models.calendar import CHINA, WorkCalendar
from models.effects import Filing, Resolution
from models.finding import Sanction
from records import calendars, register, sanctions
from regulations.almanac import calendar_in_force
from regulations.files import for_filing, library
from regulations.resolve import NotAdmitted, resolve
from regulations.schema import Regulation

YEARS_BEFORE = 1
YEARS_AFTER = 10
"""The calendar that travels reaches beyond the life of a project: a count that leaves it fails (A02)."""


class LibraryPlanning(ports.Planning):
    """Reads the folder of regulations when the worker starts: a file that cannot be used stops it there."""

    def __init__(self, regulations_dir: Path, engine: Engine, simulation: bool) -> None:
        """Raises RegulationError for a faulty file. `simulation` accepts filings whose clock is shifted."""
        self._library = library(regulations_dir)
        self._engine = engine
        self._simulation = simulation

    @activity.defn(name="planning.resolve")
    def resolve(self, filing: Filing) -> Resolution:
        """Resolve the plan that binds an application filed on that day. Reads only, so a second call is as good.

        Raises, non-retryable, `NotAdmitted` with its reasons as details, each with field, value and rule, and
        `ClockShiftRefused` for a shifted clock outside simulation. A database that is down raises and is asked again.
        """
        if filing.clock_shifted and not self._simulation:
            raise ApplicationError(
                f"filed_on: the clock is shifted (got {filing.filed_on}); rule: only a worker for simulation may do so",
                type="ClockShiftRefused",
                non_retryable=True,
            )
        regulation = self._regulation(filing.application.regulation)
        try:
            plan = resolve(regulation, filing.application, filing.filed_on, self._officers(regulation, filing.filed_on))
        except NotAdmitted as error:
            raise _refusal(error.reasons) from error
        return Resolution(plan=plan, calendar=self._calendar(filing.filed_on), standing=self._standing(filing))

    def _regulation(self, regulation_id: str) -> Regulation:
        if regulation_id not in self._library:
            known = "、".join(for_filing(self._library)) or "无"
            zh = f"regulation（{regulation_id}）：没有这部办法；可用：{known}"
            en = f"regulation: unknown; rule: must be one of {known} (got {regulation_id!r})"
            raise _refusal([Text(zh=zh, en=en)])
        return self._library[regulation_id]

    def _officers(self, regulation: Regulation, on: date) -> Mapping[str, int]:
        return {organ: len(register.officers_of(self._engine, organ, on)) for organ in regulation.organs}

    def _calendar(self, filed_on: date) -> WorkCalendar:
        notices = calendars.notices(self._engine)
        return calendar_in_force(filed_on.year - YEARS_BEFORE, filed_on.year + YEARS_AFTER, notices)

    def _standing(self, filing: Filing) -> tuple[Sanction, ...]:
        """What stands against the department at the end of the filing day."""
        end = datetime.combine(filing.filed_on + timedelta(days=1), time(), CHINA) - timedelta(microseconds=1)
        return sanctions.standing(self._engine, filing.application.department.code, at=end)


def _refusal(reasons: Sequence[Text]) -> ApplicationError:
    message = "；".join(reason.zh for reason in reasons)
    details = [reason.model_dump() for reason in reasons]
    return ApplicationError(message, *details, type="NotAdmitted", non_retryable=True)
