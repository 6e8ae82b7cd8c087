"""What the installation does for itself, again and again, whatever the law says: its own schedules in Temporal."""

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
)

from models.offices import WatchOrder
from starter.schedules import TIME_ZONE, put
from workflows import names

WATCH_HOUR = 8
"""When the offices are watched, each day (Asia/Shanghai)."""

ANCHORING_MINUTE = 5
"""When the ledger is anchored, each hour."""

_CATCH_UP = timedelta(hours=1)


async def apply(client: Client) -> tuple[str, ...]:
    """Have Temporal keep the installation's schedules; their ids. A second time changes nothing. Raises RPCError."""
    kept = {names.OFFICE_WATCH: watch(), names.ANCHORING: anchoring()}
    for schedule_id, schedule in kept.items():
        await put(client, schedule_id, schedule)
    return tuple(kept)


def watch() -> Schedule:
    """The daily watch over the offices. One that was missed is not made up for: the next one sees the same."""
    action = _starts("OfficeWatch", names.OFFICE_WATCH, "无人可办预警", WatchOrder())
    return _schedule(action, ScheduleCalendarSpec(hour=[ScheduleRange(WATCH_HOUR)]), "无人可办预警")


def anchoring() -> Schedule:
    """The hourly anchoring of the ledger. One that was missed is not made up for: the next one anchors as much."""
    action = _starts("Anchoring", names.ANCHORING, "台账锚定")
    every_hour = ScheduleCalendarSpec(minute=[ScheduleRange(ANCHORING_MINUTE)], hour=[ScheduleRange(0, 23)])
    return _schedule(action, every_hour, "台账锚定")


def _starts(workflow: str, id_: str, title: str, *argument: object) -> ScheduleActionStartWorkflow:
    return ScheduleActionStartWorkflow(
        workflow, args=argument, id=id_, task_queue=names.TASK_QUEUE, static_summary=title
    )


def _schedule(action: ScheduleActionStartWorkflow, calendar: ScheduleCalendarSpec, title: str) -> Schedule:
    calendar.comment = title
    return Schedule(
        action=action,
        spec=ScheduleSpec(calendars=[calendar], time_zone_name=TIME_ZONE),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=_CATCH_UP),
        state=ScheduleState(note=title),
    )
