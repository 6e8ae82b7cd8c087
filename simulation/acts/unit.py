"""What the unit hands in, reports and takes back."""

from models.messages import ChangeReport, RectificationResponse, Submission, Withdrawal
from simulation import events
from simulation.actor import Actor
from simulation.case_file import material


async def submit(actor: Actor, said: events.Submit) -> str:
    """Hand in a correction, files, or answers to conditions."""
    is_edited = bool(said.remove or said.changes or said.add)
    conditions = {c.text: c.condition_id for c in (await actor.office.status()).conditions}
    message = Submission(
        submitted_by=said.by or actor.application.prepared_by,
        application=actor.correct(said) if is_edited else None,
        materials=tuple(material(kind) for kind in said.materials),
        condition_answers={conditions[text]: answer for text, answer in said.answers.items()},
    )
    return await actor.say("submit", message)


async def respond(actor: Actor, said: events.Respond) -> str:
    """Answer the newest rectification."""
    message = RectificationResponse(
        submitted_by=said.by or actor.application.prepared_by,
        statement=said.statement,
        materials=tuple(material(kind) for kind in said.materials),
    )
    return await actor.say("respond", message, await actor.newest_rectification())


async def withdraw(actor: Actor, said: events.Withdraw) -> str:
    """Take the project back."""
    by = said.by or actor.application.prepared_by
    return await actor.say("withdraw", Withdrawal(withdrawn_by=by, reason=said.reason))


async def report_change(actor: Actor, said: events.ReportChange) -> str:
    """Report a change of investment or content."""
    by = said.by or actor.application.prepared_by
    message = ChangeReport(
        reported_by=by,
        kind=said.kind,
        description=said.description,
        investment=said.investment,
        major=said.major,
    )
    return await actor.say("report_change", message)
