"""处置 on record: imposed, lifted, and which of them stand against a department."""

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Engine, or_
from sqlmodel import Session, col, select

from models.calendar import CHINA
from models.citation import Citation
from models.finding import Sanction, SanctionEnd, SanctionKind
from records.database import writing
from records.errors import RecordError, SanctionConflict, UnknownSanction, require_zone
from records.tables import SanctionRow

_IDENTITY = ("kind", "project", "department", "rule", "fiscal_year")
"""What makes two sanctions the same one, besides the id. The first reason and moment stand."""


def impose(engine: Engine, sanction: Sanction) -> None:
    """Put the sanction in force. A second call with the same `sanction_id` changes nothing, even after it was lifted.

    Raises `SanctionConflict` where the id is on record for another case, `RecordError` for a moment without a zone and
    for a sanction that ends with a fiscal year but names none.
    """
    _require_complete(sanction)
    with writing(engine) as session:
        row = session.get(SanctionRow, sanction.sanction_id)
        if row is None:
            session.add(_row(sanction))
        else:
            _require_same(row, sanction)


def lift(engine: Engine, sanction: Sanction) -> None:
    """End the sanction at its `lifted_at`. For one that has ended, by lifting or with its year, nothing changes.

    Raises `UnknownSanction` where it was never imposed, `SanctionConflict` where the id is on record for another case,
    `RecordError` where `lifted_at` is missing, has no zone or lies before the imposition.
    """
    _require_complete(sanction)
    with writing(engine) as session:
        row = session.get(SanctionRow, sanction.sanction_id)
        if row is None:
            raise UnknownSanction("sanction_id", sanction.sanction_id, "must be a sanction that was imposed")
        _require_same(row, sanction)
        lifted_at = _lifted_at(sanction, row)
        if row.lifted_at is None and not _year_is_over(row, lifted_at):
            row.lifted_at = lifted_at


def standing(
    engine: Engine, department: str, kind: SanctionKind | None = None, *, at: datetime
) -> tuple[Sanction, ...]:
    """The sanctions that stand against the department at that moment, the oldest first; times in UTC.

    A sanction stands from its imposition until it is lifted. One that ends with a fiscal year stands during that year
    only, which in China is the calendar year (Budget Law, art. 18), counted in Asia/Shanghai.
    """
    require_zone("at", at)
    query = select(SanctionRow).where(col(SanctionRow.department) == department, *_in_force(at))
    if kind is not None:
        query = query.where(col(SanctionRow.kind) == kind.value)
    with Session(engine) as session:
        rows = session.exec(query.order_by(col(SanctionRow.imposed_at), col(SanctionRow.sanction_id)))
        return tuple(_sanction(row) for row in rows)


def _in_force(at: datetime) -> tuple[ColumnElement[bool], ...]:
    lifted_at = col(SanctionRow.lifted_at)
    bound_to_a_year = col(SanctionRow.ends) == SanctionEnd.FISCAL_YEAR.value
    return (
        col(SanctionRow.imposed_at) <= at,
        or_(lifted_at.is_(None), lifted_at > at),
        or_(~bound_to_a_year, col(SanctionRow.fiscal_year) == at.astimezone(CHINA).year),
    )


def _require_complete(sanction: Sanction) -> None:
    require_zone("imposed_at", sanction.imposed_at)
    if sanction.ends is SanctionEnd.FISCAL_YEAR and sanction.fiscal_year is None:
        raise RecordError("fiscal_year", None, "must be given for a sanction that ends with a fiscal year")


def _require_same(row: SanctionRow, sanction: Sanction) -> None:
    differing = [field for field in _IDENTITY if getattr(row, field) != getattr(sanction, field)]
    if differing:
        rule = f"is on record with another {', '.join(differing)}"
        raise SanctionConflict("sanction_id", sanction.sanction_id, rule)


def _lifted_at(sanction: Sanction, row: SanctionRow) -> datetime:
    if sanction.lifted_at is None:
        raise RecordError("lifted_at", None, "must be given to lift a sanction")
    require_zone("lifted_at", sanction.lifted_at)
    if sanction.lifted_at < row.imposed_at:
        raise RecordError("lifted_at", sanction.lifted_at.isoformat(), f"must not lie before {row.imposed_at}")
    return sanction.lifted_at.astimezone(UTC)


def _year_is_over(row: SanctionRow, at: datetime) -> bool:
    return (
        row.fiscal_year is not None
        and row.ends == SanctionEnd.FISCAL_YEAR
        and at.astimezone(CHINA).year > row.fiscal_year
    )


def _row(sanction: Sanction) -> SanctionRow:
    citation = {f"citation_{field}": value for field, value in sanction.citation.model_dump().items()}
    columns = sanction.model_dump(exclude={"citation", "kind", "strength", "ends"})
    return SanctionRow(
        **columns,
        **citation,
        kind=sanction.kind.value,
        strength=sanction.strength.value,
        ends=sanction.ends.value,
    )


def _sanction(row: SanctionRow) -> Sanction:
    columns = row.model_dump()
    citation = {field: columns.pop(f"citation_{field}") for field in Citation.model_fields}
    return Sanction.model_validate({**columns, "citation": citation})
