"""卷宗: the file travels with the project, twice in every run's history. It must stay small, however often it is returned."""

from functools import partial

from models.messages import Submission
from models.plan import StageName
from models.project import ProjectFile, State, Status
from models.review import Verdict
from runtime.connect import data_converter
from tests.workflows.project import COMMITTEE, UNIT, Project

ROUNDS = 8
LIMIT = 200_000


async def test_a_file_stays_below_its_limit_after_many_rounds_of_long_opinions(project: Project) -> None:
    await project.begin(StageName.TECHNICAL_COORDINATION)
    for number in range(1, ROUNDS + 1):
        review = await project.open_review("committee")
        for member in COMMITTEE[:3]:
            returned = project.decision(
                review.review_id,
                organ="jy-base-committee",
                officer=member,
                verdict=Verdict.RETURN,
                opinion="意见" * 1500,
            )
            await project.submit_decision(returned)
        await project.until(partial(has_returned, number), f"return {number}")
        await project.say("submit", Submission(submitted_by=UNIT))
    assert len((await carried(project)).model_dump_json().encode()) < LIMIT


def has_returned(round_: int, status: Status) -> bool:
    return status.round == round_ + 1 and status.state is State.AWAITING_MATERIALS


async def carried(project: Project) -> ProjectFile:
    """The file with which the present run began."""
    history = await project.project.fetch_history()
    started = history.events[0].workflow_execution_started_event_attributes
    (file,) = await data_converter().decode(list(started.input.payloads), [ProjectFile])
    assert isinstance(file, ProjectFile)
    return file
