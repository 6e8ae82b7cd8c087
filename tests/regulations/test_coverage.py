"""Every rule of the register is enforced by something and shown by a case, or says why not."""

from collections import Counter
from pathlib import Path

import pytest

from models.base import Text
from models.finding import Strength
from regulations.coverage import BINDING, Coverage, RuleCoverage, contradictions, coverage
from regulations.procedure_files import load_laws
from regulations.register import Register, Rule, RuleKind, Unenforced, Why, load_register
from simulation.case_file import cases_by_rule
from tests.regulations.small_law import written

RULES = {"NA": 107, "JX": 70, "JJ": 55, "JY": 52, "XC": 48, "JDZ": 38}
ENFORCED = (Coverage.DATA, Coverage.CODE)
LAWS = load_laws()


@pytest.fixture(scope="module")
def rules() -> dict[str, RuleCoverage]:
    return {rule.rule: rule for rule in coverage(cases=cases_by_rule())}


def test_the_register_has_each_of_the_370_rules_once() -> None:
    known = load_register().rules
    assert Counter(rule.partition("-")[0] for rule in known) == RULES
    assert set(known) == {f"{code}-{number:02}" for code, count in RULES.items() for number in range(1, count + 1)}


def test_nothing_is_left_to_be_explained(rules: dict[str, RuleCoverage]) -> None:
    assert {rule.rule: rule.open.en for rule in rules.values() if rule.open} == {}


def test_every_binding_rule_that_is_not_excused_is_enforced_and_named_by_a_case(
    rules: dict[str, RuleCoverage],
) -> None:
    binding = {key for key, rule in load_register().rules.items() if BINDING & set(rule.kinds) and not rule.unenforced}
    assert len(binding) > 150
    assert {key for key in binding if rules[key].coverage not in ENFORCED or not rules[key].by} == set()
    assert {key for key in binding if not rules[key].cases} == set()


def test_only_definitions_duties_and_what_is_encouraged_may_be_informational() -> None:
    informational = {
        key: rule
        for key, rule in load_register().rules.items()
        if rule.unenforced and rule.unenforced.why is Why.INFORMATIONAL
    }
    mere = {RuleKind.DEFINITION, RuleKind.DUTY}
    assert [
        key
        for key, rule in informational.items()
        if not set(rule.kinds) <= mere and rule.strength is not Strength.ENCOURAGED
    ] == []


def test_only_rules_of_the_years_to_2020_are_called_elapsed() -> None:
    elapsed = [k for k, r in load_register().rules.items() if r.unenforced and r.unenforced.why is Why.ELAPSED]
    assert {key.partition("-")[0] for key in elapsed} == {"NA", "JX"}
    assert {"NA-57", "NA-58", "NA-59", "NA-60", "JX-40", "JX-64"} <= set(elapsed)


def test_every_case_names_rules_that_the_register_knows() -> None:
    assert set(cases_by_rule()) - set(load_register().rules) == set()


def test_every_rule_that_a_case_shows_is_enforced(rules: dict[str, RuleCoverage]) -> None:
    assert [rule.rule for rule in rules.values() if rule.cases and rule.coverage not in ENFORCED] == []


def test_a_rule_that_is_not_enforced_gives_its_reason(rules: dict[str, RuleCoverage]) -> None:
    excused = [r for r in rules.values() if r.coverage in (Coverage.ELAPSED, Coverage.INFORMATIONAL)]
    assert excused
    assert all(rule.reason for rule in excused)


def test_the_checks_of_technical_coordination_are_enforced_by_data(rules: dict[str, RuleCoverage]) -> None:
    numbers = [14, 15, *range(17, 32)]
    assert {rules[f"JY-{n}"].coverage for n in numbers} == {Coverage.DATA}
    assert rules["JY-23"].by[:2] == ("jiangyin: checks.JY-23", "jiangyin: checks.JY-23.duplicates")


def test_a_rule_of_a_form_field_is_found(rules: dict[str, RuleCoverage]) -> None:
    assert "jiangyin: forms.catalog_filing" in rules["JY-52"].by


def test_what_a_wider_regulation_lends_is_found_in_its_own_file_only(rules: dict[str, RuleCoverage]) -> None:
    assert "national-sharing: checks.NA-90" in rules["NA-90"].by
    assert [place for place in rules["NA-90"].by if place.endswith(": checks.NA-90")] == [
        "national-sharing: checks.NA-90"
    ]


def test_the_procedures_beside_the_pipeline_enforce_their_rules(rules: dict[str, RuleCoverage]) -> None:
    assert {rules[rule].coverage for rule in ("JY-40", "JY-48", "JJ-18", "NA-79", "JX-24", "XC-08")} == {Coverage.DATA}
    assert "jiangyin: procedures.capability_application" in rules["JY-48"].by


@pytest.mark.parametrize("regulation", sorted(LAWS))
def test_no_excused_rule_is_enforced_after_all(regulation: str) -> None:
    assert contradictions(load_register(), LAWS[regulation]) == []


# ---------------------------------------------------------------- the list and the code disagree


def test_a_rule_that_neither_data_nor_code_cites_is_unexplained(tmp_path: Path) -> None:
    written(tmp_path)
    found = {rule.rule: rule for rule in coverage("JY", regulations_dir=tmp_path, root=tmp_path)}
    assert found["JY-19"].coverage is Coverage.UNEXPLAINED
    assert found["JY-19"].open == Text(zh="既未落实，也未说明原因", en="neither enforced nor excused")
    assert (found["JY-18"].by, found["JY-18"].open) == (("small: checks.JY-18",), None)


def test_a_rule_that_only_code_cites_is_covered_by_the_code(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "gate.py").write_text('"""Asks for both (JY-19)."""\n', encoding="utf-8")
    found = {rule.rule: rule for rule in coverage("JY", regulations_dir=tmp_path, root=tmp_path)}
    assert (found["JY-19"].coverage, found["JY-19"].by) == (Coverage.CODE, ("workflows/gate.py",))


def test_a_binding_rule_without_a_case_is_open(tmp_path: Path) -> None:
    written(tmp_path)
    shown = {"JY-18": ["cases: one"]}
    found = {rule.rule: rule for rule in coverage("JY", cases=shown, regulations_dir=tmp_path, root=tmp_path)}
    assert (found["JY-18"].open, found["JY-18"].cases) == (None, ("cases: one",))
    assert found["JY-23"].open == Text(zh="没有案例印证", en="no case shows it")


@pytest.mark.parametrize(
    ("kind", "strength", "why", "is_open"),
    [
        (RuleKind.DUTY, Strength.MANDATORY, Why.INFORMATIONAL, False),
        (RuleKind.CONTENT, Strength.ENCOURAGED, Why.INFORMATIONAL, False),
        (RuleKind.CONTENT, Strength.MANDATORY, Why.INFORMATIONAL, True),
        (RuleKind.RECORD, Strength.IN_PRINCIPLE, Why.INFORMATIONAL, True),
        (RuleKind.CONTENT, Strength.MANDATORY, Why.ELAPSED, False),
    ],
)
def test_an_excuse_needs_a_ground(tmp_path: Path, kind: RuleKind, strength: Strength, why: Why, is_open: bool) -> None:
    said = Text(zh="说", en="says")
    rule = Rule(
        article="第一条",
        kinds=(kind,),
        strength=strength,
        stage="各阶段",
        says=said,
        unenforced=Unenforced(why=why, reason=said),
    )
    (found,) = coverage(regulations_dir=tmp_path, root=tmp_path, register=Register(rules={"JY-01": rule}))
    assert (found.open is not None) == is_open
