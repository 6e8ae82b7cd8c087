"""What nobody could ever answer, meet or leave is refused when the file is read, with its line."""

from pathlib import Path

import pytest

from regulations.files import Problem, RegulationError, load
from tests.regulations.small_law import SMALL_LAW, spoiled

EVENTS = """\
events:
  measured:
    title: {zh: 已测评, en: measured}
    article: 第八条
    fields: [{id: rate, title: {zh: 比率, en: rate}, kind: number}, {id: due_on, title: {zh: 日期, en: day}, kind: date}]
"""
FORM = """\
forms:
  wish:
    title: {zh: 表, en: form}
    article: 附件
    fields: [{id: grade, title: {zh: 等级, en: grade}, kind: choice, choices: [甲级, 乙级]}]
"""
SHARE = "  share: {title: {zh: 比例, en: share}, value: 0.1, default: A10}\n"


def problems(folder: Path, text: str) -> list[Problem]:
    file = folder / "small.yaml"
    file.write_text(text, encoding="utf-8")
    try:
        load(file)
    except RegulationError as error:
        return list(error.problems)
    return []


def only(folder: Path, text: str) -> Problem:
    (problem,) = problems(folder, text)
    assert problem.line is not None
    return problem


def intake(addition: str, law: str = SMALL_LAW) -> str:
    """The small law with something added to its first gate."""
    place = "returns_to: {stage: Application}\n"
    assert law.count(place) == 1
    return law.replace(place, f"{place}    {addition}\n")


def checked(arguments: str) -> str:
    """The small law with its first check replaced."""
    return spoiled("check: forbids_self_building\n    features: [room]", arguments)


# ---------------------------------------------------------------- events


def test_an_opening_may_count_from_a_declared_event_and_its_date(tmp_path: Path) -> None:
    opening = "opening: {title: {zh: 等待, en: wait}, since: measured, on_field: due_on, article: 第八条}"
    assert problems(tmp_path, intake(opening) + EVENTS) == []


@pytest.mark.parametrize(
    ("addition", "key"),
    [
        (
            "opening: {title: {zh: 等, en: w}, since: never, on: review, article: 第八条}",
            "gates.intake.0.opening.since",
        ),
        (
            "opening: {title: {zh: 等, en: w}, since: measured, on_field: rate, article: 第八条}",
            "gates.intake.0.opening.on_field",
        ),
        ("applies_to: {events: [never]}", "gates.intake.0.applies_to.events"),
    ],
)
def test_what_rests_on_an_event_that_can_never_come_is_refused(tmp_path: Path, addition: str, key: str) -> None:
    assert only(tmp_path, intake(addition) + EVENTS).key == key


def test_an_opening_that_waits_for_nothing_is_refused(tmp_path: Path) -> None:
    problem = only(tmp_path, intake("opening: {title: {zh: 等, en: w}, article: 第八条}"))
    assert "waits for nothing" in problem.reason


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ("check: requires_event\n    event: never", "event"),
        ("check: forbids_event\n    event: measured\n    cleared_by: never", "cleared_by"),
        (
            "check: meets_threshold\n    event: measured\n    fields: [speed]\n    at_least: [{since: 2024-01-01, value: 1}]",
            "fields",
        ),
    ],
)
def test_a_check_of_what_is_never_reported_is_refused(tmp_path: Path, arguments: str, key: str) -> None:
    assert only(tmp_path, checked(arguments) + EVENTS).key.endswith(key)


# ---------------------------------------------------------------- forms


def test_a_check_reads_a_field_and_an_answer_that_its_form_has(tmp_path: Path) -> None:
    fits = "check: requires_answer\n    form: wish\n    field: grade\n    any_of: [甲级]"
    assert problems(tmp_path, checked(fits) + FORM) == []
    assert only(tmp_path, checked(fits.replace("field: grade", "field: colour")) + FORM).value == "colour"
    assert only(tmp_path, checked(fits.replace("[甲级]", "[丙级]")) + FORM).value == "丙级"


@pytest.mark.parametrize(
    ("law", "value"),
    [
        (checked("check: matches_approved\n    form: wish\n    approved_form: wish\n    fields: [grade]"), "wish"),
        (intake("points_of: {form: wish, rows: grade, name: grade}"), "wish"),
    ],
)
def test_what_is_held_against_a_form_that_no_gate_fixes_is_refused(tmp_path: Path, law: str, value: str) -> None:
    assert "no gate fixes" in only(tmp_path, law + FORM).reason


# ---------------------------------------------------------------- changes and limits


def change(returns_to: str, stages: str = "[TechnicalCoordination]") -> str:
    law = spoiled("  alike: {", SHARE + "  alike: {")
    rule = f"over_share: {{value: share}}, returns_to: {returns_to}, stages: {stages}, rule: JY-18, article: 第六条"
    return law + f"changes:\n  grown: {{{rule}}}\n"


def test_a_change_leads_back_to_where_the_investment_is_fixed_anew(tmp_path: Path) -> None:
    law = change("{stage: Application}")
    assert problems(tmp_path, intake("fixes: {investment: true}", law)) == []
    assert "no gate fixes" in problems(tmp_path, law)[0].reason


def test_a_change_that_would_go_round_for_ever_is_refused(tmp_path: Path) -> None:
    law = change("{stage: TechnicalCoordination, gate: panel}")
    (problem,) = problems(tmp_path, intake("fixes: {investment: true}", law))
    assert "would never end" in problem.reason


def test_a_change_that_leads_forwards_or_nowhere_is_refused(tmp_path: Path) -> None:
    law = intake("fixes: {investment: true}", change("{stage: TechnicalCoordination}", "[Application]"))
    assert "forwards" in problems(tmp_path, law)[0].reason
    law = intake("fixes: {investment: true}", change("{stage: Design}"))
    assert "no route" in problems(tmp_path, law)[0].reason


def test_a_gate_on_demand_to_which_no_change_leads_is_unreachable(tmp_path: Path) -> None:
    assert "unreachable" in only(tmp_path, intake("on_demand: true")).reason


def test_a_limit_that_no_stage_has_is_refused(tmp_path: Path) -> None:
    limit = (
        "title: {zh: 时限, en: limit}, since: measured, met_by: panel, term: review, ladder: review, article: 第八条"
    )
    assert "no stage has this limit" in only(tmp_path, SMALL_LAW + EVENTS + f"limits:\n  late: {{{limit}}}\n").reason


def test_a_rate_that_is_no_share_is_refused(tmp_path: Path) -> None:
    law = intake("sampling: {rate: {value: alike}, article: 第八条}")
    assert "between 0 and 1" in only(tmp_path, law).reason


def test_only_a_return_can_let_the_project_go_on(tmp_path: Path) -> None:
    assert "only a return" in only(tmp_path, intake("consequences: [{on: rejected, goes_on: true}]")).reason
