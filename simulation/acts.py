"""The acts of a case, done: each becomes the message of the contract that an officer, a unit or a system would send.

Every act returns what it was answered, for the timeline, and raises messenger.Refusal where it was refused.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel
from temporalio.client import WorkflowUpdateFailedError

from models.messages import (
    ChangeReport,
    ClockPause,
    ClockResumption,
    DecisionReceipt,
    EventReport,
    Extension,
    FindingReport,
    RectificationResponse,
    Resumption,
    Retraction,
    Submission,
    Suspension,
    WaiverRequest,
    Withdrawal,
)
from models.project import ProjectOutcome, State, Status
from models.review import Decision, QuorumRule, Review, Verdict
from regulations.almanac import NoticeFile, calendar_in_force
from runtime import client as messenger
from simulation import events
from simulation.actor import Actor, chosen
from simulation.case_file import material
from simulation.office import Office, Stuck
from simulation.stillness import still
from simulation.stock import stock
from workflows import names

REACH_LIMIT = 60
"""Steps after which `reach` gives up: a life has fewer gates than that."""

Act = Callable[[Actor, Any], Awaitable[str]]


async def perform(actor: Actor, name: str, said: Any) -> str:
    """Do the act of that name."""
    return await _ACTS[name](actor, said)


# ---------------------------------------------------------------- decisions


async def _decide(actor: Actor, said: events.Decide) -> str:
    target = await actor.target(said.gate)
    review_id = said.review or (await actor.open_review(said.gate)).review_id
    organs = actor.gate(said.gate).organs if said.gate != events.VERIFICATION else ()
    decision = Decision(
        decision_id=said.id or actor.next_id("d"),
        review_id=review_id,
        organ=said.organ or await actor.organ_of(said.by, organs),
        officer=said.by,
        verdict=said.verdict,
        opinion=said.opinion,
        conditions=said.conditions,
    )
    if said.by_signal:
        await actor.office.environment.client.get_workflow_handle(target).signal("decide", decision)
        return "已发出"
    return await _submit_decision(actor, target, decision)


async def _submit_decision(actor: Actor, target: str, decision: Decision) -> str:
    # A fresh update id, so that the workflow and not the server sees a decision that is sent twice.
    receipt = await messenger.update(
        actor.office.environment.client,
        target,
        "submit_decision",
        decision,
        DecisionReceipt,
        update_id=actor.next_id(f"u-{decision.decision_id}-"),
    )
    return receipt.message.zh


async def _approve(actor: Actor, gates: tuple[str, ...]) -> str:
    for gate in gates:
        await _close(actor, gate, Verdict.APPROVE)
        await actor.still()
    return "、".join(gates)


async def _return(actor: Actor, gate: str) -> str:
    return await _close(actor, gate, Verdict.RETURN)


async def _reject(actor: Actor, gate: str) -> str:
    return await _close(actor, gate, Verdict.REJECT)


async def _close(actor: Actor, gate: str, verdict: Verdict) -> str:
    """Let as many officers decide as the quorum needs for that outcome."""
    review = await actor.open_review(gate)
    answer = ""
    for organ, officer in await _deciding(actor, review, verdict):
        said = events.Decide(gate=gate, by=officer, organ=organ, verdict=verdict, opinion="见问题清单")
        answer = await _decide(actor, said)
    return answer


async def _deciding(actor: Actor, review: Review, verdict: Verdict) -> list[tuple[str, str]]:
    first = review.organs[0]
    match review.quorum.rule:
        case QuorumRule.MAJORITY:
            enough = (review.quorum.seats or 0) // 2 + 1
            return [(first, officer) for officer in (await actor.officers(first))[:enough]]
        case QuorumRule.ALL_OF if verdict is Verdict.APPROVE:
            return [(organ, (await actor.officers(organ))[0]) for organ in review.organs]
        case _:
            return [(first, (await actor.officers(first))[0])]


async def _retract(actor: Actor, said: events.Retract) -> str:
    decision = _decision_of(await actor.office.status(), said.gate, said.by)
    message = Retraction(
        decision_id=decision.decision_id, organ=said.organ or decision.organ, officer=said.by, reason=said.reason
    )
    return await actor.say("retract", message)


def _decision_of(status: Status, gate: str, officer: str) -> Decision:
    reviews = [(record.gate, record.decisions) for record in status.passed]
    if status.review:
        reviews.append((status.review.gate, status.review.decisions))
    found = [d.decision for g, decisions in reviews if g == gate for d in decisions if d.decision.officer == officer]
    if not found:
        raise Stuck(f"{officer} has decided nothing in {gate}")
    return found[-1]


# ---------------------------------------------------------------- the unit


async def _submit(actor: Actor, said: events.Submit) -> str:
    is_edited = bool(said.remove or said.changes or said.add)
    conditions = {c.text: c.condition_id for c in (await actor.office.status()).conditions}
    message = Submission(
        submitted_by=said.by or actor.application.prepared_by,
        application=actor.correct(said) if is_edited else None,
        materials=tuple(material(kind) for kind in said.materials),
        condition_answers={conditions[text]: answer for text, answer in said.answers.items()},
    )
    return await actor.say("submit", message)


async def _respond(actor: Actor, said: events.Respond) -> str:
    message = RectificationResponse(
        submitted_by=said.by or actor.application.prepared_by,
        statement=said.statement,
        materials=tuple(material(kind) for kind in said.materials),
    )
    return await actor.say("respond", message, await actor.newest_rectification())


async def _withdraw(actor: Actor, said: events.Withdraw) -> str:
    by = said.by or actor.application.prepared_by
    return await actor.say("withdraw", Withdrawal(withdrawn_by=by, reason=said.reason))


async def _report_change(actor: Actor, said: events.ReportChange) -> str:
    by = said.by or actor.application.prepared_by
    message = ChangeReport(reported_by=by, kind=said.kind, description=said.description, investment=said.investment)
    return await actor.say("report_change", message)


async def _reach(actor: Actor, gate: str) -> str:
    """Hand in, report and approve whatever comes before the gate, until its review lies open."""
    for _ in range(REACH_LIMIT):
        status = await actor.office.status()
        if _is_open(status) and status.gate == gate:
            return gate
        await _go_on(actor, status)
        await actor.still()
    raise Stuck(f"{gate} was not reached in {REACH_LIMIT} steps")


async def _go_on(actor: Actor, status: Status) -> None:
    if _is_open(status) and status.gate:
        await _approve(actor, (status.gate,))
    elif status.awaited_event:
        await _report_event(actor, events.ReportEvent(event=status.awaited_event))
    elif status.state is State.AWAITING_MATERIALS and status.gate:
        kinds = tuple(document.kind for document in actor.gate(status.gate).documents)
        await _submit(actor, events.Submit(materials=kinds))
    else:
        raise Stuck(f"cannot go on at {status.stage}/{status.gate}, {status.state}")


def _is_open(status: Status) -> bool:
    return status.review is not None and status.review.outcome is None


async def _another(actor: Actor, said: events.AnotherApplication) -> str:
    """The department applies for another project; Stuck where it fares otherwise than the case says."""
    environment = actor.office.environment
    office = Office(environment, said.code)
    await office.file(actor.another(said, said.code), (material("project_plan"),))
    ended = await still(environment.client, [names.project_id(said.code)])
    outcome = (await office.status()).outcome
    if ended:
        await environment.unfreeze()
    if outcome != said.outcome:
        raise Stuck(f"{said.code}: expected {_named(said.outcome)}, got {_named(outcome)}")
    return _named(outcome)


def _named(outcome: ProjectOutcome | None) -> str:
    return outcome.label.zh if outcome else "已受理"


# ---------------------------------------------------------------- the organs


async def _waive(actor: Actor, said: events.Waive) -> str:
    message = WaiverRequest(
        organ=await _organ(actor, said),
        officer=said.by,
        rule=said.rule,
        subject=said.subject,
        reason=said.reason,
        document=material(said.document).sha256,
        expires_on=said.expires_on,
    )
    return await actor.say("waive", message)


async def _extend(actor: Actor, said: events.Extend) -> str:
    running = await _running(actor, said)
    return await actor.say("extend", Extension(**running, working_days=said.working_days), await _beside(actor, said))


async def _pause_clock(actor: Actor, said: events.PauseClock) -> str:
    running = await _running(actor, said)
    return await actor.say("pause_clock", ClockPause(**running, ground=said.ground), await _beside(actor, said))


async def _resume_clock(actor: Actor, said: events.OfClock) -> str:
    return await actor.say("resume_clock", ClockResumption(**await _running(actor, said)), await _beside(actor, said))


async def _running(actor: Actor, said: events.OfClock) -> dict[str, str]:
    """Who moves which deadline: that of the open review, or of the unit's answer to the newest rectification."""
    status = await actor.office.status(await _beside(actor, said))
    is_open = status.review is not None and status.review.outcome is None
    beside = (await actor.office.status()).rectifications
    code = beside[-1].rectification_id if said.rectification and beside else "—"
    review_id = status.review.review_id if status.review and is_open else code
    return {"organ": await _organ(actor, said), "officer": said.by, "review_id": review_id, "reason": said.reason}


async def _beside(actor: Actor, said: events.OfClock) -> str | None:
    return await actor.newest_rectification() if said.rectification else None


async def _suspend(actor: Actor, said: events.ByOfficer) -> str:
    return await actor.say("suspend", Suspension(**await _by(actor, said)))


async def _resume(actor: Actor, said: events.ByOfficer) -> str:
    return await actor.say("resume", Resumption(**await _by(actor, said)))


async def _record_finding(actor: Actor, said: events.Inspect) -> str:
    message = FindingReport(
        finding_id=said.id,
        organ=await _organ(actor, said),
        officer=said.by,
        rule=said.rule,
        subject=said.subject,
        description=said.description,
        limit_on=said.limit_on,
    )
    return await actor.say("record_finding", message)


async def _by(actor: Actor, said: events.ByOfficer) -> dict[str, str]:
    return {"organ": await _organ(actor, said), "officer": said.by, "reason": said.reason}


async def _organ(actor: Actor, said: events.ByOfficer) -> str:
    return said.organ or await actor.organ_of(said.by)


# ---------------------------------------------------------------- other systems


async def _report_event(actor: Actor, said: events.ReportEvent) -> str:
    now = await actor.now()
    report = EventReport(
        event_id=said.id or actor.next_id("e"),
        event=said.event,
        occurred_on=chosen(said.occurred_on, now.date()),
        reported_by="案例",
    )
    await actor.office.report(report)
    return said.event


async def _publish_calendar(actor: Actor, notice: NoticeFile) -> str:
    """The yearly notice is out: the calendar with it goes to the project, as an operator's command would send it."""
    now = await actor.now()
    calendar = calendar_in_force(now.year - 1, now.year + 6, [notice.calendar_year()])
    report = EventReport(
        event_id=actor.next_id("calendar"),
        event="calendar_published",
        occurred_on=now.date(),
        reported_by="案例",
        data={"calendar": calendar.model_dump(mode="json")},
    )
    await actor.office.report(report)
    return calendar.version


async def _catalog(actor: Actor, change: events.CatalogChange) -> str:
    await stock(actor.catalog, change, actor.application)
    return "目录已更新"


async def _send(actor: Actor, said: events.RawMessage) -> str:
    arguments = [] if said.payload is None else [said.payload]
    if not said.update:
        await actor.office.project.signal(said.name, args=arguments)
        return "已发出"
    try:
        await actor.office.project.execute_update(said.name, args=arguments)
    except WorkflowUpdateFailedError as error:
        raise messenger.refusal_of(error) from error
    return "已受理"


async def _silence(actor: Actor, until: BaseModel) -> str:
    """Nothing is done: the clock was advanced before the act."""
    return ""


_ACTS: dict[str, Act] = {
    "silence_until": _silence,
    "approve": _approve,
    "return_": _return,
    "reject": _reject,
    "reach": _reach,
    "decide": _decide,
    "submit": _submit,
    "respond": _respond,
    "waive": _waive,
    "extend": _extend,
    "pause_clock": _pause_clock,
    "resume_clock": _resume_clock,
    "suspend": _suspend,
    "resume": _resume,
    "withdraw": _withdraw,
    "retract": _retract,
    "report_event": _report_event,
    "report_change": _report_change,
    "record_finding": _record_finding,
    "publish_calendar": _publish_calendar,
    "catalog": _catalog,
    "send": _send,
    "apply": _another,
}
