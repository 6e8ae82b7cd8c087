"""What a simulated life, of a project or a procedure, leaves behind: everything that a case is compared with."""

from datetime import date, datetime

from models.application import Application
from models.base import Value
from models.catalog import CatalogEntry
from models.effects import LedgerEntry
from models.finding import SanctionKind
from models.plan import Plan
from models.procedure import ProcedureApplication, ProcedurePlan
from models.project import Status
from records.registers import RegisterEntry
from simulation.counts import Counts
from simulation.histories import SentNotice


class Happening(Value):
    """An act of the case as it was played, for the timeline: its name, what the case says of it, the answer to it."""

    at: datetime
    act: str
    said: str = ""
    answer: str


class Life(Value):
    """A life as it was lived to the end of its events.

    `astray` are differences that were seen on the way: what was refused or not refused against the case's word, what
    stood otherwise at a moment, a history that does not replay. `catalog_entries` are those that the case asks for.
    """

    application: Application | ProcedureApplication
    plan: Plan | None
    procedure: ProcedurePlan | None = None
    status: Status
    rectification: Status | None
    happenings: tuple[Happening, ...]
    ledger: tuple[LedgerEntry, ...]
    notices: tuple[SentNotice, ...]
    counts: Counts = Counts()
    standing: dict[date, tuple[SanctionKind, ...]]
    registers: tuple[RegisterEntry, ...] = ()
    catalog_entries: tuple[CatalogEntry, ...] = ()
    astray: tuple[str, ...]
