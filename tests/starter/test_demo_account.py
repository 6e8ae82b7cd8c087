"""A life counts as whole only by what is on record: each thing that may be missing is named."""

from datetime import date, datetime
from typing import Any

import pytest

from models.base import Text
from models.calendar import CHINA
from models.citation import Citation
from models.effects import EntryKind, LedgerEntry
from models.finding import Finding, Strength
from models.plan import Holding, Plan
from models.project import Condition, FindingRecord, GateRecord, ProjectOutcome, RectificationRef, State, Status
from models.review import Outcome
from regulations.almanac import calendar_in_force
from regulations.calendar import receipt
from regulations.files import library
from regulations.resolve import resolve
from starter.demo.account import Account, Addresses, DossierLine, NoticeLine, SignatureLine, account_of
from starter.demo.tables import parts
from starter.output import Table, say
from tests.regulations.jiangyin import application

CODE = "JY-2026-0002"
DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 9, tzinfo=CHINA)
WORDS = Text(zh="摘要", en="summary")
ADDRESSES = Addresses(ui=None, runs=None, search=None, data_dir="var")
DELIVERED = NoticeLine(notice_id="n1", template="admitted", recipient="unit:jy-jt-info", state="delivered")


@pytest.fixture(scope="module")
def plan() -> Plan:
    """The shortest life: one gate."""
    law = library()["jiangyin"]
    return resolve(law, application("filing-only.yaml"), DAY, dict.fromkeys(law.organs, 2))


def closed(plan: Plan, outcome: Outcome = Outcome.APPROVED, round_: int = 1) -> LedgerEntry:
    """The entry of the gate when it closed."""
    (gate,) = plan.stages[0].gates
    counted = receipt("开始审核", AT, gate.term, calendar_in_force(2025, 2028))
    return entry(
        EntryKind.GATE_CLOSED,
        f"Application/filing/r{round_}",
        gate="filing",
        stage="Application",
        round=round_,
        citations=gate.citations,
        detail={
            "outcome": outcome,
            "title": gate.title.model_dump(),
            "organs": ["江阴市市域社会治理现代化指挥中心"],
            "receipt": counted.model_dump(mode="json"),
        },
    )


def entry(kind: EntryKind, key: str, **more: Any) -> LedgerEntry:
    return LedgerEntry(entry_id=f"{CODE}/{kind}/{key}", project=CODE, at=AT, kind=kind, summary=WORDS, **more)


def finding(strength: Strength) -> Finding:
    source = Citation(rule="JY-02", instrument="办法", article="第二条")
    return Finding(
        check="JY-02", rule="JY-02", subject="用户体系", message=WORDS, remedy=WORDS, strength=strength, citation=source
    )


def status(plan: Plan, **more: Any) -> Status:
    passed = GateRecord(
        stage=plan.stages[0].name,
        gate="filing",
        title=WORDS,
        round=1,
        review_id=f"{CODE}/Application/filing/r1",
        outcome=Outcome.APPROVED,
        opened_at=AT,
        closed_at=AT,
        due_on=DAY,
        overdue=False,
    )
    usual: dict[str, Any] = {
        "workflow_id": f"project:{CODE}",
        "workflow_type": "Application",
        "project": CODE,
        "title": "调度系统",
        "regulation": "jiangyin",
        "department": "jy-jt",
        "unit": "jy-jt-info",
        "stage": plan.stages[0].name,
        "round": 1,
        "state": State.CLOSED,
        "passed": (passed,),
        "outcome": ProjectOutcome.COMPLETED,
    }
    nothing = dict.fromkeys(("gate", "gate_title", "due_on", "review", "awaited_event", "plan_version"))
    empty = dict.fromkeys(("awaiting", "materials", "findings", "conditions", "waivers", "sanctions"), ())
    return Status(**{**nothing, **empty, "rectifications": (), "missing": (), "overdue": False, **usual, **more})


def account(plan: Plan, **more: Any) -> Account:
    usual: dict[str, Any] = {
        "plan": plan,
        "title": "调度系统",
        "project": CODE,
        "status": status(plan),
        "ledger": [entry(EntryKind.STAGE_OPENED, "Application/r1"), closed(plan)],
        "notices": [DELIVERED],
        "histories": (),
        "dossier": DossierLine(file="it.zip", entries=2, faults=()),
        "played": (),
        "addresses": ADDRESSES,
        "stuck": None,
    }
    return account_of(**{**usual, **more})


def lacking(found: Account) -> str:
    (only,) = found.missing
    return only.zh


def test_a_life_that_lacks_nothing_is_whole(plan: Plan) -> None:
    assert account(plan).missing == ()


def test_a_gate_that_was_only_returned_was_not_passed(plan: Plan) -> None:
    assert lacking(account(plan, ledger=[closed(plan, Outcome.RETURNED)])).startswith("环节未通过：申报 · 备案")


def test_a_gate_that_was_passed_in_a_later_round_was_passed(plan: Plan) -> None:
    returned, approved = closed(plan, Outcome.RETURNED), closed(plan, round_=2)
    assert account(plan, ledger=[returned, approved]).missing == ()


def test_a_gate_that_closed_without_an_entry_is_missed_by_its_review(plan: Plan) -> None:
    missing = [text.zh for text in account(plan, ledger=[]).missing]
    assert f"台账缺少环节办结记录：{CODE}/Application/filing/r1" in missing


@pytest.mark.parametrize("strength", [Strength.MANDATORY, Strength.IN_PRINCIPLE])
def test_a_binding_finding_must_be_mended_or_waived(plan: Plan, strength: Strength) -> None:
    found = FindingRecord(finding=finding(strength), found_in="r1")
    assert lacking(account(plan, status=status(plan, findings=(found,)))) == "问题未改正：JY-02 用户体系"
    for end in ({"mended_in": "r2"}, {"waived": True}):
        ended = found.model_copy(update=end)
        assert account(plan, status=status(plan, findings=(ended,))).missing == ()


def test_advice_need_not_be_followed(plan: Plan) -> None:
    advice = FindingRecord(finding=finding(Strength.ENCOURAGED), found_in="r1")
    assert account(plan, status=status(plan, findings=(advice,))).missing == ()


def test_an_open_rectification_and_an_unanswered_condition_are_missed(plan: Plan) -> None:
    rectification = RectificationRef(rectification_id="R1", holds=Holding.PROJECT, opened_at=AT)
    condition = Condition(condition_id="c", text="备案", organ="jy-data-bureau", review_id="r1")
    found = account(plan, status=status(plan, rectifications=(rectification,), conditions=(condition,)))
    assert [text.zh for text in found.missing] == ["整改未办结：R1", "附带条件未答复：备案"]


def test_a_notice_counts_only_when_it_is_delivered(plan: Plan) -> None:
    late = NoticeLine(notice_id="n1", template="admitted", recipient="unit:jy-jt-info", state="unconfirmed")
    assert lacking(account(plan, notices=[late])) == "通知未送达：受理通知 → unit:jy-jt-info（unconfirmed）"
    assert lacking(account(plan, notices=[])) == "没有任何通知"


def test_a_notice_that_the_ledger_notes_as_failed_is_missed(plan: Plan) -> None:
    failed = entry(EntryKind.NOTICE_FAILED, "n1")
    assert "1 件通知未送达" in lacking(account(plan, ledger=[closed(plan), failed]))


def test_a_decision_whose_signature_is_not_proved_is_missed(plan: Plan) -> None:
    proved = SignatureLine("r1", "chen.hao", "66687aadf862bd77", holds=True)
    unsigned = SignatureLine("r1", "lin.yue", None, holds=False)
    assert account(plan, signatures=[proved]).missing == ()
    found = account(plan, signatures=[proved, unsigned])
    assert lacking(found) == "意见的签名无法证实：r1 lin.yue"
    assert any("意见 2 件，其中 1 件" in say(part, "zh") for part in parts(found) if isinstance(part, Text))


def test_every_finished_run_but_the_last_has_its_history(plan: Plan) -> None:
    opened = [entry(EntryKind.STAGE_OPENED, f"Application/r{n}") for n in (1, 2, 3)]
    assert "应导出历史 2 份，实有 1 份" in lacking(account(plan, ledger=[closed(plan), *opened], histories=["one"]))


def test_a_life_that_ended_leaves_a_dossier_and_a_whole_one(plan: Plan) -> None:
    assert lacking(account(plan, dossier=None)) == "没有卷宗归档"
    faulty = DossierLine(file="it.zip", entries=2, faults=(Text(zh="plan.json 被改动", en="plan.json was changed"),))
    assert lacking(account(plan, dossier=faulty)) == "卷宗归档有误：plan.json 被改动"


def test_a_project_that_never_started_lacks_its_outcome_and_its_gates(plan: Plan) -> None:
    found = account(plan, status=None, ledger=[], notices=[], stuck=Text(zh="第 1 步：未成功", en="step 1: failed"))
    assert [text.zh[:4] for text in found.missing] == ["第 1 ", "项目结果", "环节未通", "没有任何"]


@pytest.mark.parametrize(("language", "mark"), [("zh", "（缺省 A12）"), ("en", " (default A12)")])
def test_the_table_of_gates_marks_a_default_deadline(plan: Plan, language: str, mark: str) -> None:
    (gates,) = [part for part in parts(account(plan)) if isinstance(part, Table) and say(part.title, "en") == "gates"]
    assert f"2026-03-30{mark}" in [say(cell, language) for cell in gates.rows[0]]
