"""The planning port: which law binds an application, from the regulation files, the register and the calendar."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import Engine
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import ports
from activities.errors import clock_shift_refused
from models.authority import SignaturePolicy
from models.base import Text
from models.calendar import CHINA, WorkCalendar
from models.effects import Filing, Resolution
from models.finding import Sanction
from models.plan import Plan
from models.procedure import ProcedureFiling, ProcedurePlan, ProcedureResolution
from records import calendars, parties, register, sanctions
from regulations.almanac import calendar_in_force
from regulations.files import for_filing, library
from regulations.procedure_files import load_laws
from regulations.procedure_plan import Laws, resolve_procedure
from regulations.resolve import NotAdmitted, resolve
from regulations.schema import Regulation

YEARS_BEFORE = 1
YEARS_AFTER = 10
"""The calendar that travels reaches beyond the life of a project: a count that leaves it fails (A02)."""

YEARS_PAST = 20
"""How much further back the calendar of a procedure goes at most, for a day that its form names."""


class LibraryPlanning(ports.Planning):
    """Reads the folder of regulations when the worker starts: a file that cannot be used stops it there."""

    def __init__(
        self,
        regulations_dir: Path,
        engine: Engine,
        simulation: bool,
        signatures: SignaturePolicy = SignaturePolicy.REQUIRED,
    ) -> None:
        """Raises RegulationError for a faulty file. `simulation` accepts filings whose clock is shifted; `signatures` is
        what is admitted from now on goes by."""
        self._library = library(regulations_dir)
        self._laws = load_laws(regulations_dir)
        self._engine = engine
        self._simulation = simulation
        self._signatures = signatures

    @property
    def regulations(self) -> Mapping[str, Regulation]:
        """The regulations as they were read when the worker started, for others that need them, too."""
        return self._library

    @property
    def laws(self) -> Laws:
        """The law as it was read when the worker started, for others that need it, too."""
        return self._laws

    @activity.defn(name="planning.resolve")
    def resolve(self, filing: Filing) -> Resolution:
        """Resolve the plan that binds an application filed on that day. Reads only, so a second call is as good.

        Raises, non-retryable, `NotAdmitted` with its reasons as details, each with field, value and rule, for what the law
        does not let in, for parties that are not those of the register and for an officer who may not prepare it; and
        `ClockShiftRefused` for a shifted clock outside simulation. A database that is down raises and is asked again.
        """
        self._refuse_shift(filing.clock_shifted, filing.filed_on)
        regulation = self._regulation(filing.application.regulation)
        try:
            plan = resolve(regulation, filing.application, filing.filed_on, self._officers(regulation, filing.filed_on))
        except NotAdmitted as error:
            raise _refusal(error.reasons) from error
        if not filing.admitted:
            _require(parties.objections(filing.application, self._engine, _noon(filing.filed_on)))
        return Resolution(
            plan=plan,
            calendar=self._calendar(filing.filed_on),
            standing=self._standing(filing),
            signatures=self._signatures,
        )

    @activity.defn(name="planning.resolve_procedure")
    def resolve_procedure(self, filing: ProcedureFiling) -> ProcedureResolution:
        """Resolve the law that binds a procedure on that day. Reads only, so a second call is as good.

        Raises as `resolve` does.
        """
        self._refuse_shift(filing.clock_shifted, filing.filed_on)
        try:
            plan, procedure = resolve_procedure(
                self._laws,
                filing.application,
                filing.filed_on,
                lambda organ: self._officers_of(organ, filing.filed_on),
                complete=False,
            )
        except NotAdmitted as error:
            raise _refusal(error.reasons) from error
        if not filing.owed:
            _require(parties.objections_to_procedure(filing.application, self._engine, _noon(filing.filed_on)))
        first_year = _first_year(filing, plan, procedure)
        return ProcedureResolution(
            plan=plan,
            procedure=procedure.model_copy(update={"names": self._names(filing.application.parties.values())}),
            calendar=self._calendar(filing.filed_on, first_year),
            signatures=self._signatures,
        )

    def _officers_of(self, organ: str, on: date) -> int:
        return len(register.officers_of(self._engine, organ, on))

    def _names(self, codes: Iterable[str]) -> dict[str, Text]:
        found = (register.organ(self._engine, code) for code in codes)
        return {party.id: party.name for party in found if party}

    def _refuse_shift(self, shifted: bool, filed_on: date) -> None:
        if shifted and not self._simulation:
            raise clock_shift_refused("filed_on", filed_on)

    def _regulation(self, regulation_id: str) -> Regulation:
        if regulation_id not in self._library:
            known = "、".join(for_filing(self._library)) or "无"
            zh = f"regulation（{regulation_id}）：没有这部办法；可用：{known}"
            en = f"regulation: unknown; rule: must be one of {known} (got {regulation_id!r})"
            raise _refusal([Text(zh=zh, en=en)])
        return self._library[regulation_id]

    def _officers(self, regulation: Regulation, on: date) -> Mapping[str, int]:
        return {organ: self._officers_of(organ, on) for organ in regulation.organs}

    def _calendar(self, filed_on: date, first_year: int | None = None) -> WorkCalendar:
        notices = calendars.notices(self._engine)
        first = filed_on.year - YEARS_BEFORE if first_year is None else first_year
        return calendar_in_force(first, filed_on.year + YEARS_AFTER, notices)

    def _standing(self, filing: Filing) -> tuple[Sanction, ...]:
        """What stands against the department at the end of the filing day."""
        end = datetime.combine(filing.filed_on + timedelta(days=1), time(), CHINA) - timedelta(microseconds=1)
        return sanctions.standing(self._engine, filing.application.department.code, at=end)


def _require(objections: Iterable[Text]) -> None:
    if reasons := [*objections]:
        raise _refusal(reasons)


def _noon(day: date) -> datetime:
    """A moment of the legal day: posts are held by days."""
    return datetime.combine(day, time(12), CHINA)


def _refusal(reasons: Sequence[Text]) -> ApplicationError:
    message = "；".join(reason.zh for reason in reasons)
    details = [reason.model_dump() for reason in reasons]
    return ApplicationError(message, *details, type="NotAdmitted", non_retryable=True)


def _first_year(filing: ProcedureFiling, plan: Plan, procedure: ProcedurePlan) -> int:
    """The first year of its calendar: terms may run from a day long past, which the form offers or the applicant names (A31)."""
    earliest = filing.filed_on.year - YEARS_BEFORE
    fields = {step.since for step in procedure.steps if step.since}
    answers = [str(answer) for key, answer in filing.application.form.items() if key in fields]
    offered = [choice for form in plan.forms for field in form.fields if field.id in fields for choice in field.choices]
    years = [day.year for day in map(_day, (*answers, *offered)) if day]
    return min([earliest, *(year for year in years if year >= earliest - YEARS_PAST)])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
