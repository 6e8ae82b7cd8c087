"""The account of a life, from what is on record: every gate, fault, sanction and notice, and what a whole life lacks. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from models.base import Text
from models.calendar import Receipt
from models.citation import Citation
from models.effects import EntryKind, LedgerEntry, NoticeTemplate
from models.finding import Sanction, Strength
from models.plan import Gate, Plan, StageName
from models.project import Condition, FindingRecord, ProjectOutcome, RectificationRef, Status
from models.review import Outcome
from starter.demo.shell import Played

DELIVERED = "delivered"


@dataclass(frozen=True)
class GateLine:
    """A gate of some round as the ledger has it. A rectification's verification is one too, in no stage."""

    stage: str
    gate: str
    title: Text
    round: int
    review_id: str
    organs: tuple[str, ...]
    citations: tuple[Citation, ...]
    receipt: Receipt
    outcome: Outcome
    closed_at: datetime
    neutral: str | None
    """Where the documents give no rule for the gate: the citation that says so."""

    @classmethod
    def of(cls, entry: LedgerEntry) -> "GateLine":
        """The line of an entry `gate.closed`."""
        detail = entry.detail
        return cls(
            stage=entry.stage or "",
            gate=entry.gate or "verification",
            title=Text.model_validate(detail["title"]),
            round=entry.round or 1,
            review_id=_review_id(entry),
            organs=tuple(detail["organs"]),
            citations=entry.citations,
            receipt=Receipt.model_validate(detail["receipt"]),
            outcome=Outcome(detail["outcome"]),
            closed_at=entry.at,
            neutral=detail.get("rule_source_missing"),
        )


@dataclass(frozen=True)
class NoticeLine:
    """A notice and what became of it, by the word of the notification service."""

    notice_id: str
    template: str
    recipient: str
    state: str

    @property
    def label(self) -> Text:
        known = self.template in set(NoticeTemplate)
        return NoticeTemplate(self.template).label if known else Text(zh=self.template, en=self.template)


@dataclass(frozen=True)
class SignatureLine:
    """A decision that counted: whose it was, under which key, and whether the ledger and the key prove it."""

    review_id: str
    officer: str
    key_id: str | None
    holds: bool


@dataclass(frozen=True)
class DossierLine:
    """The dossier that was made at the end: its file, how many entries it holds, and what its verifier finds wrong."""

    file: str
    entries: int
    faults: tuple[Text, ...]


@dataclass(frozen=True)
class Addresses:
    """Where the life can be looked at: the Temporal UI with the project's runs, and the data folder."""

    ui: str | None
    runs: str | None
    search: str | None
    data_dir: str


@dataclass(frozen=True)
class Account:
    """One life, as it stands on record."""

    project: str
    title: str
    regulation: Text
    plan_version: str | None
    outcome: ProjectOutcome | None
    gates: tuple[GateLine, ...]
    findings: tuple[FindingRecord, ...]
    conditions: tuple[Condition, ...]
    sanctions: tuple[Sanction, ...]
    rectifications: tuple[RectificationRef, ...]
    notices: tuple[NoticeLine, ...]
    signatures: tuple[SignatureLine, ...]
    entries: dict[EntryKind, int]
    histories: tuple[str, ...]
    dossier: DossierLine | None
    names: Mapping[str, Text]
    """The organs' names by their codes."""
    played: tuple[Played, ...]
    addresses: Addresses
    missing: tuple[Text, ...] = ()
    """What a whole life would have and this one has not; empty where it was really complete."""

    @property
    def complete(self) -> bool:
        return not self.missing

    @property
    def entry_count(self) -> int:
        return sum(self.entries.values())


def account_of(
    plan: Plan,
    title: str,
    project: str,
    status: Status | None,
    ledger: Sequence[LedgerEntry],
    notices: Iterable[NoticeLine],
    histories: Iterable[str],
    played: Iterable[Played],
    addresses: Addresses,
    stuck: Text | None,
    signatures: Iterable[SignatureLine] = (),
    dossier: DossierLine | None = None,
) -> Account:
    """Put the account together, and hold it against the plan. `status` is None where the project never started."""
    account = Account(
        project=project,
        title=title,
        regulation=plan.title,
        plan_version=status.plan_version if status else None,
        outcome=status.outcome if status else None,
        gates=tuple(GateLine.of(entry) for entry in ledger if entry.kind is EntryKind.GATE_CLOSED),
        findings=status.findings if status else (),
        conditions=status.conditions if status else (),
        sanctions=status.sanctions if status else (),
        rectifications=status.rectifications if status else (),
        notices=tuple(notices),
        signatures=tuple(signatures),
        entries=dict(Counter(entry.kind for entry in ledger)),
        histories=tuple(histories),
        dossier=dossier,
        names={organ.id: organ.name for organ in plan.organs},
        played=tuple(played),
        addresses=addresses,
    )
    passed = tuple(record.review_id for record in status.passed) if status else ()
    return replace(account, missing=tuple(_missing(account, plan, passed, stuck)))


def _review_id(entry: LedgerEntry) -> str:
    """The review of a closed gate. An entry's id leaves the project's code out, with which the id of its reviews begins."""
    key = entry.entry_id.removeprefix(f"{entry.project}/{EntryKind.GATE_CLOSED}/")
    return f"{entry.project}/{key}" if entry.stage in set(StageName) else key


# ---------------------------------------------------------------- what a whole life has


def _missing(account: Account, plan: Plan, passed: Sequence[str], stuck: Text | None) -> Iterator[Text]:
    if stuck:
        yield stuck
    yield from _not_completed(account)
    yield from _gates_not_passed(account, plan)
    yield from _gates_not_on_record(account, passed)
    yield from _not_mended(account)
    yield from _not_signed(account)
    yield from _not_delivered(account)
    yield from _not_exported(account)
    yield from _not_archived(account)


def _not_completed(account: Account) -> Iterator[Text]:
    if account.outcome is not ProjectOutcome.COMPLETED:
        found = account.outcome.label if account.outcome else Text(zh="尚未办结", en="not closed")
        yield Text(zh=f"项目结果应为办结，实为：{found.zh}", en=f"the outcome must be completed, and is: {found.en}")


def _gates_not_passed(account: Account, plan: Plan) -> Iterator[Text]:
    last = {(line.stage, line.gate): line.outcome for line in account.gates}
    for stage in plan.stages:
        for gate in stage.gates:
            if not _is_behind(gate, last.get((stage.name.value, gate.id))):
                zh = f"环节未通过：{stage.name.label.zh} · {gate.title.zh}（{gate.id}）"
                yield Text(zh=zh, en=f"the gate was not passed: {stage.name.label.en} · {gate.title.en} ({gate.id})")


def _is_behind(gate: Gate, outcome: Outcome | None) -> bool:
    """Approved, or returned where the project goes on beside its rectification; never opened where it need not be."""
    if outcome is None:
        return gate.on_demand or any((gate.applies_to, gate.except_for, gate.sampling))
    goes_on = any(c.goes_on and c.on is outcome for c in gate.consequences)
    return goes_on or outcome is Outcome.APPROVED


def _gates_not_on_record(account: Account, passed: Sequence[str]) -> Iterator[Text]:
    recorded = {line.review_id for line in account.gates}
    for review_id in passed:
        if review_id not in recorded:
            zh = f"台账缺少环节办结记录：{review_id}"
            yield Text(zh=zh, en=f"the ledger lacks the entry of the closed gate {review_id}")


def _not_mended(account: Account) -> Iterator[Text]:
    for record in account.findings:
        finding = record.finding
        if finding.strength is not Strength.ENCOURAGED and not (record.mended_in or record.waived):
            yield Text(
                zh=f"问题未改正：{finding.rule} {finding.subject}", en=f"not mended: {finding.rule} {finding.subject}"
            )
    for rectification in account.rectifications:
        if rectification.closed_at is None:
            code = rectification.rectification_id
            yield Text(zh=f"整改未办结：{code}", en=f"the rectification is open: {code}")
    for condition in account.conditions:
        if not condition.answer:
            yield Text(zh=f"附带条件未答复：{condition.text}", en=f"a condition is unanswered: {condition.text}")


def _not_signed(account: Account) -> Iterator[Text]:
    for line in account.signatures:
        if not line.holds:
            zh = f"意见的签名无法证实：{line.review_id} {line.officer}"
            yield Text(zh=zh, en=f"the signature of a decision is not proved: {line.review_id} {line.officer}")


def _not_delivered(account: Account) -> Iterator[Text]:
    for notice in account.notices:
        if notice.state != DELIVERED:
            label = notice.label
            zh = f"通知未送达：{label.zh} → {notice.recipient}（{notice.state}）"
            yield Text(zh=zh, en=f"not delivered: {label.en} → {notice.recipient} ({notice.state})")
    if not account.notices:
        yield Text(zh="没有任何通知", en="there is no notice at all")
    if failed := account.entries.get(EntryKind.NOTICE_FAILED, 0):
        yield Text(zh=f"台账记有 {failed} 件通知未送达", en=f"the ledger notes {failed} notices that failed")


def _not_exported(account: Account) -> Iterator[Text]:
    """Each run but the last is exported when the next one begins."""
    wanted = max(account.entries.get(EntryKind.STAGE_OPENED, 0) - 1, 0)
    if len(account.histories) < wanted:
        found = len(account.histories)
        yield Text(zh=f"应导出历史 {wanted} 份，实有 {found} 份", en=f"{wanted} histories were due, {found} are there")


def _not_archived(account: Account) -> Iterator[Text]:
    """A life that ended leaves a dossier, and that is whole."""
    if account.dossier is None:
        if account.outcome is not None:
            yield Text(zh="没有卷宗归档", en="there is no dossier")
        return
    for fault in account.dossier.faults:
        yield Text(zh=f"卷宗归档有误：{fault.zh}", en=f"the dossier is not whole: {fault.en}")


def stage_label(stage: str) -> Text:
    """The stage of a line; a rectification stands beside the stages."""
    return StageName(stage).label if stage in set(StageName) else Text(zh="整改", en="rectification")


def by_state(notices: Iterable[NoticeLine]) -> list[tuple[Text, str, int]]:
    """The notices counted by their kind and state, in the order of their first appearance."""
    counts = Counter((n.template, n.state) for n in notices)
    labels = {n.template: n.label for n in notices}
    return [(labels[template], state, count) for (template, state), count in counts.items()]
