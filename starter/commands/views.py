"""What the values of the product look like to a clerk: lines and tables, in both languages at once. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from models.authority import SignaturePolicy
from models.base import Text
from models.calendar import CHINA, Receipt, Term
from models.messages import Answer, DecisionReceipt
from models.plan import Gate, Holding, Plan, StageName
from models.project import Status
from models.review import Point, QuorumRule, Review
from regulations.calendar import explain
from starter.output import Cell, Part, Table, field, listed
from starter.worklist import Item, place

if TYPE_CHECKING:  # the records are slow to import, and most answers show none
    from models.effects import LedgerEntry
    from records.ledger import RecordedEntry

QUORUMS = {
    QuorumRule.ANY_OF: Text(zh="或签", en="any of"),
    QuorumRule.ALL_OF: Text(zh="会签", en="all of"),
    QuorumRule.MAJORITY: Text(zh="票签", en="majority"),
}
YES = Text(zh="是", en="yes")

CODE, STAGE, GATE = Text(zh="编号", en="code"), Text(zh="阶段", en="stage"), Text(zh="环节", en="gate")
ROUND, STATE, DUE = Text(zh="轮次", en="round"), Text(zh="状态", en="state"), Text(zh="期限", en="due")
TITLE, ARTICLE, RULE = Text(zh="名称", en="title"), Text(zh="依据", en="source"), Text(zh="规定", en="rule")
ORGAN, OFFICER, AT = Text(zh="机关", en="organ"), Text(zh="经办人", en="officer"), Text(zh="时间", en="at")
KIND, FILE, SIZE = Text(zh="种类", en="kind"), Text(zh="文件", en="file"), Text(zh="字节", en="bytes")


def moment(at: datetime) -> str:
    """A moment as a clerk reads it, in China's time."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"


# ---------------------------------------------------------------- a project


def status(answer: Status, *, receipt: bool = False) -> list[Part]:
    """Where a project, a rectification or a procedure stands."""
    review = answer.review if answer.review and answer.review.outcome is None else None
    lines: list[Part | None] = [
        f"{answer.title}（{answer.workflow_id if answer.procedure else answer.project}）",
        field("所属项目", "of the project", _project_of(answer)),
        *answer.warnings,
        _unsigned(answer),
        _where(answer),
        field("等待", "awaiting", "、".join(answer.awaiting)),
        field("待交", "to hand in", "、".join(answer.missing)),
        field("等待事项", "awaited event", answer.awaited_event),
        field("期限", "due", _due(answer, review)),
        field("审核编号", "review", review.review_id if review else None),
        field("依据", "source", "；".join(map(str, review.citations)) if review else None),
        field("改用新规", "to adopt", str(answer.adopting.order.as_of) if answer.adopting else None),
        field("结果", "outcome", answer.outcome.label if answer.outcome else None),
    ]
    parts: list[Part | None] = [*lines, *(explain(review.deadline.receipt) if receipt and review else ())]
    parts += [
        points(review),
        _decisions(review),
        _findings(answer),
        _conditions(answer),
        _sanctions(answer),
        _beside(answer),
    ]
    return [part for part in (*parts, _passed(answer), _taken(answer)) if part is not None]


def _project_of(answer: Status) -> str | None:
    """The project that a procedure belongs to; one that belongs to none has its own code there."""
    own = answer.workflow_id.partition(":")[2]
    return answer.project if answer.procedure and answer.project != own else None


def _unsigned(answer: Status) -> Text | None:
    """The warning where decisions need no signature: an exception that nobody may overlook."""
    label = answer.signatures.label
    return None if answer.signatures is SignaturePolicy.REQUIRED else Text(zh=f"⚠ {label.zh}", en=f"⚠ {label.en}")


def _where(answer: Status) -> Text:
    held, state = place(answer), answer.state.label
    gate = answer.gate_title or Text(zh="—", en="—")
    late = Text(zh=" · 已逾期", en=" · overdue") if answer.overdue else Text(zh="", en="")
    return Text(
        zh=f"{held.zh} · {gate.zh} · 第 {answer.round} 轮 · {state.zh}{late.zh}",
        en=f"{held.en} · {gate.en} · round {answer.round} · {state.en}{late.en}",
    )


def _due(answer: Status, review: Review | None) -> Cell:
    if review is None:
        return str(answer.due_on) if answer.due_on else None
    return due(review.deadline.receipt)


def due(receipt: Receipt) -> Text:
    """The last day of a term, or what is left of it while its clock stands."""
    if receipt.paused:
        left = receipt.remaining_working_days
        return Text(zh=f"时钟停止，余 {left} 个工作日", en=f"clock stopped, {left} working days left")
    mark = Text(zh="（暂定）", en=" (provisional)") if receipt.provisional else Text(zh="", en="")
    return Text(zh=f"{receipt.due_on}{mark.zh}", en=f"{receipt.due_on}{mark.en}")


def _table(title: Text, columns: Sequence[Cell], rows: Iterable[Sequence[Cell]]) -> Table | None:
    found = list(rows)
    return Table(columns, found, title) if found else None


def points(review: Review | None) -> Table | None:
    columns = (CODE, Text(zh="审查要点", en="point"), Text(zh="评判", en="judged"))
    rows = [(point.id, point.title, _judged(review, point)) for point in (review.points if review else ())]
    return _table(Text(zh="审查要点（须逐项评判）", en="points, each to be judged"), columns, rows)


def _judged(review: Review | None, point: Point) -> Cell:
    decisions = [d.decision for d in (review.decisions if review else ()) if point.id in d.decision.judgements]
    labels = [(d.organ, d.judgements[point.id].label) for d in decisions]
    return Text(
        zh="；".join(f"{organ} {label.zh}" for organ, label in labels),
        en="; ".join(f"{organ} {label.en}" for organ, label in labels),
    )


def _decisions(review: Review | None) -> Table | None:
    columns = (ORGAN, OFFICER, Text(zh="意见", en="verdict"), AT, Text(zh="意见编号", en="decision"))
    rows = [
        (
            d.decision.organ,
            speaker(d.decision.officer, d.decision.on_behalf_of, d.delegation),
            d.decision.verdict.label,
            moment(d.at),
            d.decision.decision_id,
        )
        for d in (review.decisions if review else ())
    ]
    return _table(Text(zh="已计意见", en="decisions"), columns, rows)


def speaker(officer: str | None, on_behalf_of: str | None, delegation: str | None) -> Cell:
    """Who spoke, and for whom under which delegation."""
    if on_behalf_of is None:
        return officer
    return Text(
        zh=f"{officer} 代 {on_behalf_of}（授权 {delegation}）", en=f"{officer} for {on_behalf_of} (under {delegation})"
    )


def _findings(answer: Status) -> Table | None:
    columns = (RULE, Text(zh="强度", en="strength"), Text(zh="问题", en="finding"), Text(zh="如何改正", en="remedy"))
    rows = [
        (f.finding.rule, WAIVED if f.waived else f.finding.strength.label, f.finding.message, f.finding.remedy)
        for f in answer.findings
        if not f.mended_in
    ]
    return _table(Text(zh="问题", en="findings"), columns, rows)


WAIVED = Text(zh="已例外批准", en="waived")


def _conditions(answer: Status) -> Table | None:
    columns = (CODE, ORGAN, Text(zh="条件", en="condition"), Text(zh="答复", en="answer"))
    rows = [(c.condition_id, c.organ, c.text, c.answer) for c in answer.conditions]
    return _table(Text(zh="附带条件", en="conditions"), columns, rows)


def _sanctions(answer: Status) -> Table | None:
    columns = (Text(zh="处置", en="sanction"), RULE, Text(zh="自", en="since"), Text(zh="解除", en="lifted"))
    rows = [
        (s.kind.label, s.rule, moment(s.imposed_at), moment(s.lifted_at) if s.lifted_at else None)
        for s in answer.sanctions
    ]
    return _table(Text(zh="处置", en="sanctions"), columns, rows)


def _beside(answer: Status) -> Table | None:
    columns = (CODE, Text(zh="须待其办结", en="waits for it"), Text(zh="自", en="since"), Text(zh="办结", en="closed"))
    rows = [
        (
            r.rectification_id,
            HELD[r.holds],
            moment(r.opened_at),
            moment(r.closed_at) if r.closed_at else None,
        )
        for r in answer.rectifications
    ]
    return _table(Text(zh="整改", en="rectifications"), columns, rows)


HELD = {
    Holding.NOTHING: None,
    Holding.STAGE: Text(zh="阶段", en="the stage"),
    Holding.PROJECT: Text(zh="项目", en="the project"),
}


def _passed(answer: Status) -> Table | None:
    columns = (STAGE, GATE, ROUND, Text(zh="结果", en="outcome"), Text(zh="办结", en="closed"))
    rows = [(p.stage.label, p.gate, p.round, p.outcome.label, moment(p.closed_at)) for p in answer.passed]
    return _table(Text(zh="已办环节", en="gates passed"), columns, rows)


def _taken(answer: Status) -> Table | None:
    columns = (
        CODE,
        Text(zh="步骤", en="step"),
        ROUND,
        Text(zh="结果", en="outcome"),
        DUE,
        Text(zh="逾期", en="overdue"),
        Text(zh="办结", en="closed"),
    )
    rows = [
        (
            step.step,
            step.title,
            step.round,
            step.outcome.label if step.outcome else _DONE,
            str(step.due_on or ""),
            YES if step.overdue else None,
            moment(step.closed_at),
        )
        for step in answer.steps
    ]
    return _table(Text(zh="已办步骤", en="steps taken"), columns, rows)


_DONE = Text(zh="完成", en="done")


def inbox(items: Sequence[Item]) -> Part:
    """An organ's worklist."""
    columns = (CODE, TITLE, STAGE, GATE, STATE, DUE, Text(zh="逾期", en="overdue"), Text(zh="审核编号", en="review"))
    rows = [
        (
            i.workflow_id if i.procedure else i.project,
            i.title,
            i.stage,
            i.gate,
            i.state.label,
            str(i.due_on or ""),
            YES if i.overdue else None,
            i.review_id,
        )
        for i in items
    ]
    return Table(columns, rows) if rows else Text(zh="没有待办事项", en="nothing is waiting")


def answer(workflow_id: str, given: Answer) -> list[Part]:
    """What a workflow answered to a message."""
    known = given if isinstance(given, DecisionReceipt) else None
    outcome = known.outcome.label if known and known.outcome else None
    lines = [
        Text(zh=f"{workflow_id}：{given.message.zh}", en=f"{workflow_id}: {given.message.en}"),
        field("审核编号", "review", known.review_id if known else None),
        field("意见编号", "decision", known.decision_id if known else None),
        field("结果", "outcome", outcome),
    ]
    return [line for line in lines if line is not None]


# ---------------------------------------------------------------- the record


def ledger(entries: "Sequence[RecordedEntry]") -> Part:
    """Lines of the ledger, in their order."""
    columns = ("#", AT, KIND, STAGE, GATE, ROUND, ORGAN, OFFICER, Text(zh="摘要", en="summary"))
    rows = [
        (r.position, moment(e.at), e.kind.label, stage(e.stage), e.gate, e.round, e.organ, _spoke(e), e.summary)
        for r in entries
        for e in (r.entry,)
    ]
    return Table(columns, rows)


def _spoke(entry: "LedgerEntry") -> Cell:
    return speaker(entry.officer, entry.on_behalf_of, entry.detail.get("delegation"))


# ---------------------------------------------------------------- the law


def plan(drawn: Plan) -> list[Part]:
    """The route of a plan: its gates with who decides, by when, on which article."""
    columns = (STAGE, GATE, ORGAN, Text(zh="表决", en="quorum"), Text(zh="材料", en="materials"), DUE, ARTICLE)
    rows = [_gate(drawn, s.name.label, gate) for s in drawn.stages for gate in s.gates]
    return [Table(columns, rows, Text(zh=f"办理路径 {drawn.route}", en=f"route {drawn.route}"))]


def _gate(drawn: Plan, held: Text, gate: Gate) -> tuple[Cell, ...]:
    handed_in = listed([d.title for d in gate.documents] + [drawn.form(form).title for form in gate.forms])
    sources = "；".join(dict.fromkeys(c.article for c in gate.citations))
    organs = "、".join(gate.organs)
    return (held, gate.title, organs, QUORUMS[gate.quorum.rule], handed_in, term(gate.term), sources)


def term(given: Term) -> Text:
    """How long something may take: so many days, or until a day of the year."""
    if given.month_day:
        return Text(zh=f"{given.month_day} 前", en=f"by {given.month_day}")
    unit = _UNITS[given.unit]
    return Text(zh=f"{given.amount} {unit.zh}", en=f"{given.amount} {unit.en}")


_UNITS = {
    "working_days": Text(zh="个工作日", en="working days"),
    "calendar_days": Text(zh="个自然日", en="calendar days"),
    "months": Text(zh="个月", en="months"),
    "fixed_date": Text(zh="", en=""),
}


def stage(name: str | None) -> Cell:
    """A stage by its name in the record; a procedure's name stays what it is."""
    return StageName(name).label if name in set(StageName) else name


def day(value: date | None) -> str:
    """A day, or a dash for an open end."""
    return str(value) if value else "—"
