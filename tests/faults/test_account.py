"""The audit and the account of `make faults` themselves: what is lost, doubled or moved is found and told."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from activities.planning import YEARS_AFTER, YEARS_BEFORE
from models.base import Text
from models.calendar import CHINA, Receipt
from models.deadline import Deadline
from models.effects import EntryKind, LedgerEntry
from models.review import Review
from regulations.almanac import calendar_in_force
from regulations.calendar import receipt
from tests.faults import audit
from tests.faults.account import Account, table
from tests.faults.book import Book
from tests.faults.run import RunResult
from tests.workflows.installation import resolution

CODE = "F-1"


def entry(kind: EntryKind, key: str, **more: Any) -> LedgerEntry:
    usual = {"project": CODE, "at": datetime.now(CHINA), "kind": kind, "summary": Text(zh="—", en="—")}
    return LedgerEntry.model_validate({"entry_id": f"{CODE}/{kind}/{key}", **usual, **more})


def counted(decision_id: str, officer: str = "lin.yue") -> LedgerEntry:
    detail = {"review_id": f"{CODE}/Application/admission/r1"}
    return entry(EntryKind.DECISION_COUNTED, decision_id, officer=officer, detail=detail)


@pytest.fixture
def book() -> Book:
    """One decision by update, one by two signals, and three signals that nobody can read."""
    book = Book()
    book.decision(CODE, "d1", "r").receipts = 1
    book.decision(CODE, "d2", "r").signals = 2
    book.nonsense[CODE] = 3
    return book


WHOLE = [
    counted("d1"),
    *(entry(EntryKind.DECISION_REFUSED, f"d2#{n}") for n in (1, 2)),
    *(entry(EntryKind.DECISION_REFUSED, f"unreadable#{n}") for n in (3, 4, 5)),
]


def test_a_record_that_accounts_for_every_message_shows_no_loss(book: Book) -> None:
    assert list(audit._lost(WHOLE, Counter(), book, CODE)) == []


@pytest.mark.parametrize(
    "missing, told",
    [(0, "d1: acknowledged, and 0 times"), (2, "d2: sent 2 times"), (5, "of 3 unreadable signals only 2")],
)
def test_whatever_is_missing_on_record_is_told_as_lost(book: Book, missing: int, told: str) -> None:
    (loss,) = audit._lost([*WHOLE[:missing], *WHOLE[missing + 1 :]], Counter(), book, CODE)
    assert told in loss


def test_a_review_of_which_nobody_was_told_is_told_as_lost(book: Book) -> None:
    key = "Application/admission/r1"
    opened = entry(EntryKind.REVIEW_OPENED, key, detail={"organs": ["bureau"]})
    letter = f"review_opened/{key}/organ:bureau"
    refused = entry(EntryKind.NOTICE_FAILED, letter)
    (loss,) = audit._lost([*WHOLE, opened], Counter(), book, CODE)
    assert letter in loss
    assert list(audit._lost([*WHOLE, opened, refused], Counter(), book, CODE)) == []
    assert list(audit._lost([*WHOLE, opened], Counter({f"{CODE}/{letter}": 1}), book, CODE)) == []


def test_a_decision_and_a_letter_that_are_there_twice_are_told_as_doubled() -> None:
    twice = list(audit._doubled([counted("d1"), counted("d1-again")], Counter({"notice": 2})))
    assert len(twice) == 2


def test_a_deadline_that_does_not_follow_from_its_opening_is_told_as_moved() -> None:
    gate = resolution().plan.stages[0].gates[0]
    at = datetime.now(CHINA)
    right = receipt("审核", at, gate.term, calendar_in_force(at.year - YEARS_BEFORE, at.year + YEARS_AFTER))
    wrong = right.model_copy(update={"due_on": right.due_on.replace(day=1)})

    def opened(told: Receipt) -> LedgerEntry:
        return entry(EntryKind.REVIEW_OPENED, "r1", at=at, detail={"receipt": told.model_dump(mode="json")})

    def review(by_workflow: Receipt) -> Review:
        deadline = Deadline(event="审核", started_at=at, term=gate.term, receipt=by_workflow)
        known: dict[str, Any] = {"review_id": f"{CODE}/r1", "deadline": deadline}
        return Review.model_construct(**known)

    assert list(audit._moved([opened(right)], review(right))) == []
    assert len(list(audit._moved([opened(wrong)], review(wrong)))) == 1
    assert len(list(audit._moved([opened(right)], review(wrong)))) == 1
    late = opened(right).model_copy(update={"at": at.replace(year=at.year - 1)})
    assert list(audit._moved([late], None))


def result(run: int, **more: Any) -> RunResult:
    usual = {"seed": 1, "fault": "kill worker", "database": "sqlite", "projects": 3, "decisions": 20, "messages": 40}
    numbers = {"acknowledged": 9, "counted": 12, "refused": 4, "recovery_seconds": float(run), "seconds": 8.0}
    return RunResult.model_validate({"run": run, **usual, **numbers, **more})


def test_a_second_call_finds_the_runs_that_were_done(tmp_path: Path) -> None:
    Account(tmp_path / "1").add(result(1))
    Account(tmp_path / "1").add(result(3))
    assert Account(tmp_path / "1").done("sqlite") == {1, 3}
    assert Account(tmp_path / "1").done("postgresql") == set()


def test_the_table_sums_the_runs_of_a_fault_and_names_what_went_wrong() -> None:
    told = table([result(1), result(2), result(5, lost=("F-1 d1: acknowledged, and 0 times on record",))])
    assert not result(5, lost=("x",)).is_clean and result(1).is_clean
    line = next(line for line in told.splitlines() if "kill worker" in line)
    assert [cell.strip() for cell in line.split("│")[2:8]] == ["3", "60", "120", "27", "36", "12"]
    assert "│ 1 " in line and "2.0" in line and "5.0" in line
    assert "run 5 (sqlite, kill worker) lost: F-1 d1" in told
