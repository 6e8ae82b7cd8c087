"""`tongchou calendar publish`: a notice goes on record, and every deadline that runs is counted anew."""

from datetime import datetime, timedelta
from pathlib import Path

from models.calendar import CHINA
from tests.starter.tongchou import Tongchou

BUREAU = ("--organ", "jy-data-bureau", "--officer", "lin.yue")


def notice(folder: Path) -> Path:
    """A notice that makes two weeks of holidays of the days ahead, so that every open term moves."""
    first = datetime.now(CHINA).date() + timedelta(days=3)
    days = [first + timedelta(days=n) for n in range(14)]
    year = first.year
    file = folder / "notice.yaml"
    listed = ", ".join(str(day) for day in days if day.year == year)
    file.write_text(f"year: {year}\nsource: 测试\nholidays:\n  测试假期: [{listed}]\n", encoding="utf-8")
    return file


def test_a_published_notice_moves_every_running_deadline_and_says_from_when_to_when(
    installation: Tongchou, tmp_path: Path
) -> None:
    installation.start("CAL-1", tmp_path)
    installation.start("CAL-2", tmp_path)
    pause = ("pause-clock", "CAL-2", *BUREAU, "--ground", "expert_review", "--reason", "评审")
    assert installation(*pause).code == 0
    before = installation.status("CAL-1")["due_on"]
    file = notice(tmp_path)
    published = installation.document("calendar", "publish", file)
    moves = {move["workflow_id"]: move for move in published["moves"]}
    assert moves["project:CAL-1"]["old"] == before
    assert moves["project:CAL-1"]["new"] == installation.status("CAL-1")["due_on"] > before
    assert "project:CAL-2" not in moves, "a stopped clock has no day to show"

    again = installation.document("calendar", "publish", file)
    assert (again["version"], again["calendar"]) == (published["version"], published["calendar"])
    events = installation.recorded("CAL-1", "event.reported")
    assert len(events) == 1, "the same calendar is one event"


def test_a_faulty_notice_is_refused_and_nothing_is_told(installation: Tongchou, tmp_path: Path) -> None:
    file = tmp_path / "notice.yaml"
    file.write_text("year: 2027\nsource: x\nholidays: {春节: [2027-02-30]}\n", encoding="utf-8")
    assert installation("calendar", "publish", file).code == 2
    assert installation("calendar", "publish", tmp_path / "absent.yaml").code == 2
