"""What a stage or a gate waits for before it opens: an event, or a date, whichever is first."""

from datetime import date, datetime, time

from models.calendar import CHINA
from models.effects import NoticeTemplate
from models.messages import EventReport
from models.plan import Opening
from models.project import State
from regulations.calendar import receipt
from workflows.effects import unit
from workflows.limits import OFFICE_HOURS
from workflows.project import Project


async def opened(project: Project, opening: Opening, state: State, matter: str) -> None:
    """Wait in this state until it opens. `matter` is the business key of what opens: a stage's or a gate's round."""
    if _has_come(project, opening) or (project.carried and matter in project.carried.opened):
        return
    project.awaited_event = opening.event or opening.since
    if opening.since:
        await _since(project, opening, opening.since, state)
    is_told = project.opening == matter
    at = project.opens_at if is_told else _date(project, opening)
    project.opens_on = at.date() if at else None
    project.enter_state(state)
    if not is_told:
        await project.effects.tell(
            NoticeTemplate.STAGE_OPENED,
            matter,
            unit(project.unit_code),
            {"stage": project.file.stage.label.zh, "awaited": opening.title.zh},
        )
    project.opening, project.opens_at = matter, at
    try:
        came = await project.until(lambda: _has_come(project, opening), at=at, summary=opening.title.zh)
    finally:
        project.awaited_event = project.opens_on = None
    if not came and opening.event:
        _note_opened(project, opening.event)
    project.opening = project.opens_at = None
    project.opened.add(matter)


async def _since(project: Project, opening: Opening, since: str, state: State) -> None:
    """The date cannot be counted before the event from which it runs."""
    if not project.file.has_happened(since):
        project.enter_state(state)
        await project.until(
            lambda: project.file.has_happened(since) or _has_come(project, opening), summary=opening.title.zh
        )


def _has_come(project: Project, opening: Opening) -> bool:
    return opening.event is not None and project.file.has_happened(opening.event)


def _date(project: Project, opening: Opening) -> datetime | None:
    """The first moment of the day on which it opens by itself; None where only the event opens it."""
    since = project.file.last_report(opening.since) if opening.since else None
    if opening.on_field and since:
        return datetime.combine(date.fromisoformat(str(since.data[opening.on_field])), time(), CHINA)
    if opening.on is None or (opening.since and since is None):
        return None
    starts = datetime.combine(since.occurred_on, OFFICE_HOURS) if since else project.effects.now()
    day = receipt(opening.title.zh, starts, opening.on, project.calendar).due_on
    return datetime.combine(day, time(), CHINA)


def _note_opened(project: Project, event: str) -> None:
    """The date stood in for the event: a return must not wait for the next such date."""
    report = EventReport(
        event_id=f"{project.file.stage}-r{project.file.round}-{event}"[:64],
        event=event,
        occurred_on=project.effects.now().date(),
        reported_by=project.address,
    )
    project.update_file(events=(*project.file.events, report))
