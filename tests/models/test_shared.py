"""Equal parts of what is read are one object: thousands of open projects hold the plans of a few regulations."""

from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from models import shared
from models.base import Value
from models.calendar import WorkCalendar
from models.plan import Plan
from models.shared import Shared
from tests.workflows.installation import resolution


class Part(Value):
    name: str
    weight: int = 0


class Whole(Value):
    parts: tuple[Annotated[Part, Shared()], ...]


def read(*parts: object) -> tuple[Part, ...]:
    return Whole.model_validate({"parts": parts}).parts


def test_what_is_read_twice_is_one_object() -> None:
    first, again = read({"name": "gate"}, {"name": "gate"})
    assert first is again is read({"name": "gate"})[0]
    assert first == Part(name="gate")


def test_what_differs_in_anything_is_its_own() -> None:
    light, heavy = read({"name": "gate", "weight": 1}, {"name": "gate", "weight": 2})
    assert (light.weight, heavy.weight) == (1, 2)


def test_what_code_built_itself_stays_as_it_was_built() -> None:
    built = Part(name="built")
    assert read(built, {"name": "built"})[0] is built


def test_a_fault_is_found_every_time() -> None:
    for _ in range(2):
        with pytest.raises(ValidationError, match=r"parts\.0\.weight"):
            read({"name": "gate", "weight": "heavy"})


def test_no_more_is_kept_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "KEPT", 2)
    first, *_ = read(*({"name": f"bounded-{number}"} for number in range(3)))
    assert read({"name": "bounded-0"})[0] is not first
    assert read({"name": "bounded-0"})[0] == first


def test_the_plans_of_two_projects_share_their_gates_checks_and_forms() -> None:
    written = resolution().plan.model_dump_json()
    one, other = Plan.model_validate_json(written), Plan.model_validate_json(written)
    assert one == other == resolution().plan
    assert one.model_dump_json() == written
    for name in ("checks", "forms", "organs", "powers"):
        mine, its = getattr(one, name), getattr(other, name)
        assert mine
        assert all(a is b for a, b in zip(mine, its, strict=True))
    assert all(a is b for a, b in zip(_gates(one), _gates(other), strict=True))


def _gates(plan: Plan) -> list[object]:
    return [gate for stage in plan.stages for gate in stage.gates]


def test_two_calendars_share_their_years() -> None:
    written = resolution().calendar.model_dump_json()
    one, other = (TypeAdapter(WorkCalendar).validate_json(written) for _ in range(2))
    assert one == resolution().calendar
    assert all(a is b for a, b in zip(one.years, other.years, strict=True))
