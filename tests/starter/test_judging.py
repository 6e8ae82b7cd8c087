"""审查要点 by the command: what is typed becomes a judgement of each point, and the page shows what was found."""

from pathlib import Path

import pytest

from models.base import Text
from models.review import CountedDecision, Decision, Judgement, Point, Verdict
from starter.commands import deciding, organs, views
from starter.demo.script import Decide as DecideStep
from starter.demo.script import ExtendLimit, ReportChange, ReportEvent
from starter.failures import BadInput
from starter.output import Table, say
from tests.regulations.plans import NOON, review

FOLDER = Path(".")
POINTS = (
    Point(id="1", title=Text(zh="总体架构", en="architecture")),
    Point(id="2", title=Text(zh="投资概算", en="estimate")),
)


def test_the_points_that_are_not_named_are_met_only_if_that_is_said() -> None:
    assert deciding.judged(["2=partly"]) == {"2": Judgement.PARTLY}
    assert deciding.judged(["2=partly"], POINTS) == {"1": Judgement.MET, "2": Judgement.PARTLY}
    assert deciding.judged([]) == {}


@pytest.mark.parametrize("written", ["2", "2=", "=met", "2=excellent", "met"])
def test_a_judgement_that_is_none_is_named_with_the_four_that_there_are(written: str) -> None:
    with pytest.raises(BadInput) as wrong:
        deciding.judged([written])
    assert written in str(wrong.value.details) and "unanswered|partly|improper" in str(wrong.value.details)


def test_the_page_shows_each_point_with_what_was_found_of_it() -> None:
    decision = Decision(
        decision_id="d1",
        review_id="r",
        organ="OC",
        officer="wang",
        verdict=Verdict.RETURN,
        judgements={"1": Judgement.MET, "2": Judgement.UNANSWERED},
    )
    counted = CountedDecision(decision=decision, at=NOON, post="科长", judged=())
    table = views.points(review(points=POINTS, decisions=(counted,)))
    assert isinstance(table, Table)
    rows = [[say(cell, "zh") for cell in row] for row in table.rows]
    assert rows == [["1", "总体架构", "OC 符合"], ["2", "投资概算", "OC 未响应"]]
    assert views.points(review()) is None


def test_what_is_reported_with_an_event_is_typed_field_by_field_or_as_one_object() -> None:
    typed = ["rate=0.925", "accepted_on=2026-03-02", "level=二级", "passed=true", 'code="0012"']
    read = organs.data_of(typed)
    assert read == {"rate": 0.925, "accepted_on": "2026-03-02", "level": "二级", "passed": True, "code": "0012"}
    assert organs.data_of(['{"rate": 1, "level": "一级"}', "level=二级"]) == {"rate": 1, "level": "二级"}
    assert organs.data_of(["note=甲=乙"]) == {"note": "甲=乙"}


@pytest.mark.parametrize("written", ["rate", "=1", '{"rate": ', '["a"]'])
def test_data_that_cannot_be_read_is_refused_with_its_rule(written: str) -> None:
    with pytest.raises(BadInput) as wrong:
        organs.data_of([written])
    assert "data" in str(wrong.value.details)


def test_the_steps_of_a_script_are_typed_as_their_officers_would() -> None:
    event = ReportEvent.model_validate(
        {
            "does": "report-event",
            "event": "filed",
            "by": "jy",
            "occurred_on": "2026-03-02",
            "data": {"rate": 0.9, "passed": True, "code": "0012", "on": "2026-03-01", "level": "二级"},
        }
    )
    words = event.words("JY-1", FOLDER)
    assert words[:8] == ["report-event", "JY-1", "--event", "filed", "--by", "jy", "--occurred-on", "2026-03-02"]
    assert organs.data_of(words[9::2]) == {
        "rate": 0.9,
        "passed": True,
        "code": "0012",
        "on": "2026-03-01",
        "level": "二级",
    }
    change = ReportChange.model_validate(
        {"does": "report-change", "by": "liu", "kind": "investment", "description": "追加", "investment": "120.50"}
    )
    assert change.words("JY-1", FOLDER)[-2:] == ["--investment", "120.50"]
    limit = ExtendLimit.model_validate(
        {
            "does": "extend-limit",
            "organ": "OC",
            "officer": "wang",
            "limit": "early",
            "until": "2026-09-01",
            "reason": "汛期",
        }
    )
    assert limit.words("JY-1", FOLDER)[-6:] == ["--limit", "early", "--until", "2026-09-01", "--reason", "汛期"]
    decide = DecideStep.model_validate(
        {"does": "decide", "organ": "OC", "officer": "wang", "verdict": "return", "judge": {"2": "improper"}}
    )
    assert decide.words("JY-1", FOLDER)[-2:] == ["--judge", "2=improper"]
