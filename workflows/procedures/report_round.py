"""一期报告: one round of a schedule. Asks who owes a report for the period, and starts a procedure for each."""

import asyncio
from datetime import datetime

from temporalio import workflow
from temporalio.common import SearchAttributeKey

from activities.ports import Procedures, Rounds
from models.calendar import CHINA
from models.procedure import ProcedureFile
from models.rounds import OwedRound, ProcedureOpening, RoundOrder, RoundQuestion, RoundResult
from workflows import names
from workflows.options import ENSURE, LOOKUP, named

AT_ONCE = 20
"""How many procedures are started at the same time."""

SCHEDULED_AT = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")
"""For which moment the schedule planned this run. A backfill sets it to one that is long past."""


@workflow.defn(name="ReportRound")
class ReportRound:
    """Started by a schedule, on time, late or again: what was started before is not started a second time."""

    @workflow.run
    async def run(self, order: RoundOrder) -> RoundResult:
        """Start a procedure for each debtor of the round; which were started, and which were there."""
        workflow.upsert_search_attributes([names.REGULATION.value_set(order.regulation)])
        owed = await _owed(order)
        opened: list[str] = []
        known = list(owed.on_record)
        for first in range(0, len(owed.files), AT_ONCE):
            batch = owed.files[first : first + AT_ONCE]
            answers = await asyncio.gather(*(_open(file, owed) for file in batch))
            for file, was_opened in zip(batch, answers, strict=True):
                (opened if was_opened else known).append(_address(file))
        result = RoundResult(period=owed.period and owed.period.id, opened=tuple(opened), known=tuple(known))
        workflow.set_current_details(_details(order, owed, result))
        return result


async def _owed(order: RoundOrder) -> OwedRound:
    question = RoundQuestion(order=order, scheduled_at=_scheduled_at())
    summary = f"确定应报单位：{order.regulation} {order.schedule}"
    owed: OwedRound = await workflow.execute_activity_method(Rounds.owed, question, **named(LOOKUP, summary))
    return owed


def _scheduled_at() -> datetime:
    """The moment that the round was planned for; the start itself where somebody started it by hand."""
    info = workflow.info()
    return (info.typed_search_attributes.get(SCHEDULED_AT) or info.start_time).astimezone(CHINA)


async def _open(file: ProcedureFile, owed: OwedRound) -> bool:
    opening = ProcedureOpening(file=file, runs=owed.runs)
    was_opened: bool = await workflow.execute_activity_method(
        Procedures.open, opening, **named(ENSURE, f"开始 {_address(file)}")
    )
    return was_opened


def _address(file: ProcedureFile) -> str:
    return names.procedure_id(file.application.procedure, file.code)


def _details(order: RoundOrder, owed: OwedRound, result: RoundResult) -> str:
    if owed.period is None:
        return f"{order.regulation}：该日没有定期程序 `{order.schedule}`"
    lines = [f"## {owed.period.title.zh}（{order.regulation} `{order.schedule}`）"]
    lines += [f"新开始 {len(result.opened)} 件，原已开始 {len(result.known)} 件"]
    return "\n\n".join([*lines, *(f"- `{address}`" for address in result.opened[:100])])
