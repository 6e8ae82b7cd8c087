"""What comes from outside: events, the yearly notice, the catalog, other applications, messages of any kind."""

from temporalio.client import WorkflowUpdateFailedError

from models.messages import EventReport
from models.project import ProjectOutcome
from regulations.almanac import NoticeFile, calendar_in_force
from runtime import client as messenger
from simulation import events
from simulation.actor import Actor
from simulation.holdings import CatalogChange
from simulation.office import Office, Stuck
from simulation.stillness import still
from simulation.stock import stock
from workflows.reports import objection_to_report


async def report_event(actor: Actor, said: events.ReportEvent) -> str:
    """Report an event to the project, today unless the case gives its day.

    A signal is not answered: what the project will say against the data is told here, as a refusal.
    """
    now = await actor.now()
    report = EventReport(
        event_id=said.id or actor.next_id("e"),
        event=said.event,
        occurred_on=said.occurred_on or now.date(),
        reported_by="案例",
        data=said.data,
    )
    # As it comes over the wire: a day is a text there.
    report = EventReport.model_validate_json(report.model_dump_json())
    await actor.office.report(report)
    plan = actor.matter.plan
    if plan and (reason := objection_to_report(report, plan)):
        raise messenger.Refusal(reason, "Malformed")
    return said.event


async def publish_calendar(actor: Actor, notice: NoticeFile) -> str:
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


async def change_catalog(actor: Actor, change: CatalogChange) -> str:
    """Change what the catalog holds."""
    await stock(actor.catalog, change, actor.application)
    return "目录已更新"


async def send(actor: Actor, said: events.RawMessage) -> str:
    """Send any message, well-formed or not."""
    arguments = [] if said.payload is None else [said.payload]
    if not said.update:
        await actor.office.project.signal(said.name, args=arguments)
        return "已发出"
    try:
        await actor.office.project.execute_update(said.name, args=arguments)
    except WorkflowUpdateFailedError as error:
        raise messenger.refusal_of(error) from error
    return "已受理"


async def apply(actor: Actor, said: events.AnotherApplication) -> str:
    """The department applies for another project; Stuck where it fares otherwise than the case says."""
    environment = actor.office.environment
    another = actor.project.another(said, said.code)
    office = Office(environment, said.code)
    await office.start(another.workflow_type, another.file(environment.shift))
    await still(environment.client, [office.workflow_id])
    outcome = (await office.status()).outcome
    if outcome != said.outcome:
        raise Stuck(f"{said.code}: expected {_named(said.outcome)}, got {_named(outcome)}")
    return _named(outcome)


def _named(outcome: ProjectOutcome | None) -> str:
    return outcome.label.zh if outcome else "已受理"
