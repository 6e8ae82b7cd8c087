"""A regulation that is not whole is refused when it is loaded, with its file, line, key, value and reason."""

import hashlib
import pickle
from pathlib import Path

import pytest

from regulations.files import Problem, RegulationError, check, library, load
from tests.regulations.small_law import SMALL_LAW, spoiled, written


def refusal(folder: Path, text: str) -> tuple[Problem, ...]:
    with pytest.raises(RegulationError) as refused:
        load(written(folder, text))
    return refused.value.problems


def only(folder: Path, text: str) -> Problem:
    problems = refusal(folder, text)
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


# ---------------------------------------------------------------- what is whole


def test_a_whole_file_is_loaded_with_the_digest_of_its_text(tmp_path: Path) -> None:
    regulation = load(written(tmp_path))
    assert regulation.id == "small"
    assert regulation.version == hashlib.sha256(SMALL_LAW.encode()).hexdigest()


def test_the_library_holds_every_regulation_of_the_folder_by_its_id(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path, spoiled("id: small\n", "id: other\n"), "other.yaml")
    assert sorted(library(tmp_path)) == ["other", "small"]


def test_two_files_with_one_id_are_refused(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path, name="twin.yaml")
    with pytest.raises(RegulationError, match=r"twin\.yaml: id: another file has this id already \(got 'small'\)"):
        library(tmp_path)


def test_check_lists_the_problems_of_all_files_and_none_for_whole_ones(tmp_path: Path) -> None:
    written(tmp_path)
    assert check(tmp_path) == []
    written(tmp_path, spoiled("organs: [bureau]", "organs: [bureaux]"), "a.yaml")
    written(tmp_path, "- 1\n", "b.yaml")
    assert [line.split(":")[0] for line in check(tmp_path)] == ["a.yaml", "b.yaml"]


def test_on_and_no_are_words_and_not_truth_values(tmp_path: Path) -> None:
    text = spoiled("instruments: {base: 小办法}", "instruments: {base: no}")
    assert load(written(tmp_path, text)).instruments == {"base": "no"}


def test_a_refusal_says_the_same_in_another_process(tmp_path: Path) -> None:
    with pytest.raises(RegulationError) as refused:
        load(written(tmp_path, spoiled("organs: [bureau]", "organs: [bureaux]")))
    carried = pickle.loads(pickle.dumps(refused.value))
    assert (str(carried), carried.problems) == (str(refused.value), refused.value.problems)


# ---------------------------------------------------------------- what is no data


def test_a_key_that_stands_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    text = spoiled("features:\n  room:", "features:\n  room: {zh: 房, en: r}\n  room:")
    problem = only(tmp_path, text)
    assert (problem.file, problem.line, problem.key) == ("small.yaml", line_of(text, "  room: {zh: 机房"), "room")
    assert "second time" in problem.reason


@pytest.mark.parametrize("text", ["a: [1", "a: !!python/name:os.system x", "{[a]: 1}"])
def test_what_is_no_plain_yaml_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    problem = only(tmp_path, text)
    assert problem.line == 1
    assert problem.reason == "is not plain YAML data"


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_bytes(SMALL_LAW.encode("gb18030"))
    with pytest.raises(RegulationError, match="is not plain YAML data"):
        load(file)


def test_a_file_that_is_not_there_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(RegulationError, match=r"gone\.yaml: \(whole file\): cannot be read"):
        load(tmp_path / "gone.yaml")


@pytest.mark.parametrize("text", ["", "- 1\n", "x\n"])
def test_a_file_without_sections_is_refused(tmp_path: Path, text: str) -> None:
    assert "must be a mapping" in only(tmp_path, text).reason


def test_a_version_that_somebody_wrote_is_refused(tmp_path: Path) -> None:
    problem = only(tmp_path, SMALL_LAW + "version: abc\n")
    assert (problem.key, problem.line) == ("version", SMALL_LAW.count("\n") + 1)


# ---------------------------------------------------------------- the closed schema


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("id: small\n", "id: small\nlaws: 1\n", "laws"),
        ("quorum: any_of", "quorum: any_of\n    if: big", "gates.intake.0.if"),
        ("article: 第九条}", "article: 第九条, unit_of: d}", "terms.review.1.unit_of"),
        ("{zh: 小办法, en: small rules}", "{zh: 小办法, en: small, rules}", "title.rules"),
        ("[{at: due, kind: overdue}]", "[{at: due, kind: overdue, jump: 1}]", "ladders.review.0.rungs.0.jump"),
        ("gate: panel}", "gate: panel, when: late}", "gates.panel.0.returns_to.when"),
    ],
)
def test_an_unknown_key_is_refused_wherever_it_stands(tmp_path: Path, old: str, new: str, key: str) -> None:
    text = spoiled(old, new)
    problem = only(tmp_path, text)
    assert problem.key == key
    assert "Extra inputs are not permitted" in problem.reason
    assert problem.line == line_of(text, new) + new.count("\n") - (1 if new.endswith("\n") else 0)


def test_an_unknown_argument_of_a_check_is_refused(tmp_path: Path) -> None:
    problem = only(tmp_path, spoiled("category: rooms", "category: rooms\n    unless: small"))
    assert problem.key == "checks.JY-23"
    assert "unless" in problem.reason


def test_an_unknown_kind_of_check_is_refused(tmp_path: Path) -> None:
    problem = only(tmp_path, spoiled("check: forbids_self_building", "check: forbids_everything"))
    assert (problem.key, problem.value) == ("checks.JY-18", "forbids_everything")


def test_a_rung_that_is_no_moment_is_refused(tmp_path: Path) -> None:
    assert only(tmp_path, spoiled("{at: due,", "{at: soon,")).key == "ladders.review.0.rungs.0.at"


def test_a_term_without_its_measure_is_refused(tmp_path: Path) -> None:
    problem = only(tmp_path, spoiled("{unit: working_days, amount: 15,", "{unit: fixed_date, amount: 15,"))
    assert "month_day" in problem.reason


def test_a_value_outside_its_choices_is_refused(tmp_path: Path) -> None:
    problem = only(tmp_path, spoiled("value: 90, default", "value: never, choices: [a, b], default"))
    assert "none of the choices a, b" in problem.reason


# ---------------------------------------------------------------- sources


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("value: 90, default: A50", "value: 90", "values.alike.0"),
        ("from: 2026-01-01, article: 第九条", "from: 2026-01-01", "terms.review.1"),
        ("rule: JY-18\n    article: 第六条", "rule: JY-18", "checks.JY-18.0"),
        ("returns_to: {stage: Application}\n    article: 第六条", "returns_to: {stage: Application}", "gates.intake.0"),
        ("funding: [municipal]\n    article: 第二条", "funding: [municipal]", "routes.standard.0"),
    ],
)
def test_an_entry_without_a_source_is_refused(tmp_path: Path, old: str, new: str, key: str) -> None:
    problem = only(tmp_path, spoiled(old, new))
    assert problem.key == key
    assert "cites nothing" in problem.reason


def test_a_check_without_its_rule_is_refused(tmp_path: Path) -> None:
    assert only(tmp_path, spoiled("    rule: JY-18\n", "")).key == "checks.JY-18.0.rule"


def test_a_rule_that_the_register_does_not_have_is_refused(tmp_path: Path) -> None:
    problem = only(tmp_path, spoiled("rule: JY-18\n", "rule: JY-99\n"))
    assert (problem.key, problem.value) == ("checks.JY-18.0.rule", "JY-99")


def test_a_default_that_fills_no_known_gap_is_refused(tmp_path: Path) -> None:
    assert only(tmp_path, spoiled("default: A50", "default: A99")).key == "values.alike.0.default"


def test_an_instrument_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    text = spoiled("en: intake}\n", "en: intake}\n    instrument: annex\n")
    assert only(tmp_path, text).key == "gates.intake.0.instrument"
    assert only(tmp_path, spoiled("instrument: base", "instrument: bass")).key == "instrument"


# ---------------------------------------------------------------- validity


def test_versions_that_overlap_by_one_day_are_refused(tmp_path: Path) -> None:
    problem = only(tmp_path, spoiled("until: 2025-12-31, default", "until: 2026-01-01, default"))
    assert problem.key == "terms.review"
    assert "validity overlaps" in problem.reason


@pytest.mark.parametrize(("old", "new"), [("until: 2025-12-31, default", "default"), ("from: 2026-01-01, art", "art")])
def test_an_open_side_overlaps_whatever_lies_on_it(tmp_path: Path, old: str, new: str) -> None:
    assert "validity overlaps" in only(tmp_path, spoiled(old, new)).reason


def test_an_end_before_its_beginning_is_refused(tmp_path: Path) -> None:
    assert "lies before" in only(tmp_path, spoiled("until: 2027-12-31", "until: 2023-01-01")).reason


def test_a_regulation_without_a_first_day_is_refused(tmp_path: Path) -> None:
    assert "`from` is missing" in only(tmp_path, spoiled("from: 2023-11-14, until", "until")).reason


def test_a_day_on_which_a_needed_term_is_not_in_force_is_refused(tmp_path: Path) -> None:
    problem = only(tmp_path, spoiled("from: 2026-01-01", "from: 2026-02-01"))
    assert (problem.key, problem.value) == ("terms.review", "2026-01-01")


def test_a_day_on_which_no_route_is_in_force_is_refused(tmp_path: Path) -> None:
    problem = only(tmp_path, spoiled("funding: [municipal]\n", "funding: [municipal]\n    from: 2024-01-01\n"))
    assert (problem.key, problem.value) == ("routes", "2023-11-14")


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("organs: [bureau]", "organs: [nobody]", "gates.intake.0.organs"),
        ("superior: bureau", "superior: nobody", "organs.panel.0.superior"),
        ("documents: [plan]", "documents: [plans]", "gates.intake.0.documents"),
        ("checks: [JY-18, JY-23]", "checks: [JY-18, JY-23, JY-24]", "gates.panel.0.checks"),
        ("funding: [municipal]", "funding: [municipal, lottery]", "routes.standard.0.funding"),
        ("gates: [panel]}", "gates: [panel, jury]}", "routes.standard.0.stages.1.gates"),
        ("similarity: {value: alike}", "similarity: {value: likeness}", "checks.JY-23.0.similarity"),
        ("features: [room]\n    category", "features: [attic]\n    category", "checks.JY-23.0.features"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused(tmp_path: Path, old: str, new: str, key: str) -> None:
    text = spoiled(old, new)
    problem = refusal(tmp_path, text)[0]
    assert problem.key == key
    assert "known:" in problem.reason
    assert problem.line == line_of(text, new)


def test_a_listed_capability_that_the_list_lacks_is_refused(tmp_path: Path) -> None:
    text = spoiled("check: forbids_self_building", "check: requires_capability\n    capabilities: [云]")
    problem = only(tmp_path, text)
    assert (problem.key, problem.value) == ("checks.JY-18.0.capabilities", "云")


def test_a_gate_that_no_route_leads_to_is_refused(tmp_path: Path) -> None:
    problem = only(tmp_path, spoiled("      - {name: TechnicalCoordination, gates: [panel]}\n", ""))
    assert (problem.key, problem.value) == ("gates.panel", "panel")
    assert "unreachable" in problem.reason


def test_a_check_that_no_gate_applies_is_refused(tmp_path: Path) -> None:
    assert only(tmp_path, spoiled("checks: [JY-18, JY-23]", "checks: [JY-18]")).key == "checks.JY-23"


def test_a_kind_of_funding_that_no_route_takes_is_refused(tmp_path: Path) -> None:
    text = spoiled(
        "funding:\n  municipal:", "funding:\n  lottery: {title: {zh: 彩票, en: l}, default: A12}\n  municipal:"
    )
    assert only(tmp_path, text).key == "funding.lottery"


@pytest.mark.parametrize("written_value", ["5", "room", "[5]", "{value: alike}"])
def test_an_argument_of_the_wrong_type_is_refused_by_the_kind_of_the_check(tmp_path: Path, written_value: str) -> None:
    text = spoiled("category: rooms", f"category: [{written_value}]")
    assert only(tmp_path, text).key == "checks.JY-23"


def test_a_sanction_that_ends_by_no_known_end_is_refused(tmp_path: Path) -> None:
    ends = "sanctions:\n  halt: {kind: halt, strength: mandatory, ends: {value: alike}, rule: JY-36, article: 第十条}\n"
    text = spoiled(
        "    quorum: any_of\n", "    quorum: any_of\n    consequences: [{on: returned, sanctions: [halt]}]\n"
    )
    assert only(tmp_path, text + ends).key == "sanctions.halt"


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("{id: a, title: {zh: 甲, en: a}, kind: choice}", "choices"),
        ("{id: a, title: {zh: 甲, en: a}, kind: text, choices: [x]}", "choices"),
        ("{id: a, title: {zh: 甲, en: a}, kind: rows}", "fields"),
        ("{id: a, title: {zh: 甲, en: a}, kind: text, required_when: {field: b, has: x}}", "required_when"),
    ],
)
def test_a_field_that_nobody_could_fill_is_refused(tmp_path: Path, field: str, key: str) -> None:
    form = f"forms:\n  wish:\n    title: {{zh: 表, en: form}}\n    article: 附件\n    fields: [{field}]\n"
    problem = only(tmp_path, SMALL_LAW + form)
    assert problem.key == f"forms.wish.0.fields.0.{key}"


def test_two_fields_with_one_id_are_refused(tmp_path: Path) -> None:
    field = "{id: a, title: {zh: 甲, en: a}, kind: text}"
    form = f"forms:\n  wish: {{title: {{zh: 表, en: form}}, article: 附件, fields: [{field}, {field}]}}\n"
    assert {p.key for p in refusal(tmp_path, SMALL_LAW + form)} == {f"forms.wish.0.fields.{n}.id" for n in (0, 1)}


# ---------------------------------------------------------------- returns


def test_a_gate_that_stands_twice_on_a_route_is_refused(tmp_path: Path) -> None:
    problem = only(tmp_path, spoiled("gates: [intake]}", "gates: [intake, intake]}"))
    assert (problem.key, problem.value) == ("routes.standard", "intake")


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("{stage: Tender}", "does not have"),
        ("{stage: Application, gate: panel}", "does not have"),
        ("{stage: TechnicalCoordination, gate: panel}", "leads forwards"),
    ],
)
def test_a_return_that_leads_nowhere_or_forwards_is_refused(tmp_path: Path, target: str, reason: str) -> None:
    problem = only(tmp_path, spoiled("returns_to: {stage: Application}", f"returns_to: {target}"))
    assert problem.key == "gates.intake.0.returns_to"
    assert reason in problem.reason
