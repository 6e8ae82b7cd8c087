"""The offices port: which organs will have nobody to decide, by the law, the register of officers and the ledger."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity

from activities import ports
from models.calendar import CHINA
from models.effects import EntryKind, LedgerEntry
from models.offices import Vacancy, VacancyQuestion
from models.plan import StageName
from records import delegations, ledger, register
from records.open_matters import open_projects
from records.vacancies import OpenProject, vacancies
from regulations.offices import organs_ahead
from regulations.schema import Regulation

_TOLD = (
    EntryKind.PROJECT_FILED,
    EntryKind.STAGE_OPENED,
    EntryKind.MATERIALS_SUBMITTED,
    EntryKind.CHANGE_REPORTED,
    EntryKind.DECISION_COUNTED,
)
"""The kinds of entries that tell a project's course."""


@dataclass
class _Course:
    """A project's course, as far as the ledger tells."""

    filed: LedgerEntry
    stage: str | None = None
    spoke: dict[str, set[str]] = field(default_factory=dict)

    def take(self, entry: LedgerEntry) -> None:
        """Note where the project stands and who has spoken for which side. A procedure in its ledger is another matter."""
        if entry.stage not in set(StageName):
            return
        self.stage = entry.stage
        side = entry.organ or self.filed.detail["unit"]
        for officer in filter(None, (entry.officer, entry.on_behalf_of)):
            self.spoke.setdefault(officer, set()).add(side)


class RegisteredOffices(ports.Offices):
    """Asks the law that the worker read when it started, and the records as they are."""

    def __init__(self, library: Mapping[str, Regulation], engine: Engine) -> None:
        self._library = library
        self._engine = engine

    @activity.defn(name="offices.vacant")
    def vacant(self, question: VacancyQuestion) -> tuple[Vacancy, ...]:
        """Each organ with its first day that leaves nobody to decide. Reads only, so a second call is as good."""
        with Session(self._engine) as session:
            posts, granted = delegations.known(session).posts, delegations.recorded(session)
        names = {organ.id: organ.name for organ in register.organs(self._engine)}
        today = question.at.astimezone(CHINA).date()
        return vacancies(self._open_projects(), names, posts, granted, today, question.within)

    def _open_projects(self) -> Iterator[OpenProject]:
        for code in open_projects(self._engine):
            course = self._course(code)
            if course is None or (regulation := self._library.get(course.filed.detail["regulation"])) is None:
                continue
            filed_on = course.filed.at.astimezone(CHINA).date()
            organs = organs_ahead(regulation, course.filed.detail["route"], course.stage, filed_on)
            yield OpenProject(code, filed_on, organs, course.spoke)

    def _course(self, code: str) -> _Course | None:
        """The course of the project since it was filed. Read by project: those that are closed soon outnumber the open ones."""
        course: _Course | None = None
        for recorded in ledger.every_entry(self._engine, code, kinds=_TOLD):
            if recorded.entry.kind is EntryKind.PROJECT_FILED:
                course = _Course(recorded.entry)
            if course is not None:
                course.take(recorded.entry)
        return course
