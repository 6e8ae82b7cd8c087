"""The registry port as the worker calls it."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.registry import CLOCK_TOLERANCE, SqlRegistry
from models.authority import Authority, AuthorityQuestion
from models.citation import Citation
from models.finding import Sanction, SanctionEnd, SanctionKind, Strength
from models.procedure import RegisterChange
from records import database, migration, register, registers, sanctions

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
EXAMPLE = Path(register.__file__).parents[1] / "examples" / "jiangyin" / "register.yaml"

BLOCK = Sanction(
    sanction_id="JY-2026-0001/acceptance/block",
    kind=SanctionKind.BLOCK_DEPARTMENT,
    project="JY-2026-0001",
    department="jy-cg",
    rule="JY-36",
    citation=Citation(rule="JY-36", instrument="统建共享管理办法", article="第十条"),
    strength=Strength.MANDATORY,
    reason="验收未通过",
    imposed_at=AT,
    ends=SanctionEnd.RECTIFIED,
)

FILED = RegisterChange(
    key="filing:JY-F-1/filed/r1/filings",
    register_id="filings",
    subject="JY-F-1",
    state="filed",
    at=AT,
    procedure="filing:JY-F-1",
    party="jy-cg-info",
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path}/records.db"
    migration.upgrade(url)
    engine = database.connect(url)
    yield engine
    engine.dispose()


def scheduled_at(moment: datetime) -> ActivityEnvironment:
    """A task that was scheduled then."""
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, scheduled_time=moment)
    return environment


def test_authority_is_granted_with_the_post_or_refused_with_the_reason(engine: Engine) -> None:
    register.import_register(engine, EXAMPLE)
    authority, environment = SqlRegistry(engine).authority, scheduled_at(AT)
    question = AuthorityQuestion(officer="chen.hao", organ="jy-data-bureau", at=AT)
    assert environment.run(authority, question) == Authority(granted=True, post="项目管理科科长")
    elsewhere = environment.run(authority, question.model_copy(update={"organ": "jy-ops-centre"}))
    assert not elsewhere.granted
    assert elsewhere.reason is not None


@pytest.mark.parametrize("shift", [CLOCK_TOLERANCE, -CLOCK_TOLERANCE], ids=["ahead", "behind"])
def test_a_project_whose_clock_is_shifted_is_answered_nothing_outside_simulation(
    engine: Engine, shift: timedelta
) -> None:
    """It may have been started with a plan of its own making, which no admission has looked at."""
    register.import_register(engine, EXAMPLE)
    question, asked = AuthorityQuestion(officer="chen.hao", organ="jy-data-bureau", at=AT), scheduled_at(AT - shift)
    assert asked.run(SqlRegistry(engine).authority, question).granted, "a minute passes between question and task"
    further = question.model_copy(update={"at": AT + shift / 3600})
    with pytest.raises(ApplicationError, match="at: the clock is shifted") as refusal:
        asked.run(SqlRegistry(engine).authority, further)
    assert (refusal.value.type, refusal.value.non_retryable) == ("ClockShiftRefused", True)
    assert asked.run(SqlRegistry(engine, simulation=True).authority, further).granted


def test_a_sanction_is_imposed_and_lifted_once_however_often_it_is_asked(engine: Engine) -> None:
    registry, environment = SqlRegistry(engine), ActivityEnvironment()
    lifted = BLOCK.model_copy(update={"lifted_at": AT + timedelta(days=30)})
    for _ in range(2):
        environment.run(registry.impose, BLOCK)
    assert sanctions.standing(engine, "jy-cg", at=AT) == (BLOCK,)
    for _ in range(2):
        environment.run(registry.lift, lifted)
    assert sanctions.standing(engine, "jy-cg", at=AT) == (lifted,)
    assert sanctions.standing(engine, "jy-cg", at=AT + timedelta(days=30)) == ()


def test_an_entry_is_made_once_however_often_it_is_asked(engine: Engine) -> None:
    registry, environment = SqlRegistry(engine), ActivityEnvironment()
    for _ in range(2):
        environment.run(registry.enter, FILED)
    assert [line.change for line in registers.history(engine, "filings", "JY-F-1")] == [FILED]


def test_what_nobody_can_mend_is_never_retried(engine: Engine) -> None:
    registry = SqlRegistry(engine)
    registry.impose(BLOCK)
    registry.enter(FILED)
    naive = AuthorityQuestion(officer="chen.hao", organ="jy-data-bureau", at=datetime(2026, 3, 2))  # noqa: DTZ001
    other = BLOCK.model_copy(update={"department": "jy-jt"})
    unknown = BLOCK.model_copy(update={"sanction_id": "another", "lifted_at": AT})
    refusals = []
    for call in (
        lambda: registry.authority(naive),
        lambda: registry.impose(other),
        lambda: registry.lift(unknown),
        lambda: registry.enter(FILED.model_copy(update={"state": "refused"})),
        lambda: registry.enter(FILED.model_copy(update={"key": "2", "detail": {"what": object()}})),
    ):
        with pytest.raises(ApplicationError) as refusal:
            call()
        refusals.append((refusal.value.type, refusal.value.non_retryable))
    assert refusals == [
        ("RecordError", True),
        ("SanctionConflict", True),
        ("UnknownSanction", True),
        ("ChangeConflict", True),
        ("ChangeInvalid", True),
    ]
