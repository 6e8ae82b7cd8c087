"""Sanctions on both databases: when they stand, and that repeats change nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from models.calendar import CHINA
from models.citation import Citation
from models.finding import Sanction, SanctionEnd, SanctionKind, Strength
from records import sanctions
from records.errors import RecordError, SanctionConflict, UnknownSanction

IMPOSED = datetime(2026, 11, 2, 10, tzinfo=CHINA)

BLOCK = Sanction(
    sanction_id="JY-2026-0001/acceptance/block",
    kind=SanctionKind.BLOCK_DEPARTMENT,
    project="JY-2026-0001",
    department="jy-cg",
    rule="JY-36",
    citation=Citation(rule="JY-36", instrument="统建共享管理办法", article="第十条", default=True, gap="A17"),
    strength=Strength.MANDATORY,
    reason="验收未通过",
    imposed_at=IMPOSED,
    ends=SanctionEnd.RECTIFIED,
)
FUNDS = BLOCK.model_copy(
    update={
        "sanction_id": "JY-2026-0001/acceptance/funds",
        "kind": SanctionKind.WITHHOLD_OPERATION_FUNDS,
        "strength": Strength.IN_PRINCIPLE,
        "ends": SanctionEnd.FISCAL_YEAR,
        "fiscal_year": 2027,
    }
)


def but(sanction: Sanction, **changes: Any) -> Sanction:
    return sanction.model_copy(update=changes)


def lifted(sanction: Sanction, at: datetime) -> Sanction:
    return but(sanction, lifted_at=at)


def test_a_sanction_stands_from_its_imposition_and_is_read_back_whole(engine: Engine) -> None:
    sanctions.impose(engine, BLOCK)
    assert sanctions.standing(engine, "jy-cg", at=IMPOSED) == (BLOCK,)
    assert sanctions.standing(engine, "jy-cg", at=IMPOSED - timedelta(seconds=1)) == ()
    assert sanctions.standing(engine, "jy-jt", at=IMPOSED) == ()


def test_sanctions_are_found_by_kind_the_oldest_first(engine: Engine) -> None:
    later = but(BLOCK, sanction_id="A", imposed_at=IMPOSED + timedelta(days=1))
    halt = but(BLOCK, sanction_id="B", kind=SanctionKind.HALT)
    for sanction in (later, BLOCK, halt):
        sanctions.impose(engine, sanction)
    at = IMPOSED + timedelta(days=2)
    assert sanctions.standing(engine, "jy-cg", SanctionKind.BLOCK_DEPARTMENT, at=at) == (BLOCK, later)
    assert len(sanctions.standing(engine, "jy-cg", at=at)) == 3


def test_a_lifted_sanction_stands_until_the_moment_it_was_lifted(engine: Engine) -> None:
    end = IMPOSED + timedelta(days=30)
    sanctions.impose(engine, BLOCK)
    sanctions.lift(engine, lifted(BLOCK, end))
    assert sanctions.standing(engine, "jy-cg", at=end - timedelta(seconds=1)) == (lifted(BLOCK, end),)
    assert sanctions.standing(engine, "jy-cg", at=end) == ()


def test_a_second_lift_does_not_move_the_end(engine: Engine) -> None:
    end = IMPOSED + timedelta(days=30)
    sanctions.impose(engine, BLOCK)
    sanctions.lift(engine, lifted(BLOCK, end))
    sanctions.lift(engine, lifted(BLOCK, end + timedelta(days=10)))
    assert sanctions.standing(engine, "jy-cg", at=end) == ()


def test_imposing_again_changes_nothing_even_after_the_lift(engine: Engine) -> None:
    end = IMPOSED + timedelta(days=30)
    sanctions.impose(engine, BLOCK)
    sanctions.impose(engine, but(BLOCK, reason="另一个理由"))
    assert sanctions.standing(engine, "jy-cg", at=IMPOSED) == (BLOCK,)
    sanctions.lift(engine, lifted(BLOCK, end))
    sanctions.impose(engine, BLOCK)
    assert sanctions.standing(engine, "jy-cg", at=end) == ()


@pytest.mark.parametrize(
    ("at", "stands"),
    [
        (datetime(2026, 12, 31, 23, 59, tzinfo=CHINA), False),
        (datetime(2026, 12, 31, 16, tzinfo=UTC), True),
        (datetime(2027, 12, 31, 23, 59, tzinfo=CHINA), True),
        (datetime(2027, 12, 31, 16, tzinfo=UTC), False),
    ],
)
def test_a_fiscal_year_sanction_stands_for_that_year_in_china(engine: Engine, at: datetime, stands: bool) -> None:
    sanctions.impose(engine, FUNDS)
    assert bool(sanctions.standing(engine, "jy-cg", at=at)) is stands


def test_lifting_a_sanction_whose_year_is_over_changes_nothing(engine: Engine) -> None:
    sanctions.impose(engine, FUNDS)
    sanctions.lift(engine, lifted(FUNDS, datetime(2027, 12, 31, 16, tzinfo=UTC)))
    assert sanctions.standing(engine, "jy-cg", at=datetime(2027, 6, 1, tzinfo=CHINA)) == (FUNDS,)


@pytest.mark.parametrize(("field", "value"), [("department", "jy-jt"), ("kind", SanctionKind.HALT), ("rule", "JY-35")])
def test_the_id_of_another_case_is_a_conflict(engine: Engine, field: str, value: object) -> None:
    sanctions.impose(engine, BLOCK)
    other = but(BLOCK, **{field: value})
    with pytest.raises(SanctionConflict, match=f"sanction_id: is on record with another {field} "):
        sanctions.impose(engine, other)
    with pytest.raises(SanctionConflict):
        sanctions.lift(engine, lifted(other, IMPOSED))
    assert sanctions.standing(engine, "jy-cg", at=IMPOSED) == (BLOCK,)


def test_what_was_never_imposed_cannot_be_lifted(engine: Engine) -> None:
    with pytest.raises(UnknownSanction, match="sanction_id: must be a sanction that was imposed"):
        sanctions.lift(engine, lifted(BLOCK, IMPOSED))


@pytest.mark.parametrize(
    ("lifted_at", "message"),
    [
        (None, "lifted_at: must be given"),
        (datetime(2026, 12, 1), "lifted_at: must have a time zone"),  # noqa: DTZ001
        (IMPOSED - timedelta(seconds=1), "lifted_at: must not lie before"),
    ],
)
def test_a_lift_needs_its_moment(engine: Engine, lifted_at: datetime | None, message: str) -> None:
    sanctions.impose(engine, BLOCK)
    with pytest.raises(RecordError, match=message):
        sanctions.lift(engine, but(BLOCK, lifted_at=lifted_at))
    assert sanctions.standing(engine, "jy-cg", at=IMPOSED) == (BLOCK,)


def test_an_incomplete_sanction_is_not_imposed(engine: Engine) -> None:
    with pytest.raises(RecordError, match="fiscal_year: must be given"):
        sanctions.impose(engine, but(FUNDS, fiscal_year=None))
    with pytest.raises(RecordError, match="imposed_at: must have a time zone"):
        sanctions.impose(engine, but(BLOCK, imposed_at=datetime(2026, 11, 2)))  # noqa: DTZ001
    assert sanctions.standing(engine, "jy-cg", at=datetime(2027, 6, 1, tzinfo=CHINA)) == ()
