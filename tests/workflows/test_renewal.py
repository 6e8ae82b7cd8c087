"""续接: a stage whose history has grown goes on in a new run, as if nothing had happened."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from datetime import datetime, timedelta
from pathlib import Path

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

from models.calendar import CHINA
from models.deadline import RungKind
from models.effects import EntryKind
from models.messages import Extension, Resumption, Retraction, Submission, Suspension
from models.plan import StageName
from models.project import ProjectFile, State
from models.review import Decision, Verdict
from regulations.calendar import rung_instants
from runtime.connect import data_converter
from simulation.histories import every_run, notices_in, replay
from tests.workflows.installation import on_dev_server, resolution
from tests.workflows.project import BUREAU, COMMITTEE, UNIT, Project
from tests.workflows.test_limits import limited

SMALL = 50
"""Events after which a run of these tests is full. A run that begins takes twenty."""

ROUNDS = 20
PANEL = "jy-base-committee"
COORDINATION = StageName.TECHNICAL_COORDINATION


async def file_of(history: WorkflowHistory) -> ProjectFile:
    """The file with which a run began."""
    started = history.events[0].workflow_execution_started_event_attributes
    (file,) = await data_converter().decode(list(started.input.payloads), [ProjectFile])
    assert isinstance(file, ProjectFile)
    return file


async def renewed(project: Project, beyond: int = 0) -> list[ProjectFile]:
    """Make noise until the stage has gone on in a new run, `beyond` those that it had; the files of the renewed runs."""
    while len(files := await renewals(project)) <= beyond:
        await project.project.signal("nonsense", {})
        await project.still()
    return files


async def renewals(project: Project) -> list[ProjectFile]:
    files = [await file_of(history) for history in await every_run(project.environment.client, project.project.id)]
    return [file for file in files if file.carried]


def returning(project: Project, review_id: str, officer: str, opinion: str = "退回") -> Decision:
    """A vote of the committee; three return."""
    return project.decision(review_id, organ=PANEL, officer=officer, verdict=Verdict.RETURN, opinion=opinion)


async def no_notice_twice(project: Project) -> None:
    sent = [s.notice.notice_id for s in await notices_in(await project.histories(), timedelta())]
    assert [notice for notice, times in Counter(sent).items() if times > 1] == []


async def test_an_open_review_goes_on_with_the_votes_that_it_has(project: Project) -> None:
    await project.begin(COORDINATION, renews_after=SMALL)
    review = await project.open_review("committee")
    first, *others = (returning(project, review.review_id, officer) for officer in COMMITTEE[:3])
    receipt = await project.submit_decision(first)
    (file,) = await renewed(project)
    assert file.round == 1 and file.carried and file.carried.review
    status = await project.status()
    assert status.review and [d.decision.officer for d in status.review.decisions] == [COMMITTEE[0]]
    assert status.review.deadline == review.deadline
    assert await project.submit_decision(first) == receipt, "a repeat gets the first answer"
    for decision in others:
        await project.submit_decision(decision)
    await project.recorded(EntryKind.STAGE_OPENED, 2)
    await project.still()
    opened = Counter(entry.entry_id for entry in project.ledger(EntryKind.STAGE_OPENED, EntryKind.REVIEW_OPENED))
    assert set(opened.values()) == {1}
    assert [entry.round for entry in project.ledger(EntryKind.STAGE_OPENED)] == [1, 2]
    (closed,) = project.ledger(EntryKind.GATE_CLOSED)
    assert len(closed.detail["decisions"]) == 3
    await no_notice_twice(project)


async def test_a_ladder_goes_on_where_it_stood(lone_project: Project) -> None:
    project = lone_project
    await project.begin(renews_after=SMALL)
    review = await project.open_review("tender_neutral")
    rungs = rung_instants(review.deadline.receipt, review.deadline.rungs, resolution().calendar)
    await project.still()
    await project.installation.advance_to(rungs[0][1] + timedelta(minutes=1))
    await project.still()
    (file,) = await renewed(project)
    assert file.carried and file.carried.review
    assert file.carried.review.deadline.told == (rungs[0][0],)
    overdue = next(at for rung, at in rungs if rung.kind is RungKind.OVERDUE)
    await project.installation.advance_to(overdue + timedelta(minutes=1))
    await project.still()
    (passed,) = project.ledger(EntryKind.DEADLINE_PASSED)
    assert passed.at >= overdue
    assert (await project.status()).overdue
    await no_notice_twice(project)


async def test_a_moved_deadline_keeps_its_moves(project: Project) -> None:
    await project.begin(renews_after=SMALL)
    review = await project.open_review("tender_neutral")
    given = {"organ": BUREAU, "officer": "xu.ming", "review_id": review.review_id, "reason": "材料复杂"}
    await project.say("extend", Extension(**given, working_days=3))
    await renewed(project)
    await project.say("extend", Extension(**given, working_days=4))
    keys = [entry.entry_id.rpartition("/")[2] for entry in project.ledger(EntryKind.DEADLINE_MOVED)]
    assert keys == ["1", "2"]


async def test_a_suspended_project_stays_suspended_and_so_do_its_limits(project: Project) -> None:
    await project.begin(StageName.TENDER, plan=limited(), renews_after=SMALL)
    await project.open_review("tender_neutral")
    await project.report(project.event("construction_completed"))
    await project.until(lambda s: bool(s.limits), "the limit")
    order = {"organ": BUREAU, "officer": "xu.ming", "reason": "等候"}
    await project.say("suspend", Suspension(**order))
    await renewed(project)
    status = await project.status()
    assert status.state is State.SUSPENDED
    assert status.limits[0].deadline.receipt.paused and status.review and status.review.deadline.receipt.paused
    await project.say("resume", Resumption(**order))
    status = await project.status()
    assert status.state is State.UNDER_REVIEW and not status.limits[0].deadline.receipt.paused


async def test_what_is_missing_is_asked_for_once_in_however_many_runs(project: Project) -> None:
    await project.begin(StageName.ACCEPTANCE, materials=(), renews_after=SMALL)
    await project.report(project.event("construction_completed"))
    await project.waits(State.AWAITING_MATERIALS)
    await renewed(project)
    await renewed(project, beyond=1)
    status = await project.waits(State.AWAITING_MATERIALS)
    assert status.missing
    await project.say("submit", Submission(submitted_by=UNIT))
    await project.recorded(EntryKind.MATERIALS_INCOMPLETE, 2)
    keys = [entry.entry_id.rpartition("#")[2] for entry in project.ledger(EntryKind.MATERIALS_INCOMPLETE)]
    assert keys == ["1", "2"]
    await no_notice_twice(project)


async def test_a_wait_for_an_event_is_told_once_and_ends_with_the_event(project: Project) -> None:
    await project.begin(StageName.ACCEPTANCE, renews_after=SMALL)
    await project.waits(State.UNDER_CONSTRUCTION)
    await renewed(project)
    status = await project.waits(State.UNDER_CONSTRUCTION)
    assert status.awaited_event == "construction_completed"
    await project.report(project.event("construction_completed"))
    await project.waits(State.UNDER_REVIEW)
    await no_notice_twice(project)


async def test_a_decision_of_an_earlier_run_can_be_retracted_and_brings_back_what_was_fixed(project: Project) -> None:
    await project.begin(COORDINATION, renews_after=SMALL)
    review = await project.open_review("committee")
    decisions = [returning(project, review.review_id, officer) for officer in COMMITTEE[:2]]
    for decision in decisions:
        await project.submit_decision(decision)
    await renewed(project)
    taken = Retraction(decision_id=decisions[0].decision_id, organ=PANEL, officer=COMMITTEE[0], reason="误投")
    await project.say("retract", taken)
    status = await project.status()
    assert status.review and [d.decision.officer for d in status.review.decisions] == [COMMITTEE[1]]
    again = await project.refused(project.submit_decision(decisions[0]))
    assert decisions[0].decision_id in again.reason.zh


async def test_signals_and_updates_at_the_border_inside_a_stage_are_neither_lost_nor_doubled(tmp_path: Path) -> None:
    """Votes, half of them signals, between much noise: whatever run they meet, each counts once. On the real server."""
    async with on_dev_server(tmp_path) as built:
        await busy(Project(built, "JY-2026-9101"))


async def busy(project: Project) -> None:
    await project.begin(COORDINATION, renews_after=SMALL)
    review = await project.open_review("committee")
    votes = [returning(project, review.review_id, officer) for officer in COMMITTEE[:2]]
    events = [project.event("construction_completed", f"e{n}") for n in range(40)]
    sending: list[Awaitable[object]] = [project.report(event) for event in events]
    sending[5:5] = [project.project.signal("decide", vote) for vote in votes]
    sending[15:15] = [project.submit_decision(vote) for vote in votes]
    gate = asyncio.Semaphore(4)

    async def sent(message: Awaitable[object]) -> None:
        async with gate:
            await message

    await asyncio.gather(*(sent(message) for message in sending))
    await project.recorded(EntryKind.DECISION_COUNTED, len(votes))
    await project.recorded(EntryKind.EVENT_REPORTED, len(events))
    await project.still()
    assert await renewals(project)
    counted = Counter(entry.officer for entry in project.ledger(EntryKind.DECISION_COUNTED))
    assert counted == Counter(COMMITTEE[:2])
    reported = Counter(entry.entry_id for entry in project.ledger(EntryKind.EVENT_REPORTED))
    assert len(reported) == len(events) and set(reported.values()) == {1}
    status = await project.status()
    assert status.review and len(status.review.decisions) == len(votes)
    assert project.ledger(EntryKind.DECISION_REFUSED) == []
    assert await replay(await project.histories()) == []


async def test_twenty_rounds_in_ten_years(lone_project: Project) -> None:
    """Returned every half year: the file and every history stay small, and each round is as the first was."""
    project = lone_project
    await project.begin(COORDINATION, renews_after=2 * SMALL)
    begun = await project.installation.now()
    for number in range(1, ROUNDS + 1):
        review = await project.open_review("committee")
        assert review.round == number
        await project.still()
        await project.installation.advance_to(begun + timedelta(days=182 * number))
        await project.still()
        for officer in COMMITTEE[:3]:
            await project.submit_decision(returning(project, review.review_id, officer, opinion="意见" * 500))
        await project.recorded(EntryKind.GATE_CLOSED, number)
        await project.still()
        await project.waits(State.AWAITING_MATERIALS)
        await project.say("submit", Submission(submitted_by=UNIT))
    await project.open_review("committee")
    await project.still()
    assert await project.installation.now() > datetime(2036, 1, 1, tzinfo=CHINA)
    histories = await every_run(project.environment.client, project.project.id)
    assert max(len(history.events) for history in histories) < 4 * SMALL
    files = [await file_of(history) for history in histories]
    sizes = [len(file.model_dump_json().encode()) for file in files]
    assert max(sizes) < 200_000
    assert len(project.ledger(EntryKind.DEADLINE_PASSED)) == ROUNDS
    assert all(
        events[-1].event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW
        for events in (history.events for history in histories[:-1])
    )
    await no_notice_twice(project)
