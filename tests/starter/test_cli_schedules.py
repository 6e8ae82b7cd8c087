"""`tongchou schedule` on a running installation: what is listed, applied, held and made up for, and what is refused."""

from datetime import datetime, timedelta
from typing import Any

from models.calendar import CHINA
from tests.starter.tongchou import Tongchou

TODAY = datetime.now(CHINA).date()
ASSESSMENT = "jiangyin.department_assessment"
LATE = "jiangyin.monthly_progress"


def listed(installation: Tongchou) -> dict[str, Any]:
    return {found["id"]: found for found in installation.document("schedule", "list")}


def test_what_is_applied_is_listed_and_held_and_runs_again(installation: Tongchou) -> None:
    before = listed(installation)
    assert {found["regulation"] for found in before.values()} == {"jiangyin"}, (
        "the register has no organ of another one"
    )
    first = installation.document("schedule", "apply")
    assert {*first["created"], *first["unchanged"]} == set(before)
    assert set(installation.document("schedule", "apply")["unchanged"]) == set(before)

    installation.document("schedule", "pause", ASSESSMENT, "--note", "停机检修")
    held = listed(installation)[ASSESSMENT]
    assert (held["standing"], held["note"], held["next_at"]) == ("paused", "停机检修", [])
    installation.document("schedule", "resume", ASSESSMENT)
    assert listed(installation)[ASSESSMENT]["next_at"][0][5:16] == "01-01T09:00"
    assert listed(installation)[LATE]["standing"] == "paused", "its time is over (A40)"


def test_a_round_that_is_made_up_for_asks_every_department_for_its_report(installation: Tongchou) -> None:
    year = TODAY.year
    installation.document("schedule", "apply")
    answer = installation.document("schedule", "backfill", ASSESSMENT, "--from", f"{year}-01-01", "--until", str(TODAY))
    assert [moment[:10] for moment in answer[ASSESSMENT]] == [f"{year}-01-01"]
    status = installation.status(f"department_assessment:jy-cg-{year - 1}", lambda s: s["awaiting"])
    assert (status["gate"], status["awaiting"], status["overdue"]) == ("account", ["jy-cg"], True)


def test_what_cannot_be_made_up_for_is_refused_with_its_reason(installation: Tongchou) -> None:
    installation.document("schedule", "apply")
    for days, reason in (
        (("2020-01-01", "2020-12-31"), "reaches back"),
        (("2026-01-02", "2026-01-01"), "before"),
        ((str(TODAY), str(TODAY + timedelta(days=2))), "must not be after"),
    ):
        told = installation("--lang", "en", "schedule", "backfill", ASSESSMENT, "--from", days[0], "--until", days[1])
        assert (told.code, reason in told.stderr) == (2, True), told.stderr
    told = installation("--lang", "en", "schedule", "pause", "jiangyin.nothing")
    assert (told.code, "there is no schedule jiangyin.nothing" in told.stderr) == (1, True)
    told = installation("--lang", "en", "schedule", "list", "--regulation", "nowhere")
    assert (told.code, "must be one of" in told.stderr) == (2, True)
