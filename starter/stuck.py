"""停滞: what is broken, told apart from what waits for a person. Pure: it judges what `starter.probing` has seen.

A project that waits for an organ may wait for months, and nothing is wrong. One is broken that would not move if everybody
did what is theirs to do: its workflow task fails, an effect fails again and again, nobody takes up its tasks, its type is
known to no worker, a timer is over and did not fire, or the ledger has it open and Temporal does not run it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from models.base import Text, Value
from models.calendar import CHINA
from models.project import State, Status
from starter import worklist

UNTAKEN = timedelta(seconds=10)
"""How long a task may lie before somebody takes it up. A worker that lives takes it in milliseconds."""
FAILING_ATTEMPTS = 3
"""From this attempt on an effect counts as failing: one or two are what a service that is restarted costs."""
TIMER_GRACE = timedelta(minutes=2)
"""How long after its moment a timer may fire."""


class Trouble(StrEnum):
    """In which way something is broken."""

    NO_WORKER = "no_worker"
    UNKNOWN_TYPE = "unknown_type"
    TASK_FAILING = "task_failing"
    TASK_UNTAKEN = "task_untaken"
    EFFECT_FAILING = "effect_failing"
    EFFECT_PAUSED = "effect_paused"
    TIMER_SILENT = "timer_silent"
    NO_ANSWER = "no_answer"
    LOST = "lost"

    @property
    def label(self) -> Text:
        return _LABELS[self]


_LABELS = {
    Trouble.NO_WORKER: Text(zh="没有工作进程", en="no worker"),
    Trouble.UNKNOWN_TYPE: Text(zh="类型不明", en="unknown type"),
    Trouble.TASK_FAILING: Text(zh="流程任务失败", en="workflow task fails"),
    Trouble.TASK_UNTAKEN: Text(zh="任务无人领取", en="task not taken up"),
    Trouble.EFFECT_FAILING: Text(zh="外部操作反复失败", en="effect fails"),
    Trouble.EFFECT_PAUSED: Text(zh="外部操作被暂停", en="effect is paused"),
    Trouble.TIMER_SILENT: Text(zh="定时未触发", en="timer did not fire"),
    Trouble.NO_ANSWER: Text(zh="无应答", en="no answer"),
    Trouble.LOST: Text(zh="流程丢失", en="lost"),
}

PARTS = {
    "catalog": Text(zh="目录服务", en="the catalog"),
    "notices": Text(zh="通知服务", en="the notification service"),
    "ledger": Text(zh="台账数据库", en="the ledger's database"),
    "registry": Text(zh="台账数据库", en="the ledger's database"),
    "rounds": Text(zh="台账数据库", en="the ledger's database"),
    "planning": Text(zh="办法文件或台账数据库", en="the regulation files or the ledger's database"),
    "procedures": Text(zh="Temporal", en="Temporal"),
    "histories": Text(zh="Temporal 或数据目录", en="Temporal or the data folder"),
}
"""What stands behind the activities, by the first part of their names."""


# ---------------------------------------------------------------- what is seen


@dataclass(frozen=True)
class SeenTask:
    """A workflow task that was given out and is not done. `reason` is of its last failure."""

    attempt: int
    taken: bool
    since: datetime
    reason: str | None = None
    timed_out: bool = False


@dataclass(frozen=True)
class SeenEffect:
    """An activity that is not done. `reason` is of its last failure."""

    name: str
    attempt: int
    taken: bool
    since: datetime
    reason: str | None = None
    paused: bool = False


@dataclass(frozen=True)
class Seen:
    """A running workflow as Temporal and its own answer show it."""

    workflow_id: str
    workflow_type: str
    project: str
    started_at: datetime
    awaiting: tuple[str, ...] = ()
    due_at: datetime | None = None
    overdue: bool = False
    task: SeenTask | None = None
    effects: tuple[SeenEffect, ...] = ()
    problems: tuple[str, ...] = ()
    """What the server itself reports of it (`TemporalReportedProblems`)."""
    silent_timer: datetime | None = None
    """When its oldest timer should have fired."""
    status: Status | None = None
    unanswered: str | None = None
    """Why it did not answer when it was asked."""


# ---------------------------------------------------------------- what is told


class Broken(Value):
    """Something that does not go on by itself. Without `workflow_id` it is the installation."""

    workflow_id: str | None = None
    project: str | None = None
    trouble: Trouble
    since: datetime | None = None
    attempts: int | None = None
    part: Text | None = None
    """What has to be mended, where it can be told."""
    reason: str | None = None


class Waiting(Value):
    """Something that goes on as soon as somebody acts. `since` is None where the workflow was not asked."""

    workflow_id: str
    project: str
    title: str | None = None
    stage: Text | None = None
    gate: Text | None = None
    state: State | None = None
    awaiting: tuple[str, ...]
    event: str | None = None
    since: datetime | None = None
    due_on: date | None = None
    overdue: bool = False


class Picture(Value):
    """The whole installation: what is broken, what waits for whom, and how much is just being handled."""

    broken: tuple[Broken, ...]
    waiting: tuple[Waiting, ...]
    moving: tuple[str, ...]


@dataclass
class Judged:
    broken: list[Broken] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    moving: list[str] = field(default_factory=list)


def picture(
    seen: Sequence[Seen], known_types: Collection[str], now: datetime, others: Sequence[Broken] = ()
) -> Picture:
    """Judge all that was seen; `others` is what was found broken beside it. Whoever is overdue longest comes first."""
    judged = Judged(broken=list(others))
    for one in seen:
        if found := broken(one, known_types, now):
            judged.broken.append(found)
        elif one.task or one.effects:
            judged.moving.append(one.workflow_id)
        else:
            judged.waiting.append(waiting(one))
    return Picture(
        broken=tuple(judged.broken),
        waiting=tuple(sorted(judged.waiting, key=lambda w: (w.due_on or date.max, w.workflow_id))),
        moving=tuple(judged.moving),
    )


def broken(seen: Seen, known_types: Collection[str], now: datetime) -> Broken | None:
    """What is wrong with the workflow, by its first cause; None where nothing is."""

    def found(trouble: Trouble, since: datetime | None, **more: object) -> Broken:
        return Broken.model_validate(
            {"workflow_id": seen.workflow_id, "project": seen.project, "trouble": trouble, "since": since, **more}
        )

    task = seen.task
    if seen.workflow_type not in known_types:
        return found(Trouble.UNKNOWN_TYPE, seen.started_at, reason=seen.workflow_type)
    if seen.problems or (task and task.attempt > 1 and not task.timed_out):
        reason = (task.reason if task else None) or "; ".join(seen.problems)
        since, attempts = (task.since, task.attempt) if task else (None, None)
        return found(Trouble.TASK_FAILING, since, attempts=attempts, reason=reason)
    if task and not task.taken and now - task.since > UNTAKEN:
        return found(Trouble.TASK_UNTAKEN, task.since, attempts=task.attempt)
    if effect := _worst(seen.effects, now):
        trouble = Trouble.EFFECT_PAUSED if effect.paused else Trouble.EFFECT_FAILING
        if effect.attempt < FAILING_ATTEMPTS and not effect.paused:
            trouble = Trouble.TASK_UNTAKEN
        return found(trouble, effect.since, attempts=effect.attempt, part=part_of(effect), reason=effect.reason)
    if seen.silent_timer:
        return found(Trouble.TIMER_SILENT, seen.silent_timer)
    if seen.unanswered:
        return found(Trouble.NO_ANSWER, None, reason=seen.unanswered)
    return None


def _worst(effects: Sequence[SeenEffect], now: datetime) -> SeenEffect | None:
    """The effect that has failed most often, was paused, or lies untaken; None where all are on their way."""
    bad = [e for e in effects if e.paused or e.attempt >= FAILING_ATTEMPTS or _is_untaken(e, now)]
    return max(bad, key=lambda e: (e.attempt, e.paused), default=None)


def _is_untaken(effect: SeenEffect, now: datetime) -> bool:
    return effect.attempt == 1 and not effect.taken and now - effect.since > UNTAKEN


def part_of(effect: SeenEffect) -> Text:
    """What stands behind the effect; its own name where that is not known."""
    return PARTS.get(effect.name.partition(".")[0], Text(zh=effect.name, en=effect.name))


def waiting(seen: Seen) -> Waiting:
    """Whom a sound workflow waits for: by its own answer, or else by its search attributes."""
    status = seen.status
    if status is None:
        due = _last_day(seen.due_at) if seen.due_at else None
        return Waiting(
            workflow_id=seen.workflow_id,
            project=seen.project,
            awaiting=seen.awaiting,
            due_on=due,
            overdue=seen.overdue,
        )
    review = status.review if status.review and status.review.outcome is None else None
    return Waiting(
        workflow_id=seen.workflow_id,
        project=status.project,
        title=status.title,
        stage=worklist.place(status),
        gate=status.gate_title,
        state=status.state,
        awaiting=status.awaiting or _handing_in(status),
        event=status.awaited_event,
        since=review.opened_at if review else max((gate.closed_at for gate in status.passed), default=None),
        due_on=status.due_on,
        overdue=status.overdue,
    )


def _last_day(due_at: datetime) -> date:
    """The due day in China, of the first instant at which it is over."""
    return (due_at - timedelta(microseconds=1)).astimezone(CHINA).date()


def _handing_in(status: Status) -> tuple[str, ...]:
    """The unit, where it is its turn and no organ's."""
    return (status.unit,) if status.state in _THE_UNITS else ()


_THE_UNITS = {State.AWAITING_MATERIALS, State.UNDER_CONSTRUCTION, State.RECTIFYING}
