"""Dates as a case writes them: a day, or a day with its time, in China's legal time."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

from models.calendar import CHINA

FILING_HOUR: Final = time(9)
"""When an application is filed of which only the day is given."""
EVENT_HOUR: Final = time(10)
"""When an event happens of which only the day is given: after the morning's reminders, which go out at nine."""

_WRITTEN: Final = {
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$",
    "description": "a day (2026-03-02) or a moment (2026-03-02 17:30), Asia/Shanghai",
}


def _at(hour: time) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if isinstance(value, str):
            value = datetime.fromisoformat(value) if len(value) > len("2026-03-02") else date.fromisoformat(value)
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=CHINA)
        if not isinstance(value, date):
            raise ValueError("must be a day (2026-03-02) or a moment (2026-03-02 17:30)")
        return datetime.combine(value, hour, CHINA)

    return read


FilingMoment = Annotated[datetime, BeforeValidator(_at(FILING_HOUR)), WithJsonSchema(_WRITTEN)]
"""The moment of filing; a day alone means nine o'clock."""

Moment = Annotated[datetime, BeforeValidator(_at(EVENT_HOUR)), WithJsonSchema(_WRITTEN)]
"""The moment of an event; a day alone means ten o'clock."""
