"""Equal parts of the law, kept once: every open project holds a plan, and the plans of one regulation differ in little."""

from typing import Any

from pydantic import GetCoreSchemaHandler, ValidatorFunctionWrapHandler
from pydantic_core import CoreSchema, core_schema, to_json

KEPT = 4096
"""How many different values one field keeps. One more, and it begins anew: a law has some hundred."""


class Shared:
    """In `Annotated[Gate, Shared()]`: a value that is read a second time is the same object.

    For frozen values only. What comes from a payload is looked up by its text, so that it is neither checked nor held in
    memory again; what code builds itself stays as it was built. The value follows from its text alone: a replay gets an
    equal one, kept or not.
    """

    def __init__(self) -> None:
        self._kept: dict[bytes, Any] = {}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._read, handler(source))

    def _read(self, value: Any, check: ValidatorFunctionWrapHandler) -> Any:
        if not isinstance(value, dict):
            return check(value)
        text = to_json(value)
        read = self._kept.get(text)
        if read is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            read = self._kept.setdefault(text, check(value))
        return read
