"""One officer speaks for one side of a project."""

import pytest

from regulations import duties

SPOKE = {"chen": "bureau", "liu": "unit"}


@pytest.mark.parametrize(
    ("officers", "party", "who"),
    [
        (("chen",), "bureau", None),
        (("new",), "bureau", None),
        (("new", "chen"), "bureau", None),
        ((), "bureau", None),
        (("chen",), "office", "chen 在本项目中已代表 bureau 办理，不得再代表 office"),
        (("chen",), "unit", "chen 在本项目中已代表 bureau 办理，不得再代表 unit"),
        (("new", "liu"), "bureau", "liu 在本项目中已代表 unit 办理，不得再代表 bureau"),
        (("liu", "new"), "bureau", "liu 在本项目中已代表 unit 办理，不得再代表 bureau"),
    ],
)
def test_the_first_officer_who_spoke_for_another_side_is_named(
    officers: tuple[str, ...], party: str, who: str | None
) -> None:
    reason = duties.objection(SPOKE, officers, party)
    assert (reason and reason.zh) == (who and f"{who}（不相容职务分离，A53）")
