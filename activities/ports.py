"""Everything that the workflows can do to the world, on one page. The bodies stand beside this file, one per outside system.

Every method is safe to call twice: the docstring says by which key the second call is a no-op. Errors are sorted by who can
mend them (activities/errors.py): what nobody can mend is raised non-retryable, everything else is left to the retry policy.
"""

from abc import ABC, abstractmethod

from temporalio import activity

from models.authority import Authority, AuthorityQuestion
from models.catalog import CatalogChange, CatalogEntry, CatalogEntryQuestion
from models.dossier import DossierOrder, DossierSeal
from models.effects import (
    AnchorReceipt,
    CatalogFacts,
    CatalogQuestion,
    Delivery,
    Filing,
    FinishedRun,
    LedgerClaim,
    LedgerEntry,
    Notice,
    Resolution,
)
from models.finding import Sanction
from models.offices import Vacancy, VacancyQuestion
from models.procedure import ProcedureFiling, ProcedureResolution, RegisterChange
from models.project import RectificationFile
from models.rates import RateAnswer, RateQuestion
from models.rounds import OwedRound, ProcedureOpening, RoundQuestion


class Planning(ABC):
    """The law in force, from the regulation files, the register of organs and the published calendar."""

    @activity.defn(name="planning.resolve")
    @abstractmethod
    def resolve(self, filing: Filing) -> Resolution:
        """Resolve the plan that binds an application filed on that day. Reads only; the caller freezes the answer.

        Raises `NotAdmitted` (non-retryable) where the application cannot be judged: an unknown regulation, a date that
        no version covers, an unknown feature, an organ without an officer; its message names field, value and rule.
        """

    @activity.defn(name="planning.resolve_procedure")
    @abstractmethod
    def resolve_procedure(self, filing: ProcedureFiling) -> ProcedureResolution:
        """Resolve the law that binds a procedure beside the pipeline. Reads only; the caller freezes the answer.

        Raises `NotAdmitted` and `ClockShiftRefused` as `resolve` does.
        """


class Ledger(ABC):
    """The append-only record 台账."""

    @activity.defn(name="ledger.append")
    @abstractmethod
    def append(self, entry: LedgerEntry) -> int:
        """Append the entry and return its position. With the same `entry_id` again, the first telling stands."""

    @activity.defn(name="ledger.shows")
    @abstractmethod
    def shows(self, claim: LedgerClaim) -> bool:
        """Whether the ledger holds the entry, and nothing in it says otherwise than the claim. Reads only."""


class Anchors(ABC):
    """The anchors 锚定 of the ledger's chains, outside of its database."""

    @activity.defn(name="ledger.anchor")
    @abstractmethod
    def anchor(self) -> AnchorReceipt:
        """Anchor what has been recorded since the last anchor. A second call, when nothing was recorded since, adds nothing.

        Raises `AnchorsDamaged` (non-retryable) where the file or its key is not what it was.
        """


class Registry(ABC):
    """The register of organs and officers, the sanctions that stand, and the registers that procedures keep."""

    @activity.defn(name="registry.authority")
    @abstractmethod
    def authority(self, question: AuthorityQuestion) -> Authority:
        """Resolve whether the officer may act for the organ at that moment, and whether what is signed is theirs. Reads only."""

    @activity.defn(name="registry.impose")
    @abstractmethod
    def impose(self, sanction: Sanction) -> None:
        """Put the sanction in force. A second call with the same `sanction_id` changes nothing."""

    @activity.defn(name="registry.lift")
    @abstractmethod
    def lift(self, sanction: Sanction) -> None:
        """End the sanction at its `lifted_at`. A second call, or one for a sanction that ended, changes nothing."""

    @activity.defn(name="registry.enter")
    @abstractmethod
    def enter(self, change: RegisterChange) -> None:
        """Give the entry of a register its state. A second call with the same `key` changes nothing."""


class Catalog(ABC):
    """The catalog service: capabilities and information resources."""

    @activity.defn(name="catalog.facts")
    @abstractmethod
    async def facts(self, question: CatalogQuestion) -> CatalogFacts:
        """Answer everything that a gate's checks ask. Reads only. A service that is down is retried, never passed over."""

    @activity.defn(name="catalog.change")
    @abstractmethod
    async def change(self, change: CatalogChange) -> CatalogEntry:
        """Change an entry, and return where it stands then. With the same `key` again, the first answer stands.

        Raises `CHANGE_REFUSED` (non-retryable) for a change that the entry's state forbids, for data that the catalog does
        not take, and for a key that is taken by another change; its message names field, value and rule.
        """

    @activity.defn(name="catalog.entry")
    @abstractmethod
    async def entry(self, question: CatalogEntryQuestion) -> CatalogEntry:
        """Where the entry stands. Reads only. An entry that the catalog does not have is an answer: state `unknown`."""

    @activity.defn(name="catalog.rates")
    @abstractmethod
    async def rates(self, question: RateQuestion) -> RateAnswer:
        """The rates by these definitions, with the counts behind them. Reads only."""


class Notices(ABC):
    """The notification service."""

    @activity.defn(name="notices.send")
    @abstractmethod
    async def send(self, notice: Notice) -> Delivery:
        """Hand the notice over. A second call with the same `notice_id` returns the first delivery's state.

        Raises `UnknownRecipient` or `UnknownTemplate` (non-retryable).
        """


class Procedures(ABC):
    """Procedures that live beside a project under an id of their own."""

    @activity.defn(name="procedures.open_rectification")
    @abstractmethod
    async def open_rectification(self, file: RectificationFile) -> str:
        """Start `rectification:<id>` and return its workflow id. A second call returns the one that was started."""

    @activity.defn(name="procedures.open_dossier")
    @abstractmethod
    async def open_dossier(self, order: DossierOrder) -> bool:
        """Start `dossier:<code>`; whether this call started it. One that runs already is left alone."""

    @activity.defn(name="procedures.open")
    @abstractmethod
    async def open(self, opening: ProcedureOpening) -> bool:
        """Start the procedure that nobody applied for; whether this call started it. One that was started is left alone."""


class Dossiers(ABC):
    """The dossiers 卷宗归档 in which a project is kept when everything else has gone."""

    @activity.defn(name="dossiers.compile")
    @abstractmethod
    async def compile(self, order: DossierOrder) -> DossierSeal:
        """Export the history of the last run, once that is over, and gather everything that is known of the project into one
        file. A second call makes it anew, and replaces the first where the ledger has not grown since.

        Raises `NothingOnRecord` (non-retryable) for a project of which the ledger knows nothing.
        """


class Rounds(ABC):
    """Who owes what in a round of a schedule, from the law, the register of organs and the ledger."""

    @activity.defn(name="rounds.owed")
    @abstractmethod
    def owed(self, question: RoundQuestion) -> OwedRound:
        """What is owed in the round, as the law stood on its day and as the register stands now. Reads only.

        Raises `NoSuchRegulation` (non-retryable).
        """


class Offices(ABC):
    """The organs whose gates lie ahead of the open projects, and the officers who may decide for them."""

    @activity.defn(name="offices.vacant")
    @abstractmethod
    def vacant(self, question: VacancyQuestion) -> tuple[Vacancy, ...]:
        """Each organ that will have nobody to decide, with its first such day. Reads only."""


class Histories(ABC):
    """The histories of finished runs, kept beyond the namespace's retention."""

    @activity.defn(name="histories.export")
    @abstractmethod
    async def export(self, run: FinishedRun) -> str:
        """Write the run's history as JSON and return its file's name. A second call writes the same file again."""
