"""What an admin sees in the Temporal UI: the current details as Markdown, Chinese first, and the search attributes."""

from datetime import datetime
from typing import Any

from temporalio.common import SearchAttributeUpdate

from models.application import Party
from models.authority import SignaturePolicy
from models.base import Text
from models.calendar import Receipt
from models.plan import Plan, StageName
from models.project import GateRecord, Status, StepRecord
from models.review import Point, Review
from workflows import names


def details(status: Status) -> str:
    """The page of a running workflow: what is awaited, from whom, until when, on which article."""
    lines = [
        f"## {status.title}（{status.project}）",
        *(f"**⚠ {warning.zh}**" for warning in (*status.warnings, *_unsigned(status))),
        " · ".join(_where(status)),
        *_awaited(status),
        *_limits(status),
        *_review(status),
        *_findings(status),
        *_history(status),
    ]
    return "\n\n".join(line for line in lines if line)


def handed_over(status: Status, to: StageName) -> str:
    """The page of a stage that has ended. Its run is over, and the project goes on in the next one."""
    return "\n\n".join(
        [
            f"## {status.title}（{status.project}）",
            f"**{status.stage.label.zh if status.stage else ''}阶段第 {status.round} 轮已结束，项目转入{to.label.zh}阶段。**",
            *_history(status),
        ]
    )


def _unsigned(status: Status) -> tuple[Text, ...]:
    return () if status.signatures is SignaturePolicy.REQUIRED else (status.signatures.label,)


def parties(plan: Plan | None, *applicants: Party) -> dict[str, Text]:
    """The parties whose names are known, by code: the plan's organs, and whoever applies."""
    named = {party.code: Text(zh=party.name, en=party.name) for party in applicants}
    return named | ({organ.id: organ.name for organ in plan.organs} if plan else {})


def attributes(status: Status, due_at: datetime | None) -> dict[str, Any]:
    """The search attributes by name; codes only, no personal data. None where there is no value."""
    return {
        names.PROJECT_CODE.name: status.project,
        names.REGULATION.name: status.regulation,
        names.DEPARTMENT.name: status.department,
        names.STAGE.name: status.stage.value if status.stage else status.procedure or status.workflow_type,
        names.GATE.name: status.gate,
        names.STATE.name: status.state.value,
        names.AWAITING_ORGAN.name: list(status.awaiting) or None,
        names.DUE_AT.name: due_at,
        names.OVERDUE.name: status.overdue,
    }


def updates(shown: dict[str, Any], wanted: dict[str, Any]) -> list[SearchAttributeUpdate[Any]]:
    """The changes from what is shown to what is wanted; none where they agree.

    A run that has shown nothing yet takes over what the one before it left, so that everything is set or unset.
    """
    changed: list[SearchAttributeUpdate[Any]] = []
    for key in names.SEARCH_ATTRIBUTES:
        value = wanted[key.name]
        if key.name in shown and value == shown[key.name]:
            continue
        changed.append(key.value_unset() if value is None else key.value_set(value))
    return changed


def _where(status: Status) -> list[str]:
    parts = [f"阶段 **{status.stage.label.zh}**" if status.stage else f"程序 **{_procedure(status)}**"]
    if status.gate_title:
        parts.append(f"{'环节' if status.stage else '步骤'} **{status.gate_title.zh}**")
    parts += [f"第 {status.round} 轮", f"状态 **{status.state.label.zh}**"]
    if status.overdue:
        parts.append("**已逾期**")
    if status.outcome:
        parts.append(f"结果 **{status.outcome.label.zh}**")
    return parts


def _procedure(status: Status) -> str:
    return status.procedure_title.zh if status.procedure_title else "整改"


def _awaited(status: Status) -> list[str]:
    lines = []
    if status.awaiting:
        lines.append("等待：" + "、".join(_with_code(status, organ) for organ in status.awaiting))
    if status.missing:
        lines.append("待交：" + "、".join(status.missing))
    if status.awaited_event:
        lines.append(f"等待事项：{_event(status.awaited_event, status.awaited_event_title)}")
    if status.due_on and status.stage is None and not status.outcome and not _is_open(status.review):
        lines.append(f"期限：**{status.due_on}**")
    return lines


def _is_open(review: Review | None) -> bool:
    return review is not None and review.outcome is None


def _limits(status: Status) -> list[str]:
    return [f"单位时限 `{item.limit}`：{_due(item.deadline.receipt)}" for item in status.limits if item.met_at is None]


def _review(status: Status) -> list[str]:
    review = status.review
    if review is None or review.outcome is not None:
        return []
    receipt = review.deadline.receipt
    counted = (
        "；".join(f"{_name(status, d.decision.organ)} {d.decision.verdict.label.zh}" for d in review.decisions)
        or "尚无"
    )
    return [
        f"期限：{_due(receipt)}",
        "依据：" + "；".join(str(citation) for citation in review.citations),
        f"已计意见：{counted}",
        *_points(review),
        f"审核编号：`{review.review_id}`",
    ]


def _points(review: Review) -> list[str]:
    """What every decision has to judge one by one, with what was found of it so far."""
    if not review.points:
        return []
    rows = [f"- `{point.id}` {point.title.zh}{_found(review, point)}" for point in review.points]
    return ["审查要点（须逐项评判）：\n\n" + "\n".join(rows)]


def _found(review: Review, point: Point) -> str:
    judged = [d.decision.judgements[point.id] for d in review.decisions if point.id in d.decision.judgements]
    return f"：{'、'.join(j.label.zh for j in judged)}" if judged else ""


def _event(event: str, title: Text | None) -> str:
    return f"{title.zh}（`{event}`）" if title else f"`{event}`"


def _with_code(status: Status, organ: str) -> str:
    """The code too: whoever looks for the organ's work has to type it."""
    return f"{status.names[organ].zh}（`{organ}`）" if organ in status.names else f"`{organ}`"


def _name(status: Status, organ: str) -> str:
    return status.names[organ].zh if organ in status.names else organ


def _due(receipt: Receipt) -> str:
    if receipt.paused:
        return f"时钟停止，余 {receipt.remaining_working_days} 个工作日"
    provisional = "（暂定：所及年度工作日历尚未公布）" if receipt.provisional else ""
    return f"**{receipt.due_on}**{provisional}，{receipt.term.citation}"


def _findings(status: Status) -> list[str]:
    open_ones = [f for f in status.findings if not f.mended_in]
    if not open_ones:
        return []
    rows = [
        f"- {f.finding.strength.label.zh} {f.finding.rule} {f.finding.message.zh}{'（已例外批准）' if f.waived else ''}"
        for f in open_ones
    ]
    return ["问题：\n\n" + "\n".join(rows)]


def _history(status: Status) -> list[str]:
    rows = [f"- {_passed(record)}" for record in status.passed] + [f"- {_taken(record)}" for record in status.steps]
    return ["已办环节：\n\n" + "\n".join(rows)] if rows else []


def _taken(record: StepRecord) -> str:
    outcome = record.outcome.label.zh if record.outcome else "已办"
    late = "，逾期" if record.overdue else ""
    return f"{record.title.zh} 第 {record.round} 轮：{outcome}{late}（{record.closed_at:%Y-%m-%d}）"


def _passed(record: GateRecord) -> str:
    where = f"{record.stage.label.zh} / {record.title.zh} 第 {record.round} 轮"
    return f"{where}：{record.outcome.label.zh}（{record.closed_at:%Y-%m-%d}）"
