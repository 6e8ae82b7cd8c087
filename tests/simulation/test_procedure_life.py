"""A procedure is played like a project: its steps, whoever is awaited, registers, the catalog, rectifications."""

from pathlib import Path
from typing import Any

import pytest

from simulation.case import ProcedureCase
from simulation.judge import judge
from simulation.verdict import Exercise, Part, Verdict
from tests.simulation.procedure_law import laid_under, written

HELD = {"resources": [{"id": "held", "name": "机房", "fields": ["地址"]}]}
ANSWERED = {"submit": {"form": {"seats": 4}, "materials": ["layout"]}}
VISITED = {"report_event": {"event": "visited"}}


@pytest.fixture(autouse=True)
def _law(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulation.law.REGULATIONS_DIR", laid_under(tmp_path))


async def judged(**given: Any) -> Verdict:
    return await judge("jiangyin", ProcedureCase.model_validate(written(**given)))


async def test_a_case_that_is_right_in_every_respect_holds() -> None:
    verdict = await judged(
        catalog=HELD,
        events=[
            {"then": {"gate": "answer", "awaiting": ["jy-jt-info"], "due_on": "2026-03-16", "missing": 1}},
            {"extend": {"by": "bureau.one", "working_days": 2}, "then": {"due_on": "2026-03-18"}},
            {"submit": {"party": "applicant", "form": {"seats": 4}}, "refused": "jy-jt-info"},
            {"on": "2026-03-19", **ANSWERED, "then": {"gate": "visit", "state": "awaiting_event"}},
            VISITED,
            {"decide": {"gate": "verification", "by": "bureau.one"}, "then": {"awaiting": ["jy-ops-centre"]}},
            {"decide": {"gate": "verification", "by": "centre.one", "verdict": "return", "opinion": "面积不符"}},
            {"then": {"gate": "answer", "round": 2}},
            ANSWERED,
            {"approve": ["verification"], "then": {"outcome": "completed"}},
        ],
        expect={
            "state": "closed",
            "steps": [
                {"step": "answer", "due_on": "2026-03-18", "overdue": True},
                {"step": "visit"},
                {"step": "verification", "outcome": "returned"},
                {"step": "answer", "round": 2},
                {"step": "visit", "round": 2},
                {"step": "verification", "round": 2, "outcome": "approved", "overdue": False},
            ],
            "rungs": {"answer/r1": ["half reminder", "T-3 reminder", "T-1 reminder", "due reminder", "due overdue"]},
            "notices": {"gate_returned": {"jy-cg-info": 1}},
            "ledger": {"gate.closed": 2},
            "standing": {"2026-06-01": []},
            "registers": [
                {"register": "rooms", "subject": "held", "state": "registered"},
                {"register": "rooms", "subject": "elsewhere", "state": None},
            ],
            "catalog_entries": [
                {"id": "held", "state": "retired"},
                {"subject": "capability", "id": "统一支付", "state": "active"},
                {"id": "elsewhere", "state": None},
            ],
        },
    )
    assert verdict.differences == ()
    assert Exercise(part=Part.STEP, id="room.answer", passed=False) in verdict.exercised
    assert Exercise(part=Part.STEP, id="room.visit", passed=True) in verdict.exercised


async def test_a_case_that_is_wrong_is_told_in_every_respect() -> None:
    verdict = await judged(
        events=[
            {**ANSWERED, "then": {"gate": "answer"}},
            VISITED,
            {"reject": "verification"},
        ],
        expect={
            "outcome": "completed",
            "refused": "不予受理",
            "steps": [{"step": "answer", "due_on": "2026-03-17", "overdue": True}, {"step": "visit", "round": 2}],
            "registers": [
                {"register": "rooms", "subject": "held", "state": None},
                {"register": "rooms", "subject": "elsewhere", "state": "registered"},
            ],
            "catalog_entries": [{"id": "elsewhere", "state": "retired"}, {"id": "base-held-0", "state": None}],
        },
    )
    for told in TOLD:
        assert any(told in difference for difference in verdict.differences), (told, verdict.differences)
    assert len(verdict.differences) == len(TOLD)


TOLD = (
    "事件 event 1：gate：应为 answer，实为 visit",
    "outcome：应为 completed，实为 rejected",
    "不予受理 refused：应为 不予受理，实为 无",
    "应为 [answer/r1 完成, visit/r2 完成]，实为 [answer/r1 完成, visit/r1 完成, verification/r1 rejected]",
    "answer/r1 截止 due：应为 2026-03-17，实为 2026-03-16",
    "answer/r1 逾期 overdue：应为 True，实为 False",
    "登记 register rooms held：应为 无，实为 refused",
    "登记 register rooms elsewhere：应为 registered，实为 无",
    "目录 catalog resource elsewhere：应为 retired，实为 无",
    "目录 catalog resource base-held-0：应为 无，实为 mounted",
)


async def test_a_rectification_that_it_opened_is_answered_and_verified() -> None:
    verdict = await judged(
        procedure="inspection",
        application={},
        events=[
            {"reject": "look", "then": {"state": "rectifying", "rectification": {"awaiting": ["jy-cg-info"]}}},
            {"on": "2026-03-10", "respond": {}, "then": {"rectification": {"gate": "verification"}}},
            {"approve": ["verification"], "then": {"rectification": {"state": "closed"}}},
        ],
        expect={
            "outcome": "rejected",
            "sanctions": [{"kind": "block_department", "lifted": True}],
            "standing": {"2026-03-05": ["block_department"], "2026-03-20": []},
        },
    )
    assert verdict.differences == ()


async def test_what_is_not_admitted_is_told_unless_the_case_says_so() -> None:
    unknown: dict[str, Any] = {"procedure": "dance", "application": {}}
    holds = await judged(**unknown, expect={"refused": "procedure", "outcome": "not_admitted", "steps": []})
    assert holds.differences == ()
    (told,) = (await judged(**unknown)).differences
    assert "不予受理 refused：应为 无，实为 不予受理：procedure（dance）" in told
