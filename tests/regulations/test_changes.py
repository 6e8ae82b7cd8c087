"""When a change sends a project back, when it has to be explained, and when it is only a question."""

from decimal import Decimal

import pytest

from models.form import DocumentRequirement
from models.plan import Change, GateRef, Plan, StageName
from regulations import changes
from tests.regulations.plans import CITATION, plan, text

APPROVED = Decimal("100000000.00")
CHAPTER = DocumentRequirement(kind="adjustment_chapter", title=text("调整说明"), citation=CITATION)


def ruled() -> Plan:
    rule = Change(
        id="design",
        stages=(StageName.DESIGN,),
        over_share=Decimal("0.10"),
        major=True,
        explained_by=CHAPTER,
        returns_to=GateRef(stage=StageName.TECHNICAL_COORDINATION, gate="feasibility"),
        rule="NA-16",
        citation=CITATION,
    )
    return plan().model_copy(update={"changes": (rule,)})


@pytest.mark.parametrize(
    ("investment", "goes_back"),
    [("110000000.00", False), ("110000000.01", True), ("112000000", True), ("1", False), ("100000000", False)],
)
def test_only_more_than_the_share_sends_a_project_back(investment: str, goes_back: bool) -> None:
    found = changes.returning(ruled(), StageName.DESIGN, APPROVED, Decimal(investment))
    assert (found is not None) is goes_back


def test_nothing_is_measured_before_an_investment_was_approved_or_in_another_stage() -> None:
    grown = Decimal("999999999")
    assert changes.returning(ruled(), StageName.DESIGN, None, grown) is None
    assert changes.returning(ruled(), StageName.TENDER, APPROVED, grown) is None
    assert not changes.binds(ruled(), StageName.TENDER)


@pytest.mark.parametrize(
    ("investment", "asked"),
    [("100000000", []), ("110000000", ["adjustment_chapter"]), ("99999999", ["adjustment_chapter"])],
)
def test_any_smaller_change_has_to_be_explained(investment: str, asked: list[str]) -> None:
    found = changes.explanations(ruled(), StageName.DESIGN, APPROVED, Decimal(investment))
    assert [document.kind for document in found] == asked


@pytest.mark.parametrize(("investment", "asks"), [("90000000", 0), ("89999999.99", 1), ("110000000", 0)])
def test_a_decrease_beyond_the_share_is_a_question_to_the_officers(investment: str, asks: int) -> None:
    assert len(changes.questions(ruled(), StageName.DESIGN, APPROVED, Decimal(investment))) == asks


def test_a_major_change_goes_back_by_the_rule_of_its_stage_only() -> None:
    assert changes.major(ruled(), StageName.DESIGN) is not None
    assert changes.major(ruled(), StageName.ACCEPTANCE) is None
