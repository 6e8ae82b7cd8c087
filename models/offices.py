"""无人可办: what the watch over the offices asks, and what it finds: a gate ahead that nobody will be there to decide."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import Field

from models.base import Text, Value

HORIZON = 42
"""Days ahead in which a vacancy is looked for, unless told otherwise: six weeks, to appoint somebody or to delegate."""

MOST_DAYS = 366


class VacancyGround(StrEnum):
    """Why nobody may decide."""

    NOBODY = "nobody"
    BARRED = "barred"

    @property
    def label(self) -> Text:
        return _GROUND_LABELS[self]


_GROUND_LABELS = {
    VacancyGround.NOBODY: Text(
        zh="没有任何有效职务或授权代理", en="no officer holds a valid post or a delegation there"
    ),
    VacancyGround.BARRED: Text(
        zh="有效职务者均为申报人或已代表他方办理", en="every officer there has filed it, or acted for another side"
    ),
}


class Vacancy(Value):
    """An organ that will have nobody to decide for it on projects that have it ahead, from `vacant_on` on (Asia/Shanghai).

    `vacant_on` may lie in the past: then nobody is there now. It stays the same from day to day while nothing changes.
    """

    organ: str
    name: Text
    vacant_on: date
    ground: VacancyGround
    projects: tuple[str, ...]

    @property
    def key(self) -> str:
        """The business key: a vacancy is told once."""
        return f"{self.organ}/{self.vacant_on}/{self.ground}"


class VacancyQuestion(Value):
    """Which offices are vacant on the day of `at`, or will be within so many days?"""

    at: datetime
    within: int = Field(default=HORIZON, ge=0, le=MOST_DAYS)


class WatchOrder(Value):
    """The one argument of a watch."""

    within: int = Field(default=HORIZON, ge=0, le=MOST_DAYS)


class WatchResult(Value):
    """What a watch found: the keys of the vacancies, each of them on record and told."""

    vacancies: tuple[str, ...] = ()
