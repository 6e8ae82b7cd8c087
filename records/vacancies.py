"""无人可办: a gate ahead that no officer may decide, found weeks before. Pure: what is on record comes as arguments."""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date, timedelta
from typing import NamedTuple

from models.base import Text
from models.offices import Vacancy, VacancyGround
from records.delegations import Delegation, Posts, Span, first_uncovered

_DAY = timedelta(days=1)


class OpenProject(NamedTuple):
    """A project that was filed and is not closed. `organs` decide at its gates ahead; `spoke` has the officers that have
    spoken for a side so far, and for which: the unit's code for whoever filed or handed in."""

    code: str
    filed_on: date
    organs: tuple[str, ...]
    spoke: Mapping[str, Set[str]]

    def may_speak(self, voices: Iterable[str], organ: str) -> bool:
        """Whether none of them spoke for another side (register A53)."""
        return all(self.spoke.get(officer, set()) <= {organ} for officer in voices)


class Seat(NamedTuple):
    """Days on which a decision can be given for an organ, and who gives it: an officer, or a delegate and the principal."""

    voices: tuple[str, ...]
    days: Span


def vacancies(
    projects: Iterable[OpenProject],
    names: Mapping[str, Text],
    posts: Posts,
    delegations: Sequence[Delegation],
    today: date,
    within: int,
) -> tuple[Vacancy, ...]:
    """Each organ that some open project has ahead, with its first day from today on that leaves nobody to decide.

    `within` is how many days ahead are looked at. A vacancy that has begun is dated back to when it did: to the day after
    the last officer's, or to the filing where there never was one.
    """
    found: dict[tuple[str, date, VacancyGround], list[str]] = {}
    seats: dict[str, list[Seat]] = {}
    for project in projects:
        for organ in project.organs:
            taken = seats.setdefault(organ, _seats(organ, posts, delegations))
            vacant = _vacant(project, organ, taken, today, today + timedelta(days=within))
            if vacant:
                found.setdefault((organ, *vacant), []).append(project.code)
    return tuple(
        Vacancy(
            organ=organ,
            name=names.get(organ, Text(zh=organ, en=organ)),
            vacant_on=day,
            ground=ground,
            projects=tuple(sorted(codes)),
        )
        for (organ, day, ground), codes in sorted(found.items())
    )


def _seats(organ: str, posts: Posts, delegations: Sequence[Delegation]) -> list[Seat]:
    own = [Seat((officer,), span) for (officer, where), spans in posts.items() if where == organ for span in spans]
    lent = [
        Seat((d.delegate, d.principal), common)
        for d in delegations
        if d.organ == organ
        for held in posts.get((d.principal, organ), ())
        for office in (span for (officer, _), spans in posts.items() if officer == d.delegate for span in spans)
        if (common := _common(Span(d.valid_from, d.last_day), held, office))
    ]
    return own + lent


def _common(*spans: Span) -> Span | None:
    first = max(span.since for span in spans)
    ends = [span.until for span in spans if span.until is not None]
    last = min(ends, default=None)
    return None if last is not None and last < first else Span(first, last)


def _vacant(
    project: OpenProject, organ: str, seats: Sequence[Seat], first: date, last: date
) -> tuple[date, VacancyGround] | None:
    usable = [seat.days for seat in seats if project.may_speak(seat.voices, organ)]
    day = first_uncovered(usable, first, last)
    if day is None:
        return None
    anyone = first_uncovered([seat.days for seat in seats], day, day) is None
    ground = VacancyGround.BARRED if anyone else VacancyGround.NOBODY
    return (_since(usable, project, first) if day == first else day), ground


def _since(usable: Iterable[Span], project: OpenProject, today: date) -> date:
    """When a vacancy began that is there today."""
    ended = [span.until + _DAY for span in usable if span.until is not None and span.until < today]
    return max(ended, default=project.filed_on)
