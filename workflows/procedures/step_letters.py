"""What is told of a task or of an awaited event: that it is asked for, that its day is near, that it is late."""

from models.base import Text
from models.deadline import Rung, RungKind
from models.effects import EntryKind, NoticeTemplate
from models.procedure import Step
from workflows.ladder import Ladder
from workflows.procedures.conducting import Conducting


async def asked(holder: Conducting, step: Step, ladder: Ladder | None) -> None:
    """Ask whoever has to act, once the step is open."""
    variables = {
        "gate": step.title.zh,
        "due_on": ladder.deadline.receipt.due_on.isoformat() if ladder else "—",
        "citation": str(step.citations[0]),
        "missing": [document.title.zh for document in step.documents],
        "reply_to": holder.address,
    }
    await holder.effects.tell(NoticeTemplate.TASK_OPENED, holder.key(step), holder.recipients(*step.by), variables)


async def refused(holder: Conducting, step: Step, reason: str) -> None:
    """Put on record that the catalog refuses what was handed in, and ask for it anew."""
    key = f"{holder.key(step)}#{holder.submissions}"
    await holder.effects.record(
        EntryKind.MATERIALS_INCOMPLETE,
        key,
        Text(zh=f"目录不予接受：{reason}", en=f"the catalog refuses it: {reason}"),
        citations=step.citations,
        detail={"missing": [reason]},
    )
    variables = {
        "stage": holder.procedure.title.zh,
        "gate": step.title.zh,
        "missing": [reason],
        "reply_to": holder.address,
    }
    await holder.effects.tell(NoticeTemplate.MATERIALS_INCOMPLETE, key, holder.recipients(*step.by), variables)


async def tell_rung(holder: Conducting, step: Step, ladder: Ladder, rung: Rung) -> None:
    """Tell one rung: a reminder to whoever has to act; when it is late, on record, and to those whom the rule names."""
    key = ladder.key(rung)
    variables = {
        "limit": step.title.zh,
        "due_on": ladder.deadline.receipt.due_on.isoformat(),
        "citation": str(step.citations[0]),
    }
    match rung.kind:
        case RungKind.REMINDER:
            await holder.effects.tell(NoticeTemplate.LIMIT_REMINDER, key, holder.recipients(*step.by), variables)
        case RungKind.OVERDUE:
            holder.show()
            await _record_overdue(holder, step, ladder, key)
            concerned = holder.recipients(*step.by, *step.tells)
            await holder.effects.tell(NoticeTemplate.LIMIT_OVERDUE, key, concerned, variables)
        case RungKind.ESCALATION:
            above = holder.recipients(*holder.superiors(step.tells or step.by))
            await holder.effects.tell(NoticeTemplate.LIMIT_OVERDUE, key, above, variables)


async def _record_overdue(holder: Conducting, step: Step, ladder: Ladder, key: str) -> None:
    await holder.effects.record(
        EntryKind.DEADLINE_PASSED,
        key,
        Text(zh=f"{step.title.zh}逾期", en=f"{step.title.en} is overdue"),
        citations=step.citations,
        detail={"receipt": ladder.deadline.receipt.model_dump(mode="json"), "awaited": list(step.by)},
    )
