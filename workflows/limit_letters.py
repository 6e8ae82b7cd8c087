"""What is told of the unit's limits: reminders to the unit; when it is late, also to the organs that the limit names."""

from models.base import Text
from models.deadline import Rung, RungKind
from models.effects import EntryKind, NoticeTemplate
from models.plan import Limit
from models.project import RunningLimit
from regulations.calendar import is_overdue
from workflows.effects import organs, unit
from workflows.ladder import Ladder
from workflows.proceeding import Proceeding


async def tell_rung(holder: Proceeding, limit: Limit, ladder: Ladder, rung: Rung) -> None:
    """Tell one rung of a limit's ladder; when it is late, put that on record first."""
    key = ladder.key(rung)
    variables = {
        "limit": limit.title.zh,
        "due_on": ladder.deadline.receipt.due_on.isoformat(),
        "citation": str(limit.citation),
    }
    match rung.kind:
        case RungKind.REMINDER:
            await holder.effects.tell(NoticeTemplate.LIMIT_REMINDER, key, unit(holder.unit_code), variables)
        case RungKind.OVERDUE:
            holder.show()
            await holder.effects.record(
                EntryKind.DEADLINE_PASSED,
                key,
                Text(zh=f"{limit.title.zh}逾期", en=f"{limit.title.en} is overdue"),
                citations=(limit.citation,),
                detail={"receipt": ladder.deadline.receipt.model_dump(mode="json")},
            )
            recipients = (*unit(holder.unit_code), *organs(limit.tells))
            await holder.effects.tell(NoticeTemplate.LIMIT_OVERDUE, key, recipients, variables)
        case RungKind.ESCALATION:
            superiors = organs(holder.superiors(limit.tells))
            await holder.effects.tell(NoticeTemplate.LIMIT_OVERDUE, key, superiors, variables)


async def record_met(holder: Proceeding, limit: Limit, item: RunningLimit, review_id: str) -> None:
    """Put on record that the review met a limit, and whether in time."""
    assert item.met_at
    late = is_overdue(item.deadline.receipt, item.met_at)
    zh, en = ("逾期办结", "met late") if late else ("按时限办结", "met in time")
    await holder.effects.record(
        EntryKind.LIMIT_MET,
        f"{limit.id}/{review_id}",
        Text(zh=f"{limit.title.zh}：{zh}", en=f"{limit.title.en}: {en}"),
        citations=(limit.citation,),
        detail={"late": late, "receipt": item.deadline.receipt.model_dump(mode="json")},
    )
