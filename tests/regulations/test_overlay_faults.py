"""What is wrong with an overlay or with a loan is refused, with its file, line and key."""

from pathlib import Path

import pytest

from regulations.files import Problem, RegulationError, check
from tests.regulations.overlaid_law import NARROW_LAW, WIDE_LAW, load, loaded, written
from tests.regulations.small_law import changed
from tests.regulations.small_law import written as written_small


def refusal(folder: Path, narrow: str = NARROW_LAW, wide: str = WIDE_LAW) -> Problem:
    with pytest.raises(RegulationError) as refused:
        loaded(folder, narrow, wide)
    problems = refused.value.problems
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def line_of(text: str, part: str) -> int:
    assert text.count(part) == 1, f"{part!r} stands {text.count(part)} times"
    return text[: text.index(part)].count("\n") + 1


def test_without_routes_and_without_anything_to_lend_it_is_refused(tmp_path: Path) -> None:
    bare = WIDE_LAW[: WIDE_LAW.index("features:\n")]
    problem = refusal(tmp_path, bare)
    assert (problem.key, problem.reason) == ("routes", "no route is in force on this day")


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        (
            "{regulation: wide,",
            "{regulation: broad,",
            "overlays.0.regulation",
            "no regulation of this folder has this id",
        ),
        ("{regulation: wide,", "{regulation: small,", "overlays.0.regulation", "a regulation lies over another one"),
        ("application: intake", "application: intakes", "overlays.0.gates.application", "known: intake, panel"),
        ("application: intake", "filing: intake", "overlays.0.gates.filing.[key]", "Input should be 'application'"),
        ("switch: switch,", "switch: lever,", "overlays.0.switch", "nothing of this name stands in values"),
        ("switch: switch,", "switch: alike,", "overlays.0.switch", "is the value 90; a switch is on or off"),
    ],
)
def test_a_faulty_overlay_is_refused_with_its_line(tmp_path: Path, old: str, new: str, key: str, reason: str) -> None:
    text = changed(NARROW_LAW, old, new)
    problem = refusal(tmp_path, text)
    assert (problem.file, problem.key) == ("small.yaml", key)
    assert problem.line == line_of(text, new)
    assert reason in problem.reason


def test_a_regulation_that_lends_nothing_cannot_lie_over_another(tmp_path: Path) -> None:
    wide = NARROW_LAW.replace("id: small", "id: wide").replace("regulation: wide", "regulation: widest")
    written_small(tmp_path, WIDE_LAW.replace("id: wide", "id: widest"), "widest.yaml")
    assert "lends nothing" in refusal(tmp_path, wide=wide).reason


def test_a_catalog_column_needs_the_section_that_says_which_form_the_catalog_is(tmp_path: Path) -> None:
    start = NARROW_LAW.index("catalog:\n  {form")
    text = NARROW_LAW[:start] + NARROW_LAW[NARROW_LAW.index("checks:\n  JY-18") :]
    problem = refusal(tmp_path, text)
    assert (problem.key, problem.line) == ("overlays.0.regulation", line_of(text, "{regulation: wide,"))
    assert "there is no section `catalog`" in problem.reason


def test_a_check_id_that_both_regulations_use_is_refused(tmp_path: Path) -> None:
    text = NARROW_LAW.replace("JY-23", "NA-77")
    problem = refusal(tmp_path, text)
    assert (problem.key, problem.line) == ("checks.NA-77", line_of(text, "  NA-77:\n"))
    assert "lends a check of this name" in problem.reason


@pytest.mark.parametrize(("rule", "by"), [("NA-999", "JY-18"), ("NA-77", "JY-99")])
def test_a_rule_that_prevails_or_is_overruled_stands_in_the_register(tmp_path: Path, rule: str, by: str) -> None:
    problem = refusal(tmp_path, NARROW_LAW + f"prevails: {{{rule}: {{by: {by}, default: A36}}}}\n")
    assert problem.key.startswith(f"prevails.{rule}")
    assert problem.reason == "the register of rules has no such rule"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("checks: [NA-91]", "checks: [NA-92]", "overlay.at.acceptance.checks"),
        ("documents: [sharing_plan]", "documents: [plans]", "overlay.at.application.documents"),
        ("kind: text\n      required_when", "kind: choice\n      required_when", "overlay.columns.0.choices"),
        ("check: forbids_event\n    event", "check: forbids_event\n    occasion", "checks.NA-88"),
    ],
)
def test_a_faulty_loan_is_refused_where_it_is_lent(tmp_path: Path, old: str, new: str, key: str) -> None:
    wide = changed(WIDE_LAW, old, new)
    written_small(tmp_path, wide, "wide.yaml")
    with pytest.raises(RegulationError) as refused:
        load(tmp_path / "wide.yaml")
    assert [problem.key for problem in refused.value.problems][:1] == [key]
    assert all(problem.line for problem in refused.value.problems)


def test_a_faulty_loan_is_named_by_its_own_file_when_it_is_borrowed(tmp_path: Path) -> None:
    problem = refusal(tmp_path, wide=changed(WIDE_LAW, "checks: [NA-91]", "checks: [NA-92]"))
    assert (problem.file, problem.key) == ("wide.yaml", "overlay.at.acceptance.checks")


def test_a_folder_with_both_is_without_a_fault(tmp_path: Path) -> None:
    written(tmp_path)
    assert check(tmp_path) == []
