"""What the changes of every subject have in common: the step that is allowed, the data that is sound, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from models.catalog import CatalogVerb
from services.catalog.lifecycle import Changes, State, barred
from services.catalog.problems import conflict

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Applied:
    """What a change has done: to which entry, from which state to which, and whether in time where that is asked."""

    entry: str
    before: str | None
    after: str
    in_time: bool | None = None


def permitted(changes: Changes[State], now: State | None, verb: CatalogVerb) -> State:
    """The state that the change leads to. Raises Problem (409) where it may not happen now."""
    to = changes[verb].get(now)
    if to is None:
        raise conflict("verb", verb.value, barred(changes, now))
    return to


def sound(model: type[Model], values: Mapping[str, Any], *, entry: str = "") -> Model:
    """The values as the model has them. Raises RequestValidationError (422), each fault told as one of the change's data.

    `entry` is the field of the model that the change's `entry` fills; a fault in it is told as one of that.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        raise RequestValidationError([{**fault, "loc": _place(fault["loc"], entry)} for fault in faults]) from None


def given(told: BaseModel, *without: str) -> dict[str, Any]:
    """What the data really says, as JSON has it."""
    return told.model_dump(mode="json", exclude_none=True, exclude={"remark", *without})


def _place(location: tuple[int | str, ...], entry: str) -> tuple[int | str, ...]:
    if entry and location[:1] == (entry,):
        return ("body", "entry")
    return ("body", "data", *location)
