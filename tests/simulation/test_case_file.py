"""Case files are read strictly: every fault with its file, its line, its key and its value."""

import re
from pathlib import Path

import pytest

from simulation.case import ChecksCase, DeadlineCase
from simulation.case_file import CASES_DIR, CaseError, application_of, load, material
from simulation.edits import Edit
from tests.simulation.case_texts import written


def fault(file: Path) -> str:
    with pytest.raises(CaseError) as raised:
        load(file)
    return str(raised.value)


def checks_case(folder: Path) -> ChecksCase:
    case = load(written(folder)).cases[0]
    assert isinstance(case, ChecksCase)
    return case


def fault_of(folder: Path, *lines: str) -> str:
    """What is wrong with a file of one case, which has these lines from the sixth on."""
    file, head = (
        folder / "cases.yaml",
        "regulation: jiangyin\nabout: 试\ncases:\n  - name: 案\n    filed_on: 2026-03-02\n",
    )
    file.write_text(head + "".join(f"    {line}\n" for line in lines), "utf-8")
    return fault(file)


def test_each_case_is_read_by_the_judge_that_it_names(tmp_path: Path) -> None:
    checks, deadline = load(written(tmp_path)).cases
    assert isinstance(checks, ChecksCase)
    assert isinstance(deadline, DeadlineCase)


def test_an_unknown_key_is_named_with_its_line(tmp_path: Path) -> None:
    told = fault(written(tmp_path, "    gate: committee", "    gates: committee"))
    assert "cases.yaml:8: cases.0.gates: Extra inputs are not permitted (got 'committee')" in told


def test_a_key_that_is_missing_is_named_with_the_line_of_its_case(tmp_path: Path) -> None:
    assert "cases.yaml:11: cases.1.started: Field required" in fault(written(tmp_path, "    started: 2026-03-02\n"))


def test_a_doubled_key_is_named_with_its_line(tmp_path: Path) -> None:
    told = fault(written(tmp_path, "    gate: committee\n", "    gate: committee\n    gate: opinion\n"))
    assert "cases.yaml:9: gate" in told


def test_an_unknown_judge_is_named_with_the_line_of_its_case(tmp_path: Path) -> None:
    told = fault(written(tmp_path, "judge: checks", "judge: oracle"))
    assert "cases.yaml:4: cases.0: Input tag 'oracle'" in told


def test_a_sentence_that_stands_twice_is_named(tmp_path: Path) -> None:
    told = fault(written(tmp_path, "name: 二十个工作日", "name: 自建机房不得通过"))
    assert "cases.yaml:11: cases.1.name: another case of the file has this name already" in told


def test_what_is_no_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    assert "cases.yaml:9" in fault(written(tmp_path, "    add: {features", "    add: {features: ]"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "nothing.yaml: (whole file): cannot be read" in fault(tmp_path / "nothing.yaml")


def test_an_event_is_one_act(tmp_path: Path) -> None:
    told = fault_of(tmp_path, "judge: life", "events: [{approve: [admission], withdraw: {}}]", "expect: {}")
    assert "cases.yaml:7: cases.0.events.0: Value error, an event is one act, and this one has several" in told


def test_a_fault_in_a_case_of_a_procedure_is_named_with_its_line(tmp_path: Path) -> None:
    told = fault_of(tmp_path, "judge: procedure", "procedure: room", "application: {forms: {}}", "expect: {}")
    assert "cases.yaml:8: cases.0.application.forms: Extra inputs are not permitted" in told


def test_an_act_on_a_project_is_none_on_a_procedure(tmp_path: Path) -> None:
    procedure = ("judge: procedure", "procedure: room", "expect: {}")
    told = fault_of(tmp_path, *procedure, "events: [{suspend: {by: x}}, {withdraw: {}}]")
    assert "cases.yaml:4: cases.0: Value error, no act of a procedure: suspend; known: silence_until, approve" in told
    told = fault_of(tmp_path, *procedure, "events: [{submit: {changes: {title: 新}}}]")
    assert "are for a project; a procedure hands in `form`" in told


def test_what_a_party_of_a_procedure_hands_in_is_nothing_for_a_project(tmp_path: Path) -> None:
    told = fault_of(tmp_path, "judge: life", "events: [{submit: {party: host}}]", "expect: {}")
    assert "`party` and `form` are for a procedure" in told


def test_the_example_of_each_judge_that_the_guide_shows_can_be_read(tmp_path: Path) -> None:
    guide = (CASES_DIR / "README.md").read_text(encoding="utf-8")
    blocks = re.findall("```yaml\n(.*?)```", guide, re.DOTALL)
    file = tmp_path / "guide.yaml"
    file.write_text("\n".join(blocks), encoding="utf-8")
    assert {case.judge for case in load(file).cases} == {"checks", "life", "procedure"}


def test_an_edit_that_leads_nowhere_names_the_case(tmp_path: Path) -> None:
    case = checks_case(tmp_path).model_copy(update={"changes": {"features.blockchain.name": "x"}})
    with pytest.raises(CaseError, match="自建机房不得通过: changes: the path leads nowhere"):
        application_of("jiangyin", case)


def test_an_edit_that_makes_no_application_names_field_and_value(tmp_path: Path) -> None:
    case = checks_case(tmp_path).model_copy(update={"changes": {"investment": -1}})
    with pytest.raises(CaseError, match="investment: Input should be greater than 0"):
        application_of("jiangyin", case)


def test_a_base_that_does_not_exist_is_named_with_those_that_do(tmp_path: Path) -> None:
    case = checks_case(tmp_path).model_copy(update={"base": "palace"})
    with pytest.raises(CaseError, match=r"known: .*jiangyin-filing.*jiangyin-project"):
        application_of("jiangyin", case)


def test_the_documents_of_the_base_are_handed_in_unless_the_case_names_others(tmp_path: Path) -> None:
    case = checks_case(tmp_path)
    assert [m.kind for m in application_of("jiangyin", case)[1]] == ["project_plan"]
    assert application_of("jiangyin", case.model_copy(update={"materials": ()}))[1] == ()


def test_a_material_is_known_by_its_kind() -> None:
    assert material("waiver_approval").sha256 == material("waiver_approval").sha256 != material("project_plan").sha256
    assert Edit().changes == {}
