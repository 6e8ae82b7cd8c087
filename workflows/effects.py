"""What a workflow does to the world, in the words of the process: record, tell, authorise. One call each, presets inside."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic_core import to_json, to_jsonable_python
from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from activities.ports import Catalog, Histories, Ledger, Notices, Procedures, Registry
from models.authority import Authority, AuthorityQuestion, SignedStatement
from models.base import Text
from models.calendar import CHINA
from models.catalog import CHANGE_REFUSED, CatalogChange, CatalogEntry, CatalogEntryQuestion
from models.citation import Citation
from models.dossier import DossierOrder
from models.effects import (
    CatalogFacts,
    CatalogQuestion,
    EntryKind,
    FinishedRun,
    LedgerClaim,
    LedgerEntry,
    Notice,
    NoticeTemplate,
    Recipient,
    RecipientKind,
)
from models.finding import Sanction
from models.messages import EventReport
from models.procedure import RegisterChange
from models.project import RectificationFile
from models.rates import RateAnswer, RateQuestion
from workflows.options import AUTHORISE, ENSURE, LOOKUP, NOTIFY, RECORD, named

Result = TypeVar("Result")

DETAIL_BYTES = 60 * 1024
"""What an entry's detail may take: a little less than the ledger's own limit."""


class CatalogRefused(Exception):
    """The catalog refused a change; `reason` is what it says."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Effects:
    """The effects of one workflow. Where in the project it stands is kept here, so that callers need not say it.

    `procedure` is the code of a procedure beside the project; empty for the project itself.
    """

    def __init__(self, project: str, title: str, clock_shift: timedelta, procedure: str = "") -> None:
        self.project = project
        self.procedure = procedure
        self.title = title
        self.clock_shift = clock_shift
        self.parties: Callable[[], Mapping[str, Text]] = dict
        """The parties that the workflow knows, by code. Whoever has a file says so; without one there are none."""
        self.plan_version: str | None = None
        self.stage: str | None = None
        self.gate: str | None = None
        self.round: int | None = None

    def now(self) -> datetime:
        """The legal moment, in China's time: the workflow's clock, moved by the shift of a simulated life."""
        return workflow.now().astimezone(CHINA) + self.clock_shift

    def _named(self, party: str) -> str:
        """The party as an admin reads it: by its name, where the workflow knows one by now."""
        known = self.parties().get(party)
        return known.zh if known else party

    async def record(
        self,
        kind: EntryKind,
        key: str,
        summary: Text,
        *,
        organ: str | None = None,
        officer: str | None = None,
        on_behalf_of: str | None = None,
        citations: Iterable[Citation] = (),
        detail: dict[str, Any] | None = None,
    ) -> None:
        """Put it on record. `key` is unique for the kind within the project, so that a repeat is the same entry."""
        entry = LedgerEntry(
            entry_id=entry_id(self.project, self.procedure, kind, key),
            project=self.project,
            at=self.now(),
            kind=kind,
            stage=self.stage,
            gate=self.gate,
            round=self.round,
            organ=organ,
            officer=officer,
            on_behalf_of=on_behalf_of,
            citations=tuple(citations),
            plan_version=self.plan_version,
            summary=summary,
            detail=fitting(detail or {}),
        )
        await _surely(
            workflow.execute_activity_method(Ledger.append, entry, **named(RECORD, f"记入台账：{summary.zh}"))
        )

    async def is_shown(self, claim: LedgerClaim) -> bool:
        """Whether the ledger shows what somebody says that it does."""
        return await _surely(
            workflow.execute_activity_method(
                Ledger.shows, claim, **named(AUTHORISE, f"核对台账：{claim.kind.label.zh}")
            )
        )

    async def tell(
        self,
        template: NoticeTemplate,
        key: str,
        recipients: Iterable[Recipient],
        variables: dict[str, Any] | None = None,
    ) -> None:
        """Send a notice to each recipient. A notice that cannot be delivered goes on record, and the case goes on."""
        notices = [self._notice(template, key, recipient, variables or {}) for recipient in recipients]
        await asyncio.gather(*(self._send(notice) for notice in notices))

    def _notice(self, template: NoticeTemplate, key: str, recipient: Recipient, variables: dict[str, Any]) -> Notice:
        return Notice(
            notice_id=f"{self.project}/{template}/{_within(self.project, self.procedure, key)}"
            f"/{recipient.kind}:{recipient.code}",
            project=self.project,
            template=template,
            recipient=recipient,
            variables={"project": self.project, "title": self.title, **variables},
        )

    async def _send(self, notice: Notice) -> None:
        summary = f"{NoticeTemplate(notice.template).label.zh}：{self._named(notice.recipient.code)}"
        try:
            await workflow.execute_activity_method(Notices.send, notice, **named(NOTIFY, summary))
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            await self.record(
                EntryKind.NOTICE_FAILED,
                notice.notice_id,
                Text(zh=f"{summary}，未送达", en=f"notice {notice.template} to {notice.recipient.code} not delivered"),
                detail={"cause": str(error.cause)},
            )

    async def authority(
        self, officer: str, organ: str, on_behalf_of: str | None = None, signed: SignedStatement | None = None
    ) -> Authority:
        """Whether the officer may act for the organ now, and signed what is signed, by the register of officers."""
        question = AuthorityQuestion(
            officer=officer, organ=organ, at=self.now(), on_behalf_of=on_behalf_of, signed=signed
        )
        return await _surely(
            workflow.execute_activity_method(
                Registry.authority, question, **named(AUTHORISE, f"核验经办人权限：{self._named(organ)}")
            )
        )

    async def facts(self, question: CatalogQuestion) -> CatalogFacts:
        """What the catalog knows of the application. Waits as long as the catalog is down."""
        return await _surely(
            workflow.execute_activity_method(Catalog.facts, question, **named(LOOKUP, "查询资源与能力目录"))
        )

    async def change_catalog(self, change: CatalogChange) -> CatalogEntry:
        """Change an entry of the catalog; how it stands then. Waits as long as the catalog is down.

        Raises CatalogRefused where it refuses the change: whoever wrote the answers can mend that.
        """
        summary = f"目录{change.verb.label.zh}：{change.entry}"
        try:
            call = workflow.execute_activity_method(Catalog.change, change, **named(LOOKUP, summary))
            entry = await _surely(call)
        except RuntimeError as error:
            if reason := _refusal_by_catalog(error):
                raise CatalogRefused(reason) from error
            raise
        await self.record(
            EntryKind.CATALOG_CHANGED,
            change.key,
            Text(
                zh=f"目录 {change.entry}：{change.verb.label.zh}",
                en=f"catalog entry {change.entry}: {change.verb.label.en}",
            ),
            detail={"entry": change.entry, "verb": change.verb, "state": entry.state, "in_time": entry.in_time},
        )
        return entry

    async def catalog_entry(self, question: CatalogEntryQuestion) -> CatalogEntry:
        """Where an entry of the catalog stands. Waits as long as the catalog is down."""
        summary = f"查询目录：{question.entry}"
        return await _surely(workflow.execute_activity_method(Catalog.entry, question, **named(LOOKUP, summary)))

    async def rates(self, question: RateQuestion) -> RateAnswer:
        """The rates by the catalog's own records. Waits as long as the catalog is down."""
        return await _surely(workflow.execute_activity_method(Catalog.rates, question, **named(LOOKUP, "计算目录指标")))

    async def enter_register(self, change: RegisterChange) -> None:
        """Give an entry of a register its state, then put on record what brought it about."""
        summary = f"登记：{change.register_id} {change.subject}"
        state = change.state_title or Text(zh=change.state, en=change.state)
        await _surely(workflow.execute_activity_method(Registry.enter, change, **named(RECORD, summary)))
        await self.record(
            EntryKind.REGISTER_CHANGED,
            change.key,
            Text(
                zh=f"登记 {change.subject}：{state.zh}",
                en=f"{change.subject} registered as {state.en}",
            ),
            detail={"register": change.register_id, "subject": change.subject, "state": change.state},
        )

    async def open_rectification(self, file: RectificationFile) -> None:
        """Start the procedure under its own id."""
        summary = f"开始整改 {file.rectification_id}"
        await _surely(workflow.execute_activity_method(Procedures.open_rectification, file, **named(ENSURE, summary)))

    async def keep_history(self, run: FinishedRun, summary: str) -> None:
        """Keep the history of an earlier run. One that is gone already cannot be kept, and must not stop what goes on."""
        try:
            await workflow.execute_activity_method(Histories.export, run, **named(ENSURE, summary))
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            workflow.logger.warning("history.lost", extra={"run": run.run_id, "cause": str(error.cause)})

    async def open_dossier(self, order: DossierOrder) -> None:
        """Have the dossier made, by a workflow of its own."""
        summary = f"归档卷宗：{order.project}"
        await _surely(workflow.execute_activity_method(Procedures.open_dossier, order, **named(ENSURE, summary)))

    async def report(self, address: str, report: EventReport) -> None:
        """Report an event to the project or procedure at this address; one that has ended needs to know nothing more."""
        try:
            await workflow.get_external_workflow_handle(address).signal("report_event", report)
        except ApplicationError as error:
            if error.type != "ExternalWorkflowExecutionNotFound":
                raise
            workflow.logger.info("project.ended_already", extra={"project": self.project})

    async def impose(self, sanction: Sanction) -> None:
        """Put a sanction in force, then on record."""
        await _surely(
            workflow.execute_activity_method(
                Registry.impose, sanction, **named(RECORD, f"处置：{sanction.kind.label.zh}")
            )
        )
        await self.record(
            EntryKind.SANCTION_IMPOSED,
            sanction.sanction_id,
            Text(zh=f"作出处置：{sanction.reason}", en=f"sanction {sanction.kind} imposed"),
            citations=(sanction.citation,),
            detail=sanction.model_dump(mode="json", exclude={"citation"}),
        )

    async def lift(self, sanction: Sanction, by: str) -> None:
        """End a sanction, then put on record what ended it."""
        await _surely(
            workflow.execute_activity_method(
                Registry.lift, sanction, **named(RECORD, f"解除处置：{sanction.kind.label.zh}")
            )
        )
        await self.record(
            EntryKind.SANCTION_LIFTED,
            f"{sanction.sanction_id}/{by}",
            Text(zh=f"解除处置：{sanction.kind.label.zh}", en=f"sanction {sanction.kind} lifted"),
            citations=(sanction.citation,),
            detail={"sanction_id": sanction.sanction_id, "kind": sanction.kind, "by": by},
        )


def entry_id(project: str, procedure: str, kind: EntryKind, key: str) -> str:
    """The id of the ledger entry that the project's workflow, or that of a procedure beside it, writes under this key."""
    return f"{project}/{kind}/{_within(project, procedure, key)}"


def _within(project: str, procedure: str, key: str) -> str:
    """The key without the project's code, which the whole id begins with anyway.

    A procedure writes into the ledger of its project: its code tells its entries from those of the project, in which an
    officer may have used the same decision id.
    """
    key = key.removeprefix(f"{project}/")
    # With the slash: an id that somebody chose may begin, or be, like a procedure's code, and must not pass for its own.
    return f"{procedure}/{key}" if procedure and not key.startswith(f"{procedure}/") else key


def fitting(detail: dict[str, Any]) -> dict[str, Any]:
    """The detail as an entry can hold it. Its longest list is cut until it fits, and `cut` says how much was left out.

    An entry that is too large would be refused for ever and stop the project. What is cut stands whole in the run's history.
    """
    kept: dict[str, Any] = to_jsonable_python(detail)
    cut: dict[str, int] = {}
    while len(to_json(kept)) > DETAIL_BYTES:
        lists = {name: value for name, value in kept.items() if isinstance(value, list) and value}
        if not lists:
            return {"cut": {name: len(to_json(value)) for name, value in kept.items()}}
        longest = max(lists, key=lambda name: len(to_json(lists[name])))
        half = len(lists[longest]) // 2
        cut[longest] = cut.get(longest, 0) + len(lists[longest]) - half
        kept = {**kept, longest: lists[longest][:half]}
    return {**kept, "cut": cut} if cut else kept


async def _surely(call: Awaitable[Result]) -> Result:
    """The result of an effect that may be late but never missing.

    Where it fails for good there is a fault of ours, and no clerk could answer for it: the workflow task fails then, is
    seen in the Temporal UI, and goes on when the fault is mended. The project itself must not end by it.
    """
    try:
        return await call
    except ActivityError as error:
        if is_cancelled_exception(error):
            raise
        raise RuntimeError(f"an effect failed for good: {error.cause}") from error


def _refusal_by_catalog(error: RuntimeError) -> str | None:
    failure = error.__cause__
    cause = failure.cause if isinstance(failure, ActivityError) else None
    return cause.message if isinstance(cause, ApplicationError) and cause.type == CHANGE_REFUSED else None


def organs(codes: Iterable[str]) -> tuple[Recipient, ...]:
    """Organs as recipients of a notice."""
    return tuple(Recipient(kind=RecipientKind.ORGAN, code=code) for code in codes)


def unit(code: str) -> tuple[Recipient, ...]:
    """The project's unit as the recipient of a notice."""
    return (Recipient(kind=RecipientKind.UNIT, code=code),)
