"""schedule list, apply, backfill, pause, resume: what is owed again and again, and when it begins by itself."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

import typer
from temporalio.client import Client

from models.base import Text
from records import register
from regulations.files import for_filing
from regulations.procedure_files import load_laws
from regulations.procedure_plan import Laws
from starter import completion, progress, schedules, upkeep
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.failures import BadInput, Refused
from starter.output import Shown, Table, listed
from starter.schedules import ListedSchedule, NoSuchSchedule, Standing, Wanted

app = group("schedule", "定期程序 procedures that are owed again and again")

YEARS_BACK = 1
"""How many years before this one a round may be made up for: as far as the calendar of a procedure reaches."""

Regulations = Annotated[
    list[str] | None,
    typer.Option(
        "--regulation",
        autocompletion=completion.regulations,
        help="规定代码，可重复；缺省为登记册所载者 default: those of the register's organs",
    ),
]
Ids = Annotated[list[str] | None, typer.Argument(help="定期程序编号；缺省为全部 ids of schedules; default: all")]
Id = Annotated[
    str, typer.Argument(help="定期程序编号，如 national.half_yearly_report an id, as `schedule list` shows it")
]
Note = Annotated[str, typer.Option("--note", help="说明，记入计划 why, kept with the schedule")]


@command(app, "list")
async def list_(desk: Desk, regulation: Regulations = None) -> Shown:
    """列出定期程序 every schedule of the law, and whether Temporal keeps it."""
    wanted, _ = _wanted(desk, regulation)
    found = await schedules.listed(await desk.client(), wanted)
    return Shown.of(found, _table(found))


@command(app, "apply")
async def apply(desk: Desk, regulation: Regulations = None) -> Shown:
    """按规定建立或更新定期程序 make Temporal's schedules those of the law; a second time changes nothing.

    The installation's own schedules are put there, too.
    """
    wanted, regulations = _wanted(desk, regulation)
    client = await desk.client()
    own = await upkeep.apply(client)
    done = await schedules.apply(client, wanted, regulations)
    counts = Text(
        zh=f"新建 {len(done.created)}，更新 {len(done.updated)}，未变 {len(done.unchanged)}，停用 {len(done.held)}",
        en=f"{len(done.created)} created, {len(done.updated)} updated, {len(done.unchanged)} unchanged, "
        f"{len(done.held)} held",
    )
    ours = Text(zh=f"本系统自身：{'、'.join(own)}", en=f"the installation's own: {', '.join(own)}")
    return Shown.of(
        {**done.model_dump(mode="json"), "installation": own},
        counts,
        *(f"+ {id_}" for id_ in done.created),
        *(f"~ {id_}" for id_ in done.updated),
        ours,
    )


@command(app, "backfill")
async def backfill(
    desk: Desk,
    from_day: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="首日 first day")],
    until: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="末日 last day")],
    ids: Ids = None,
    regulation: Regulations = None,
) -> Shown:
    """补办期间内应开始的轮次 begin every round of those days; what was started before is not started again."""
    _require_span(from_day.date(), until.date(), desk.today)
    client = await desk.client()
    chosen = ids or await _running(desk, client, regulation)
    begun = {}
    with progress.bar(desk.screen, Text(zh="补办轮次", en="making up for rounds"), len(chosen)) as told:
        for schedule_id in progress.counted(chosen, told):
            try:
                begun[schedule_id] = await schedules.backfill(client, schedule_id, from_day.date(), until.date())
            except NoSuchSchedule as error:
                raise _unknown(schedule_id) from error
    rows = [(schedule_id, listed(f"{at:%Y-%m-%d}" for at in moments)) for schedule_id, moments in begun.items()]
    return Shown.of(begun, Table((_ID, Text(zh="补办轮次", en="rounds")), rows))


@command(app, "pause")
async def pause(desk: Desk, schedule: Id, note: Note = "操作员暂停") -> Shown:
    """暂停 hold a schedule; what it skips meanwhile is made up for by `schedule backfill`."""
    try:
        await schedules.pause(await desk.client(), schedule, note)
    except NoSuchSchedule as error:
        raise _unknown(schedule) from error
    return Shown.of(
        {"id": schedule, "standing": Standing.PAUSED}, Text(zh=f"已暂停 {schedule}", en=f"{schedule} is paused")
    )


@command(app, "resume")
async def resume(desk: Desk, schedule: Id, note: Note = "操作员恢复") -> Shown:
    """恢复 let a paused schedule run again, from its next moment on."""
    try:
        await schedules.resume(await desk.client(), schedule, note)
    except NoSuchSchedule as error:
        raise _unknown(schedule) from error
    return Shown.of(
        {"id": schedule, "standing": Standing.RUNNING}, Text(zh=f"已恢复 {schedule}", en=f"{schedule} runs again")
    )


# ---------------------------------------------------------------- which


async def _running(desk: Desk, client: Client, regulation: Sequence[str] | None) -> list[str]:
    """The schedules that run: one that is held is made up for only where it is named."""
    wanted, _ = _wanted(desk, regulation)
    return [found.id for found in await schedules.listed(client, wanted) if found.standing is Standing.RUNNING]


def _wanted(desk: Desk, regulation: Sequence[str] | None) -> tuple[list[Wanted], list[str]]:
    """The schedules of these regulations today, and the regulations."""
    laws = load_laws()
    regulations = _regulations(desk, laws, regulation)
    return schedules.wanted(laws, regulations, desk.today), regulations


def _regulations(desk: Desk, laws: Laws, named: Sequence[str] | None) -> list[str]:
    """The regulations that were named; else those whose organs stand in the register."""
    known = for_filing({name: law.regulation for name, law in laws.items()})
    if wrong := [name for name in named or () if name not in known]:
        text = Text(zh="没有这部规定", en="there is no such regulation")
        raise BadInput(text, details=[f"regulation: must be one of {', '.join(known)} (got {', '.join(wrong)})"])
    registered = {organ.regulation for organ in register.organs(desk.records())} if not named else set(named)
    return [name for name in known if name in registered]


def _require_span(first: date, last: date, today: date) -> None:
    if last < first:
        raise BadInput(
            Text(zh="末日早于首日", en="the last day is before the first"), details=[f"until: before {first}"]
        )
    if first.year < today.year - YEARS_BACK:
        text = Text(
            zh=f"只能补办 {today.year - YEARS_BACK} 年以来的轮次",
            en=f"rounds are made up for from {today.year - YEARS_BACK} on",
        )
        raise BadInput(text, details=[f"from: no calendar of a procedure reaches back to {first}"])
    if last > today:
        raise BadInput(
            Text(zh="尚未到期的轮次会自行开始", en="rounds to come begin by themselves"),
            details=[f"until: must not be after {today} (got {last})"],
        )


def _unknown(schedule_id: str) -> Refused:
    return Refused(
        Text(zh=f"没有定期程序 {schedule_id}", en=f"there is no schedule {schedule_id}"),
        advice=Text(zh="请先运行 tongchou schedule apply", en="run `tongchou schedule apply` first"),
    )


# ---------------------------------------------------------------- shown

_ID = Text(zh="编号", en="id")
_STANDING = {
    Standing.ABSENT: Text(zh="未建立", en="not applied"),
    Standing.RUNNING: Text(zh="运行", en="runs"),
    Standing.PAUSED: Text(zh="暂停", en="paused"),
}


def _table(found: Sequence[ListedSchedule]) -> Table:
    columns = (
        _ID,
        Text(zh="事项", en="what"),
        Text(zh="开始", en="begins"),
        Text(zh="应报单位", en="owed by"),
        Text(zh="状态", en="state"),
        Text(zh="下次", en="next"),
    )
    rows = [
        (
            s.id,
            s.title,
            _when(s),
            s.organ or s.owed_by,
            _STANDING[s.standing],
            f"{s.next_at[0]:%Y-%m-%d}" if s.next_at else None,
        )
        for s in found
    ]
    return Table(columns, rows)


def _when(schedule: ListedSchedule) -> Text:
    months = "、".join(map(str, schedule.months)) or "每"
    listed_months = ", ".join(map(str, schedule.months)) or "every month"
    return Text(
        zh=f"{months}月{schedule.day}日{schedule.hour}时", en=f"{listed_months}, day {schedule.day}, {schedule.hour}:00"
    )
