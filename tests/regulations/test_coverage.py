"""Every rule of the register is enforced by something, or says why not."""

from pathlib import Path

import pytest

from regulations.coverage import Coverage, RuleCoverage, contradictions, coverage
from regulations.files import REGULATIONS_DIR, load
from regulations.register import load_register
from tests.regulations.small_law import written


@pytest.fixture(scope="module")
def rules() -> dict[str, RuleCoverage]:
    return {rule.rule: rule for rule in coverage("JY")}


def test_the_register_has_all_fifty_two_rules_of_jiangyin(rules: dict[str, RuleCoverage]) -> None:
    assert list(rules) == [f"JY-{number:02}" for number in range(1, 53)]


def test_no_rule_is_unexplained() -> None:
    unexplained = [rule.rule for rule in coverage() if rule.coverage is Coverage.UNEXPLAINED]
    assert unexplained == []


def test_a_rule_that_is_not_enforced_gives_its_reason(rules: dict[str, RuleCoverage]) -> None:
    excused = [r for r in rules.values() if r.coverage in (Coverage.LATER, Coverage.INFORMATIONAL)]
    assert excused
    assert all(rule.reason for rule in excused)


def test_the_checks_of_technical_coordination_are_enforced_by_data(rules: dict[str, RuleCoverage]) -> None:
    numbers = [14, 15, *range(17, 32)]
    assert {rules[f"JY-{n}"].coverage for n in numbers} == {Coverage.DATA}
    assert rules["JY-23"].by[:2] == ("checks.JY-23", "checks.JY-23.duplicates")


def test_a_rule_of_a_form_field_is_found(rules: dict[str, RuleCoverage]) -> None:
    assert "forms.catalog_filing" in rules["JY-52"].by


def test_a_procedure_to_come_covers_the_capability_applications(rules: dict[str, RuleCoverage]) -> None:
    later = [rule.rule for rule in rules.values() if rule.coverage is Coverage.LATER]
    assert {"JY-40", "JY-41", "JY-42", "JY-46", "JY-47", "JY-48", "JY-49", "JY-50"} <= set(later)


def test_no_excused_rule_is_enforced_after_all() -> None:
    assert contradictions(load_register(), load(REGULATIONS_DIR / "jiangyin.yaml")) == []


def test_a_rule_that_neither_data_nor_code_cites_is_unexplained(tmp_path: Path) -> None:
    written(tmp_path)
    found = {rule.rule: rule for rule in coverage("JY", tmp_path, root=tmp_path)}
    assert found["JY-19"].coverage is Coverage.UNEXPLAINED
    assert found["JY-18"].by == ("checks.JY-18",)


def test_a_rule_that_only_code_cites_is_covered_by_the_code(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "gate.py").write_text('"""Asks for both (JY-19)."""\n', encoding="utf-8")
    found = {rule.rule: rule for rule in coverage("JY", tmp_path, root=tmp_path)}
    assert (found["JY-19"].coverage, found["JY-19"].by) == (Coverage.CODE, ("workflows/gate.py",))
