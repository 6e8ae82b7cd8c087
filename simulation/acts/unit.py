"""What the unit hands in, reports and takes back."""

from models.messages import ChangeReport, RectificationResponse, Submission, Withdrawal
from models.project import Status
from simulation import events
from simulation.actor import Actor
from simulation.case_file import material


async def submit(actor: Actor, said: events.Submit) -> str:
    """Hand in a correction, a form, files, or answers to conditions."""
    is_edited = bool(said.remove or said.changes or said.add)
    status = await actor.office.status()
    conditions = {c.text: c.condition_id for c in status.conditions}
    party = actor.matter.party(said.party) if said.party else None
    message = Submission(
        submitted_by=said.by or await _who_hands_in(actor, party, status),
        application=actor.project.correct(said) if is_edited else None,
        materials=tuple(material(kind) for kind in said.materials),
        condition_answers={conditions[text]: answer for text, answer in said.answers.items()},
        party=party,
        form=said.form,
    )
    return await actor.say("submit", message)


async def _who_hands_in(actor: Actor, party: str | None, status: Status) -> str:
    """Who prepared the application; for another party of a procedure its first officer."""
    acting = party or next((code for code in status.awaiting if status.procedure), None)
    if acting in (None, actor.application.unit.code):
        return actor.application.prepared_by
    return next(iter(await actor.officers(acting)), actor.application.prepared_by)


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
