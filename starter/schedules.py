"""定期程序: the schedules of the law as schedules in Temporal: put there, compared, made up for, held.

What is owed stands in the law (`schedules:`), when it begins is kept by Temporal, in China's time. A schedule starts a round
(`ReportRound`), and that starts the procedures. Nothing here keeps time itself.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from temporalio.api.common.v1 import Payload
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleBackfill,
    ScheduleCalendarSpec,
    ScheduleDescription,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from models.base import Text, Value
from models.calendar import CHINA
from models.rounds import RoundOrder
from regulations.procedure_plan import Laws
from regulations.schedules import DueSchedule, schedules_of
from workflows import names

ROUND = "ReportRound"
"""The workflow type that every schedule of the law starts."""

TIME_ZONE = "Asia/Shanghai"

CATCH_UP = timedelta(days=365)
"""How long the server may have been down and still begin what fell due meanwhile. Late is better than never: a round that
is made up for counts its terms from the day on which it was due."""

_MOMENT = timedelta(microseconds=1)


class Standing(StrEnum):
    """Whether Temporal has the schedule, and whether it runs."""

    ABSENT = "absent"
    RUNNING = "running"
    PAUSED = "paused"


class Wanted(NamedTuple):
    """A schedule as the law wants it."""

    regulation: str
    due: DueSchedule

    @property
    def id(self) -> str:
        return names.schedule_id(self.regulation, self.due.id)


class ListedSchedule(Value):
    """A schedule of the law, and how it stands in Temporal. `next_at` are its next moments; none where it is held."""

    id: str
    regulation: str
    title: Text
    procedure: str
    owed_by: str
    organ: str | None
    months: tuple[int, ...]
    day: int
    hour: int
    citation: str
    standing: Standing
    note: str | None = None
    next_at: tuple[datetime, ...] = ()


class Applied(Value):
    """What was done to the schedules. `held` are those that the law no longer has: they are paused, not deleted."""

    created: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    held: tuple[str, ...]


class NoSuchSchedule(Exception):
    """Temporal has no schedule of this id."""


def wanted(laws: Laws, regulations: Iterable[str], day: date) -> list[Wanted]:
    """Every schedule in force under these regulations on that day (Asia/Shanghai). Raises KeyError for an unknown one."""
    return [Wanted(name, due) for name in regulations for due in schedules_of(laws, name, day).values()]


# ---------------------------------------------------------------- apply


async def apply(client: Client, schedules: Sequence[Wanted], regulations: Sequence[str]) -> Applied:
    """Make Temporal's schedules those of the law. A second time changes nothing.

    A definition that changed is updated; whether a schedule is paused stays as it is. One of these regulations that the law
    no longer has is paused, with a note. Raises RPCError where Temporal does not answer.
    """
    done: dict[str, list[str]] = {"created": [], "updated": [], "unchanged": []}
    for schedule in schedules:
        done[await put(client, schedule.id, definition(schedule))].append(schedule.id)
    held = await _hold_others(client, {schedule.id for schedule in schedules}, regulations)
    return Applied(**{key: tuple(ids) for key, ids in done.items()}, held=tuple(held))


async def put(client: Client, schedule_id: str, schedule: Schedule) -> str:
    """Have Temporal keep the schedule under that id: `created`, `updated` or `unchanged`. Whether it is paused stays as it is."""
    try:
        await client.create_schedule(schedule_id, schedule)
        return "created"
    except ScheduleAlreadyRunningError:
        pass
    handle = client.get_schedule_handle(schedule_id)
    kept = (await handle.describe()).schedule
    if shape(kept) == shape(schedule) and _is_ours_to_read(kept, client):
        return "unchanged"

    def changed(found: ScheduleUpdateInput) -> ScheduleUpdate:
        schedule.state = found.description.schedule.state
        return ScheduleUpdate(schedule)

    await handle.update(changed)
    return "updated"


async def _hold_others(client: Client, known: set[str], regulations: Sequence[str]) -> list[str]:
    """Pause the schedules of these regulations that the law no longer has."""
    held = []
    async for found in await client.list_schedules():
        regulation, _, _ = found.id.partition(".")
        action = found.schedule.action if found.schedule else None
        if found.id in known or regulation not in regulations or getattr(action, "workflow", None) != ROUND:
            continue
        if found.schedule and not found.schedule.state.paused:
            await client.get_schedule_handle(found.id).pause(note="法规数据中已无此项定期程序，予以暂停")
            held.append(found.id)
    return held


def definition(schedule: Wanted) -> Schedule:
    """The schedule as Temporal has to keep it. Rounds never wait for each other: every round is due in its own right."""
    source = schedule.due.source
    months = [ScheduleRange(month) for month in source.calendar.months] or [ScheduleRange(1, 12)]
    return Schedule(
        action=ScheduleActionStartWorkflow(
            ROUND,
            RoundOrder(regulation=schedule.regulation, schedule=schedule.due.id),
            id=names.round_id(schedule.id),
            task_queue=names.TASK_QUEUE,
            static_summary=f"{source.title.zh}（{schedule.regulation}）",
        ),
        spec=ScheduleSpec(
            calendars=[
                ScheduleCalendarSpec(
                    month=months,
                    day_of_month=[ScheduleRange(source.calendar.day)],
                    hour=[ScheduleRange(source.calendar.hour)],
                    comment=f"{source.title.zh}，依据{citation(schedule)}",
                )
            ],
            time_zone_name=TIME_ZONE,
        ),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.ALLOW_ALL, catchup_window=CATCH_UP),
        state=ScheduleState(
            paused=source.starts_paused,
            note=_PAUSED_BY_LAW if source.starts_paused else f"{source.title.zh}，依据{citation(schedule)}",
        ),
    )


_PAUSED_BY_LAW = "原定期间已过（A40），默认暂停；确需执行的，请恢复"


def citation(schedule: Wanted) -> str:
    """On which article the schedule rests."""
    return str(schedule.due.law.citation(schedule.due.source))


def shape(schedule: Schedule) -> tuple[Any, ...]:
    """What makes two definitions the same, as they are sent and as the server gives them back."""
    action = schedule.action
    assert isinstance(action, ScheduleActionStartWorkflow)
    calendars = tuple(
        (
            c.comment,
            *map(_values, (c.second, c.minute, c.hour, c.day_of_month, c.month, c.year, c.day_of_week)),
        )
        for c in schedule.spec.calendars
    )
    starts = (action.workflow, action.id, action.task_queue)
    policy = (schedule.policy.overlap, schedule.policy.catchup_window)
    return starts, calendars, schedule.spec.time_zone_name, policy


def _is_ours_to_read(kept: Schedule, client: Client) -> bool:
    """Whether what it hands its workflow is encrypted where the client encrypts, and in clear where it does not.

    Another schedule of the same shape was written before there was a key ring: no worker would take what it hands on.
    """
    from runtime.payloads.codec import ENCRYPTED, EncryptingCodec  # ciphers are slow to import

    assert isinstance(kept.action, ScheduleActionStartWorkflow)
    given = [payload for payload in kept.action.args if isinstance(payload, Payload)]
    encrypts = isinstance(client.data_converter.payload_codec, EncryptingCodec)
    return all((payload.metadata["encoding"] == ENCRYPTED) == encrypts for payload in given)


def _values(ranges: Sequence[ScheduleRange]) -> tuple[int, ...]:
    return tuple(sorted(value for r in ranges for value in range(r.start, max(r.end, r.start) + 1, max(r.step, 1))))


# ---------------------------------------------------------------- list, pause, resume


async def listed(client: Client, schedules: Sequence[Wanted]) -> list[ListedSchedule]:
    """Each schedule of the law, and how it stands. Raises RPCError where Temporal does not answer."""
    return [_listed(schedule, await _described(client, schedule.id)) for schedule in schedules]


async def pause(client: Client, schedule_id: str, note: str) -> None:
    """Hold the schedule: it starts nothing until it is resumed, and what it skips is not made up for by itself.

    A second time changes the note only. Raises NoSuchSchedule.
    """
    await _of(client, schedule_id)
    await client.get_schedule_handle(schedule_id).pause(note=note)


async def resume(client: Client, schedule_id: str, note: str) -> None:
    """Let the schedule run again, from its next moment on. Raises NoSuchSchedule."""
    await _of(client, schedule_id)
    await client.get_schedule_handle(schedule_id).unpause(note=note)


async def _of(client: Client, schedule_id: str) -> ScheduleDescription:
    found = await _described(client, schedule_id)
    action = found.schedule.action if found else None
    if found is None or getattr(action, "task_queue", None) != names.TASK_QUEUE:
        raise NoSuchSchedule(schedule_id)
    return found


async def _described(client: Client, schedule_id: str) -> ScheduleDescription | None:
    try:
        return await client.get_schedule_handle(schedule_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


def _listed(schedule: Wanted, found: ScheduleDescription | None) -> ListedSchedule:
    source = schedule.due.source
    held = found is not None and found.schedule.state.paused
    return ListedSchedule(
        id=schedule.id,
        regulation=schedule.regulation,
        title=source.title,
        procedure=source.procedure,
        owed_by=source.owed_by.value,
        organ=source.organ,
        months=source.calendar.months,
        day=source.calendar.day,
        hour=source.calendar.hour,
        citation=citation(schedule),
        standing=Standing.ABSENT if found is None else Standing.PAUSED if held else Standing.RUNNING,
        note=found.schedule.state.note if found else None,
        next_at=tuple(at.astimezone(CHINA) for at in found.info.next_action_times[:3]) if found and not held else (),
    )


# ---------------------------------------------------------------- backfill


async def backfill(client: Client, schedule_id: str, first: date, last: date) -> tuple[datetime, ...]:
    """Begin every round that the schedule would have begun on these days (Asia/Shanghai), both inclusive; their moments.

    Works on a paused schedule, too. A second time begins the rounds anew, and they start nothing that was started before.
    Raises NoSuchSchedule.
    """
    found = await _of(client, schedule_id)
    after, until = datetime.combine(first, time(), CHINA), datetime.combine(last + timedelta(days=1), time(), CHINA)
    await client.get_schedule_handle(schedule_id).backfill(
        ScheduleBackfill(
            # Temporal leaves the first moment of the range out, and has the last one in it.
            start_at=after - _MOMENT,
            end_at=until - _MOMENT,
            overlap=ScheduleOverlapPolicy.ALLOW_ALL,
        )
    )
    return moments(found.schedule.spec, first, last)


def moments(spec: ScheduleSpec, first: date, last: date) -> tuple[datetime, ...]:
    """The moments of a schedule of ours on these days, both inclusive, in China's time."""
    found = []
    for calendar in spec.calendars:
        months, days, hours = map(_values, (calendar.month, calendar.day_of_month, calendar.hour))
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
            if day.month in months and day.day in days:
                found += [datetime.combine(day, time(hour), CHINA) for hour in hours]
    return tuple(sorted(found))
