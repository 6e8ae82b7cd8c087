"""Vacancies: the first day on which nobody may decide, told the same from day to day. Pure."""

from datetime import date, timedelta
from typing import Any

import pytest

from models.base import Text
from models.offices import Vacancy, VacancyGround
from records.delegations import Delegation, Span
from records.vacancies import OpenProject, vacancies

TODAY = date(2026, 3, 2)
FILED_ON = date(2026, 1, 5)
SINCE = date(2024, 1, 1)
NAMES = {"bureau": Text(zh="数据局", en="Bureau")}
NOBODY, BARRED = VacancyGround.NOBODY, VacancyGround.BARRED


def project(code: str = "P-1", organs: tuple[str, ...] = ("bureau",), **spoke: str) -> OpenProject:
    return OpenProject(code, FILED_ON, organs, {officer: {side} for officer, side in spoke.items()})


def post(officer: str, until: date | None = None, since: date = SINCE, organ: str = "bureau") -> Any:
    return (officer, organ), Span(since, until)


def lent(given: str, since: date, until: date) -> Delegation:
    principal, _, delegate = given.partition(" → ")
    return Delegation(
        id="d",
        principal=principal,
        delegate=delegate,
        organ="bureau",
        valid_from=since,
        valid_until=until,
        reason="出差",
        granted_by="admin",
    )


def found(
    *posts: Any,
    projects: tuple[OpenProject, ...] = (project(),),
    delegations: tuple[Delegation, ...] = (),
    today: date = TODAY,
    within: int = 42,
) -> list[tuple[date, VacancyGround, tuple[str, ...]]]:
    by_key: dict[tuple[str, str], list[Span]] = {}
    for key, span in posts:
        by_key.setdefault(key, []).append(span)
    answer = vacancies(projects, NAMES, by_key, delegations, today, within)
    return [(v.vacant_on, v.ground, v.projects) for v in answer]


LAST = TODAY + timedelta(days=42)


@pytest.mark.parametrize(
    ("until", "vacant_on"),
    [
        (None, None),
        (LAST, None),
        (LAST - timedelta(days=1), LAST),
        (TODAY, TODAY + timedelta(days=1)),
        (date(2026, 2, 10), date(2026, 2, 11)),
    ],
)
def test_the_day_after_the_last_officer_is_vacant_within_the_horizon(
    until: date | None, vacant_on: date | None
) -> None:
    expected = [(vacant_on, NOBODY, ("P-1",))] if vacant_on else []
    assert found(post("a", until)) == expected


def test_a_vacancy_stays_the_same_from_day_to_day_and_so_is_told_once() -> None:
    days = [TODAY + timedelta(days=n) for n in range(60)]
    seen = {
        tuple(found(post("a", date(2026, 3, 20)), post("b", date(2026, 8, 1), date(2026, 6, 1)), today=day))
        for day in days
    }
    assert seen == {((date(2026, 3, 21), NOBODY, ("P-1",)),)}


def test_an_organ_that_never_had_anybody_is_vacant_since_the_filing() -> None:
    assert found() == [(FILED_ON, NOBODY, ("P-1",))]
    assert found(post("a", organ="office")) == [(FILED_ON, NOBODY, ("P-1",))]


def test_a_gap_between_two_posts_is_found_and_one_that_follows_at_once_is_none() -> None:
    first = post("a", date(2026, 3, 10))
    assert found(first, post("b", since=date(2026, 3, 11))) == []
    assert found(first, post("b", since=date(2026, 3, 12))) == [(date(2026, 3, 11), NOBODY, ("P-1",))]


def test_a_delegate_fills_the_office_while_the_principal_s_post_their_own_and_the_delegation_last() -> None:
    held = post("a"), post("b", organ="office")
    march = lent("a → b", date(2026, 3, 1), date(2026, 3, 31))
    barred = project(a="unit")
    assert found(*held, projects=(project(),), delegations=(march,)) == []
    assert found(*held, projects=(barred,), delegations=(march,)) == [(FILED_ON, BARRED, ("P-1",))]
    assert found(post("b", organ="office"), delegations=(march,)) == [(FILED_ON, NOBODY, ("P-1",))]
    filer = project(b="unit")
    assert found(post("b", organ="office"), post("a", date(2026, 3, 20)), delegations=(march,), projects=(filer,)) == [
        (date(2026, 3, 21), NOBODY, ("P-1",))
    ]


def test_officers_who_filed_it_or_spoke_for_another_organ_are_nobody_for_that_project() -> None:
    projects = project("P-1", a="unit"), project("P-2", a="bureau"), project("P-3", a="office")
    assert found(post("a"), projects=projects) == [(FILED_ON, BARRED, ("P-1", "P-3"))]
    assert found(post("a"), post("b"), projects=projects) == []


def test_projects_are_gathered_under_the_organ_that_they_have_ahead_of_them() -> None:
    ended = post("a", date(2026, 3, 10))
    projects = project("P-2"), project("P-1"), project("P-3", organs=())
    assert found(ended, projects=projects) == [(date(2026, 3, 11), NOBODY, ("P-1", "P-2"))]


def test_the_key_of_a_vacancy_names_organ_day_and_ground() -> None:
    (one,) = vacancies([project()], NAMES, {}, [], TODAY, 42)
    assert isinstance(one, Vacancy) and one.key == "bureau/2026-01-05/nobody" and one.name.zh == "数据局"
