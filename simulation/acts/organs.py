"""What organs do to a project besides deciding: waive, extend, stop the clock, suspend, record a fault."""

from models.messages import (
    ClockPause,
    ClockResumption,
    Extension,
    FindingReport,
    LimitExtension,
    Resumption,
    Suspension,
    WaiverRequest,
)
from models.project import Status
from simulation import events
from simulation.actor import Actor
from simulation.case_file import material


async def waive(actor: Actor, said: events.Waive) -> str:
    """Excuse the findings of an in-principle rule."""
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


async def extend(actor: Actor, said: events.Extend) -> str:
    """Extend the running deadline."""
    running = await _running(actor, said)
    return await actor.say("extend", Extension(**running, working_days=said.working_days), await _beside(actor, said))


async def extend_limit(actor: Actor, said: events.ExtendLimit) -> str:
    """Extend a limit of the unit."""
    message = LimitExtension(
        organ=await _organ(actor, said), officer=said.by, limit=said.limit, until=said.until, reason=said.reason
    )
    return await actor.say("extend_limit", message)


async def pause_clock(actor: Actor, said: events.PauseClock) -> str:
    """Stop the running deadline."""
    running = await _running(actor, said)
    return await actor.say("pause_clock", ClockPause(**running, ground=said.ground), await _beside(actor, said))


async def resume_clock(actor: Actor, said: events.OfClock) -> str:
    """Let the stopped deadline run again."""
    return await actor.say("resume_clock", ClockResumption(**await _running(actor, said)), await _beside(actor, said))


async def _running(actor: Actor, said: events.OfClock) -> dict[str, str]:
    """Who moves which deadline: that of the open review or step, or of the unit's answer to the newest rectification."""
    status = await actor.office.status(await _beside(actor, said))
    beside = (await actor.office.status()).rectifications
    code = beside[-1].rectification_id if said.rectification and beside else _step(status)
    review_id = status.review.review_id if status.review and status.review.outcome is None else code
    return {"organ": await _organ(actor, said), "officer": said.by, "review_id": review_id, "reason": said.reason}


def _step(status: Status) -> str:
    """The key of the step of a procedure that is taken now."""
    return f"{status.workflow_id}/{status.gate}/r{status.round}" if status.procedure else "—"


async def _beside(actor: Actor, said: events.OfClock) -> str | None:
    return await actor.newest_rectification() if said.rectification else None


async def suspend(actor: Actor, said: events.ByOfficer) -> str:
    """Suspend the project."""
    return await actor.say("suspend", Suspension(**await _by(actor, said)))


async def resume(actor: Actor, said: events.ByOfficer) -> str:
    """Let the suspended project go on."""
    return await actor.say("resume", Resumption(**await _by(actor, said)))


async def record_finding(actor: Actor, said: events.Inspect) -> str:
    """Record the fault that an inspection found."""
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
