"""The rounds port: who owes a report, by the law of the day, the register of organs and the ledger."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import Engine
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import ports
from models.application import Party
from models.calendar import CHINA
from models.effects import EntryKind, LedgerEntry
from models.plan import StageName
from models.procedure import ProcedureApplication, ProcedureFile
from models.rounds import OwedRound, RoundQuestion
from records import ledger, register
from records.register import Organ
from records.register_file import OrganKind
from regulations import schedules
from regulations.procedure_plan import Laws
from regulations.procedure_schema import Debtor
from regulations.schedules import DueSchedule
from workflows import names

_OF_PROJECTS = (EntryKind.PROJECT_FILED, EntryKind.STAGE_OPENED, EntryKind.PROJECT_CLOSED)


class LawfulRounds(ports.Rounds):
    """Asks the law that the worker read when it started, and the records as they are."""

    def __init__(self, laws: Laws, engine: Engine) -> None:
        self._laws = laws
        self._engine = engine

    @activity.defn(name="rounds.owed")
    def owed(self, question: RoundQuestion) -> OwedRound:
        """What is owed in the round. Reads only, so a second call is as good; its answer may be newer.

        A department or unit owes it that stands, by its superiors, under an organ of the regulation; a project that stood
        in one of the stages when the round was planned. Raises `NoSuchRegulation`, non-retryable.
        """
        order, day = question.order, question.scheduled_at.astimezone(CHINA).date()
        if order.regulation not in self._laws:
            raise ApplicationError(
                f"regulation: unknown (got {order.regulation!r})", type="NoSuchRegulation", non_retryable=True
            )
        due = schedules.schedules_of(self._laws, order.regulation, day).get(order.schedule)
        if due is None:
            return OwedRound()
        period = schedules.period_of(due.source.period, day)
        files = [
            _file(schedules.application_for(due, order.regulation, debtor, period, day))
            for debtor in self._debtors(due, order.regulation, question.scheduled_at)
        ]
        known = {_address(file) for file in files if self._is_on_record(file)}
        return OwedRound(
            period=period,
            runs=due.procedure.runs,
            files=tuple(file for file in files if _address(file) not in known),
            on_record=tuple(sorted(known)),
        )

    def _is_on_record(self, file: ProcedureFile) -> bool:
        """Whether it was admitted before: the server forgets what has ended, the ledger does not."""
        entries = ledger.entries(self._engine, file.matter, [EntryKind.PROCEDURE_OPENED])
        return any(recorded.entry.entry_id.endswith(f"/{_address(file)}") for recorded in entries)

    # ------------------------------------------------------------ who owes

    def _debtors(self, due: DueSchedule, regulation: str, at: datetime) -> Iterator[schedules.Debtor]:
        parties = {organ.id: organ for organ in register.organs(self._engine)}
        match due.source.owed_by:
            case Debtor.ORGAN:
                yield self._organ(due, regulation, parties)
            case Debtor.DEPARTMENTS:
                yield from (schedules.Debtor(_party(d)) for d in _under(regulation, OrganKind.DEPARTMENT, parties))
            case Debtor.UNITS:
                for unit in _under(regulation, OrganKind.UNIT, parties):
                    yield schedules.Debtor(_party(unit), _party(parties[unit.superior or ""]))
            case Debtor.PROJECTS:
                yield from self._projects(regulation, due.source.stages, at, parties)

    def _organ(self, due: DueSchedule, regulation: str, parties: Mapping[str, Organ]) -> schedules.Debtor:
        law, named = self._laws[regulation], due.source.organ or ""
        code = law.procedures.roles.get(named, named)
        title = law.regulation.organs[code][0].title.zh if code in law.regulation.organs else code
        return schedules.Debtor(_party(parties[code]) if code in parties else Party(code=code, name=title))

    def _projects(
        self, regulation: str, stages: tuple[StageName, ...], at: datetime, parties: Mapping[str, Organ]
    ) -> Iterator[schedules.Debtor]:
        filed: dict[str, LedgerEntry] = {}
        standing: dict[str, str | None] = {}
        for entry in self._history(at):
            if entry.kind is EntryKind.PROJECT_FILED:
                filed[entry.project] = entry
            standing[entry.project] = entry.stage if entry.kind is not EntryKind.PROJECT_CLOSED else None
        for code, entry in filed.items():
            unit = parties.get(entry.detail.get("unit", ""))
            if entry.detail.get("regulation") == regulation and standing[code] in stages and unit:
                department = parties.get(entry.detail.get("department", ""))
                title = entry.detail.get("title")
                yield schedules.Debtor(_party(unit), _party(department) if department else None, code, title)

    def _history(self, at: datetime) -> Iterator[LedgerEntry]:
        """What happened to projects before that moment, in its order."""
        told = ledger.every_entry(self._engine, kinds=_OF_PROJECTS)
        yield from (recorded.entry for recorded in told if recorded.entry.at < at)


def _file(application: ProcedureApplication) -> ProcedureFile:
    return ProcedureFile(application=application, filers=(application.prepared_by,), owed=True)


def _address(file: ProcedureFile) -> str:
    return names.procedure_id(file.application.procedure, file.code)


def _party(organ: Organ) -> Party:
    return Party(code=organ.id, name=organ.name.zh)


def _under(regulation: str, kind: OrganKind, parties: Mapping[str, Organ]) -> Iterator[Organ]:
    """The parties of that kind whose superiors lead to an organ of the regulation."""
    for party in parties.values():
        if party.kind is kind and _regulation_of(party, parties) == regulation:
            yield party


def _regulation_of(party: Organ, parties: Mapping[str, Organ]) -> str | None:
    """The regulation of the nearest organ above. The register lets no chain of superiors lead back to itself."""
    above = parties.get(party.superior or "")
    if above is None:
        return None
    return above.regulation or _regulation_of(above, parties)
