"""The judges say what is wrong with a case that is wrong, and nothing of one that is right."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from models.effects import EntryKind
from simulation.case import Case, LifeCase
from simulation.case_file import load
from simulation.judge import judge
from simulation.verdict import Exercise, Part
from tests.simulation.case_texts import written

CASE: TypeAdapter[Case] = TypeAdapter(Case)

ADD_ROOM = {"features": [{"kind": "machine_room", "name": "机房", "approach": "self_built"}]}


def checks(**given: Any) -> Case:
    common = {"name": "案", "judge": "checks", "filed_on": "2026-03-02", "gate": "committee", "expect": {}}
    return CASE.validate_python({**common, **given})


def deadline(**expected: Any) -> Case:
    common = {"name": "案", "judge": "deadline", "filed_on": "2026-03-02", "gate": "admission", "started": "2026-03-02"}
    return CASE.validate_python({**common, "at": "2026-03-31", "expect": {"due_on": "2026-03-30", **expected}})


async def test_a_right_case_holds(tmp_path: Path) -> None:
    for case in load(written(tmp_path)).cases:
        assert (await judge("jiangyin", case)).differences == ()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"add": ADD_ROOM}, "多出 JY-18 机房"),
        ({"expect": {"blocking": ["JY-18"]}}, "缺少 JY-18"),
        ({"expect": {"advice": ["JY-27"]}}, "缺少 JY-27"),
        ({"expect": {"waived": ["JY-26"]}}, "缺少 JY-26"),
        ({"expect": {"route": "filing_only"}}, "应为 filing_only，实为 standard"),
        ({"expect": {"refused": "资金"}}, "应为 资金，实为 无"),
        ({"expect": {"missing": ["项目方案"]}}, "应缺 项目方案"),
        ({"gate": "admission", "materials": []}, "多缺 JY-17 缺少材料"),
        ({"changes": {"funding": "donation"}}, "实为 不予受理：funding"),
        ({"changes": {"funding": "donation"}, "expect": {"refused": "投资"}}, "应为 投资"),
    ],
)
async def test_a_wrong_expectation_of_findings_is_told(given: dict[str, Any], told: str) -> None:
    differences = (await judge("jiangyin", checks(**given))).differences
    assert any(told in difference for difference in differences), differences


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ({"due_on": "2026-03-31"}, "应为 2026-03-31，实为 2026-03-30"),
        ({"provisional": True}, "暂定 provisional"),
        ({"overdue": False}, "逾期 overdue：应为 False，实为 True"),
        ({"remaining_working_days": 0}, "应为 0，实为 -1"),
        ({"make_up_days": ["2026-03-14"]}, "调休上班"),
        ({"skipped_holidays": ["2026-03-14"]}, "节假日"),
        ({"rungs": {"half reminder": "2026-03-16"}}, "提醒 rungs"),
    ],
)
async def test_a_wrong_expectation_of_dates_is_told(expected: dict[str, Any], told: str) -> None:
    differences = (await judge("jiangyin", deadline(**expected))).differences
    assert any(told in difference for difference in differences), differences


async def test_a_check_is_exercised_only_where_it_has_something_to_look_at() -> None:
    exercised = (await judge("jiangyin", checks(add=ADD_ROOM, expect={"blocking": ["JY-18"]}))).exercised
    assert Exercise(part=Part.CHECK, id="JY-18", passed=False) in exercised
    assert Exercise(part=Part.CHECK, id="JY-22", passed=True) in exercised
    assert not any(exercise.id == "JY-26" for exercise in exercised)


async def test_a_life_that_goes_otherwise_than_its_case_is_told_in_every_respect() -> None:
    case = LifeCase.model_validate(WRONG_LIFE)
    verdict = await judge("jiangyin", case)
    for told in TOLD:
        assert any(told in difference for difference in verdict.differences), (told, verdict.differences)
    assert "▶ 撤回 → 项目已撤回" in [f"{line.sign} {line.text}" for line in verdict.timeline]


WRONG_LIFE = {
    "name": "处处写错的一生",
    "judge": "life",
    "filed_on": "2026-03-02",
    "events": [
        {"approve": ["admission"], "then": {"gate": "committee", "missing": 3}},
        {"decide": {"gate": "forwarding", "by": "centre.one"}, "refused": "已经办结"},
        {"on": "2026-03-31", "then": {"overdue": False, "rectification": {"overdue": True}}},
        {"withdraw": {}, "then": {"outcome": "completed"}},
    ],
    "expect": {
        "state": "under_review",
        "gates": [{"gate": "admission", "outcome": "returned", "due_on": "2026-03-31", "overdue": True}],
        "found": {"admission/r1": ["JY-18"]},
        "rungs": {"forwarding/r1": ["half reminder"]},
        "notices": {"review_overdue": {}},
        "ledger": {EntryKind.PROJECT_WITHDRAWN: 2},
        "sanctions": [{"kind": "criticise"}],
        "standing": {"2026-06-01": ["block_department"]},
    },
}

TOLD = (
    "事件 event 1：gate：应为 committee，实为 forwarding",
    "事件 event 1：待交 missing：应为 3，实为 0",
    "事件 event 2 decide：拒绝理由应含 已经办结",
    "事件 event 3：overdue：应为 False，实为 True",
    "事件 event 3：整改 rectification：没有整改",
    "事件 event 4：outcome：应为 completed，实为 withdrawn",
    "state：应为 under_review，实为 closed",
    "应为 [admission/r1 returned]，实为 [admission/r1 approved]",
    "admission/r1 截止 due：应为 2026-03-31，实为 2026-03-30",
    "admission/r1 逾期 overdue：应为 True，实为 False",
    "admission/r1 的问题 findings：缺少 JY-18",
    "forwarding/r1 的提醒 rungs：应为 [half reminder]",
    "通知 notice review_overdue：应为 {}，实为 {jy-data-bureau: 1}",
    "台账 ledger project.withdrawn：应为 2，实为 1",
    "处置 sanctions：应为 [criticise  在执行]，实为 []",
    "2026-06-01 对部门的处置 standing：应为 [block_department]，实为 []",
)


async def test_an_act_that_is_not_refused_against_the_cases_word_ends_the_life() -> None:
    events = [{"approve": ["admission"], "refused": "无权"}, {"withdraw": {}}]
    given = {"name": "案", "judge": "life", "filed_on": "2026-03-02", "events": events, "expect": {}}
    verdict = await judge("jiangyin", LifeCase.model_validate(given))
    assert verdict.differences == ("事件 event 1 approve：应被拒绝（无权） / should have been refused",)
