"""What a change and an entry say of themselves."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from models.catalog import CatalogChange, CatalogEntry, CatalogSubject, CatalogVerb, MatterKind, OpenMatter

HALF_PAST_MIDNIGHT = datetime(2024, 3, 1, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def change(on: date | None = None) -> CatalogChange:
    return CatalogChange(
        key="K-1", subject=CatalogSubject.RESOURCE, entry="R-1", verb=CatalogVerb.MOUNT, at=HALF_PAST_MIDNIGHT, on=on
    )


def matter(kind: MatterKind, opened_on: int, due_on: int | None) -> OpenMatter:
    due = date(2024, 3, due_on) if due_on else None
    return OpenMatter(kind=kind, number=f"{opened_on}", opened_on=date(2024, 3, opened_on), due_on=due)


def test_a_change_counts_for_the_day_of_its_moment_in_its_own_zone_or_for_the_day_it_names() -> None:
    travelled = CatalogChange.model_validate_json(change().model_dump_json())
    assert travelled.day == date(2024, 3, 1)
    assert change(date(2024, 2, 28)).day == date(2024, 2, 28)


def test_a_change_without_a_zone_is_none() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        CatalogChange.model_validate({**change().model_dump(), "at": "2024-03-01T09:00:00"})


def test_an_entry_tells_since_when_something_is_announced_and_by_when_it_is_due_first() -> None:
    entry = CatalogEntry(
        subject=CatalogSubject.RESOURCE,
        id="R-1",
        state="mounted",
        matters=(
            matter(MatterKind.OBJECTION, 1, 2),
            matter(MatterKind.CHANGE, 3, 20),
            matter(MatterKind.RETIREMENT, 4, 10),
            matter(MatterKind.CHANGE, 5, None),
        ),
    )
    assert (entry.announced_on, entry.due_on) == (date(2024, 3, 3), date(2024, 3, 10))
    quiet = entry.model_copy(update={"matters": entry.matters[:1]})
    assert (quiet.announced_on, quiet.due_on) == (None, None)


def test_an_entry_that_the_catalog_does_not_have_says_so() -> None:
    assert not CatalogEntry(subject=CatalogSubject.DEMAND, id="XQ-1").is_known
