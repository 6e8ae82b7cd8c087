"""A wider regulation lies over a narrower one: it lends checks, forms, documents and columns, and the result is one law."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from models.application import Application, Feature
from models.citation import Citation
from models.form import FormField
from models.plan import Overruled, Plan
from regulations import checks
from regulations.consistency import inconsistencies
from regulations.files import Problem, RegulationError, check, library
from regulations.files import load as load_by
from regulations.overlays import lying_over
from regulations.register import load_register
from regulations.resolve import NotAdmitted, resolve
from regulations.schema import Regulation
from tests.regulations.small_law import SMALL_LAW
from tests.regulations.small_law import written as written_small

REGISTER = load_register()
DAY = date(2026, 3, 2)
OFFICERS = {"bureau": 1, "panel": 3}

WIDE_LAW = """\
id: wide
rules: NA
title: {zh: 大办法, en: wide rules}
instruments: {base: 大办法, plan: 大方案}
instrument: base
validity: {issued: 2016-09-05, from: 2016-09-05, article: 末条}
features:
  network: {zh: 专网, en: network}
  room: {zh: 屋, en: a room by another title}
events:
  found_wanting: {title: {zh: 不合格, en: found wanting}, article: 第二十一条}
values:
  alike: {title: {zh: 相似度, en: similarity}, value: 70, default: A50}
  close: {title: {zh: 接近, en: close}, value: 85, default: A50}
documents:
  sharing_plan: {title: {zh: 共享方案, en: sharing plan}, article: 第八条}
forms:
  filing:
    title: {zh: 备案表, en: filing}
    rule: NA-65
    article: 三
    instrument: plan
    also: [{rule: NA-101, article: 二}]
    fields: [{id: name, title: {zh: 名称, en: name}, kind: text}]
checks:
  NA-77:
    check: forbids_self_building
    features: [network, room]
    title: {zh: 不得自建, en: none of one's own}
    remedy: {zh: 改用, en: reuse}
    strength: mandatory
    rule: NA-77
    article: 第十一条
  NA-82:
    check: forbids_repeated_collection
    similarity: {value: close}
    title: {zh: 不得重复采集, en: not twice}
    remedy: {zh: 改用, en: reuse}
    strength: in_principle
    rule: NA-82
    article: 第十二条
    instrument: plan
  NA-88:
    check: forbids_event
    event: found_wanting
    title: {zh: 不予审批, en: not approved}
    remedy: {zh: 补正, en: mend}
    strength: mandatory
    rule: NA-88
    article: 第二十一条
  NA-91:
    check: registers_catalog
    title: {zh: 目录登记, en: registered}
    remedy: {zh: 登记, en: register}
    strength: mandatory
    rule: NA-91
    article: 第二十一条
classified: {article: 第二十条, checks: [NA-77]}
overlay:
  at:
    application: {forms: [filing], documents: [sharing_plan]}
    coordination: {checks: [NA-77, NA-82, NA-88]}
    acceptance: {checks: [NA-91]}
  columns:
    - id: basis
      title: {zh: 依据, en: basis}
      kind: text
      required_when: {field: sharing, has: 不予共享}
      rule: NA-74
      article: 第十条
    - {id: name, title: {zh: 另名, en: another name}, kind: text, rule: NA-75, article: 第十条}
"""

NARROW_LAW = (
    SMALL_LAW.replace("values:\n", "values:\n  switch: {title: {zh: 开关, en: switch}, value: on, default: A38}\n")
    .replace(
        "checks:\n  JY-18:",
        """\
forms:
  catalog:
    title: {zh: 目录, en: catalog}
    rule: JY-51
    article: 附件3
    fields:
      - id: rows
        title: {zh: 资源, en: resources}
        kind: rows
        fields:
          - {id: name, title: {zh: 名称, en: name}, kind: text}
          - {id: sharing, title: {zh: 共享, en: sharing}, kind: choice, choices: [无条件共享, 不予共享]}
catalog:
  {form: catalog, rows: rows, name: name, mode: sharing, unshared: [不予共享], unconditional: 无条件共享, article: 附件3}
checks:
  JY-18:""",
    )
    .replace(
        "gates:\n",
        """\
overlays:
  - {regulation: wide, gates: {application: intake, coordination: [panel]}, switch: switch, default: A38}
gates:
""",
    )
)


def load(file: Path) -> Regulation:
    return load_by(file, REGISTER)


def changed(text: str, old: str, new: str) -> str:
    """The text with one place changed, which must stand in it exactly once."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)


def written(folder: Path, narrow: str = NARROW_LAW, wide: str = WIDE_LAW) -> Path:
    written_small(folder, wide, "wide.yaml")
    return written_small(folder, narrow)


def loaded(folder: Path, narrow: str = NARROW_LAW, wide: str = WIDE_LAW) -> Regulation:
    return load(written(folder, narrow, wide))


def refusal(folder: Path, narrow: str = NARROW_LAW, wide: str = WIDE_LAW) -> Problem:
    with pytest.raises(RegulationError) as refused:
        loaded(folder, narrow, wide)
    problems = refused.value.problems
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def line_of(text: str, part: str) -> int:
    assert text.count(part) == 1, f"{part!r} stands {text.count(part)} times"
    return text[: text.index(part)].count("\n") + 1


def application(regulation: str = "small", **changes: object) -> Application:
    filed = {
        "regulation": regulation,
        "code": "P-1",
        "title": "项目",
        "kind": "new",
        "department": {"code": "d", "name": "局"},
        "unit": {"code": "u", "name": "中心"},
        "prepared_by": "somebody",
        "funding": "municipal",
        "investment": "1000.00",
        "starts_on": "2026-05-06",
        "ends_on": "2026-12-31",
        "summary": "项目",
    }
    return Application.model_validate(filed | changes)


def plan(law: Regulation, on: date = DAY) -> Plan:
    return resolve(law, application(law.id), on, OFFICERS)


def columns(drawn: Plan) -> dict[str, FormField]:
    rows = next(field for field in drawn.form("catalog").fields if field.id == "rows")
    return {cell.id: cell for cell in rows.fields}


# ---------------------------------------------------------------- what is lent


def test_the_checks_of_each_moment_are_added_to_the_gates_of_that_moment(tmp_path: Path) -> None:
    drawn = plan(loaded(tmp_path))
    assert drawn.gate("panel").checks == ("JY-18", "JY-23", "NA-77", "NA-82", "NA-88")
    assert drawn.gate("intake").checks == ()
    assert [check.id for check in drawn.checks] == ["JY-18", "JY-23", "NA-77", "NA-82", "NA-88"]


def test_forms_and_documents_are_demanded_at_the_gate_as_well(tmp_path: Path) -> None:
    intake = plan(loaded(tmp_path)).gate("intake")
    assert [document.kind for document in intake.documents] == ["plan", "sharing_plan"]
    assert intake.forms == ("filing",)


def test_what_the_lent_checks_name_comes_with_them_and_what_they_do_not_name_stays_away(tmp_path: Path) -> None:
    law = loaded(tmp_path)
    assert list(law.features) == ["room", "network"]
    assert list(law.events) == ["found_wanting"]
    assert list(law.values) == ["switch", "alike", "close"]
    assert "NA-91" not in law.checks


def test_what_the_scope_of_a_lent_form_names_comes_with_it_and_so_do_a_capability_and_its_operators(
    tmp_path: Path,
) -> None:
    wide = changed(
        WIDE_LAW,
        "    fields: [{id: name",
        "    applies_to: {categories: [big], features: [tower], events: [begun]}\n    fields: [{id: name",
    )
    wide = changed(wide, "features:\n  network", "features:\n  tower: {zh: 塔, en: tower}\n  network")
    wide = changed(wide, "values:\n", "  begun: {title: {zh: 开工, en: begun}, article: 第一条}\nvalues:\n")
    wide = changed(wide, "    features: [network, room]\n", "    features: [network]\n    capabilities: [政务网]\n")
    wide = changed(wide, "check: forbids_self_building", "check: requires_capability")
    wide += """\
categories:
  big: {title: {zh: 大项目, en: big}, article: 第一条}
  small: {title: {zh: 小项目, en: small}, article: 第一条}
organs:
  ministry: {title: {zh: 部, en: ministry}, article: 第一条}
  centre: {title: {zh: 中心, en: centre}, superior: ministry, article: 第一条}
capabilities:
  政务网: {type: 网, operator: {organ: centre}, article: 附件}
"""
    law = loaded(tmp_path, wide=wide)
    assert (list(law.categories), list(law.capabilities)) == (["big"], ["政务网"])
    assert sorted(law.features) == ["network", "room", "tower"]
    assert sorted(law.events) == ["begun", "found_wanting"]
    assert list(law.organs) == ["bureau", "panel", "centre", "ministry"]
    scope = plan(law).form("filing").applies_to
    assert scope is not None and scope.categories == ("big",)


def test_a_name_that_both_have_stays_what_it_is_in_the_narrower_one(tmp_path: Path) -> None:
    wide = changed(WIDE_LAW, "{value: close}", "{value: alike}")
    law = loaded(tmp_path, wide=wide)
    assert law.features["room"].zh == "机房"
    assert [version.value for version in law.values["alike"]] == [90]


def test_one_gate_may_stand_for_several_moments_and_a_moment_for_several_gates(tmp_path: Path) -> None:
    narrow = changed(NARROW_LAW, "coordination: [panel]", "coordination: [intake, panel], acceptance: panel")
    drawn = plan(loaded(tmp_path, narrow))
    assert drawn.gate("intake").checks == ("NA-77", "NA-82", "NA-88")
    assert drawn.gate("panel").checks == ("JY-18", "JY-23", "NA-77", "NA-82", "NA-88", "NA-91")


def test_columns_are_added_to_each_row_of_the_catalog_form_unless_it_has_a_cell_of_that_id(tmp_path: Path) -> None:
    cells = columns(plan(loaded(tmp_path)))
    assert list(cells) == ["name", "sharing", "basis"]
    assert cells["name"].title.zh == "名称"
    assert (cells["basis"].rule, cells["basis"].kind) == ("NA-74", "text")


def test_a_lent_check_exempts_classified_projects_where_its_own_regulation_does(tmp_path: Path) -> None:
    assert [c.id for c in plan(loaded(tmp_path)).checks if c.exempts_classified] == ["NA-77"]
    own = changed(NARROW_LAW, "gates:\n  intake", "classified: {article: 第五条, checks: [JY-18]}\ngates:\n  intake")
    assert [c.id for c in plan(loaded(tmp_path, own)).checks if c.exempts_classified] == ["JY-18", "NA-77"]


def test_what_lies_over_the_wider_regulation_is_not_handed_on(tmp_path: Path) -> None:
    widest = WIDE_LAW.replace("id: wide", "id: widest").replace("NA-77", "JX-37").replace("NA-82", "JX-41")
    widest = widest.replace("NA-88", "JX-13").replace("NA-91", "JX-14")
    written_small(tmp_path, widest, "widest.yaml")
    wide = NARROW_LAW.replace("id: small", "id: wide").replace("regulation: wide", "regulation: widest")
    lending = wide.replace("JY-18", "NA-77").replace("JY-23", "NA-82")
    lending += "overlay: {at: {coordination: {checks: [NA-77]}}}\n"
    law = loaded(tmp_path, wide=lending)
    assert plan(law).gate("panel").checks == ("JY-18", "JY-23", "NA-77")
    assert plan(load(tmp_path / "wide.yaml")).gate("panel").checks == ("NA-77", "NA-82", "JX-37", "JX-41", "JX-13")


def test_two_wider_regulations_may_lie_over_one(tmp_path: Path) -> None:
    other = WIDE_LAW.replace("id: wide", "id: other").replace("NA-77", "JX-37").replace("NA-82", "JX-41")
    written_small(tmp_path, other.replace("NA-88", "JX-13").replace("NA-91", "JX-14"), "other.yaml")
    both = changed(
        NARROW_LAW,
        "gates:\n  intake",
        "  - {regulation: other, gates: {coordination: panel}, switch: switch, default: A38}\ngates:\n  intake",
    )
    drawn = plan(loaded(tmp_path, both))
    assert drawn.gate("panel").checks == ("JY-18", "JY-23", "NA-77", "NA-82", "NA-88", "JX-37", "JX-41", "JX-13")


# ---------------------------------------------------------------- whence it is


def test_what_is_lent_cites_the_instrument_that_it_is_from(tmp_path: Path) -> None:
    law = loaded(tmp_path)
    drawn = plan(law)
    assert drawn.check("NA-77").citation == Citation(rule="NA-77", instrument="大办法", article="第十一条")
    assert drawn.check("NA-82").citation.instrument == "大方案"
    assert drawn.check("JY-18").citation.instrument == "小办法"
    assert drawn.form("filing").citation.instrument == "大方案"
    assert [further.instrument for further in drawn.form("filing").also] == ["大办法"]
    assert [event.citation.instrument for event in drawn.events] == ["大办法"]
    assert law.instruments == {"base": "小办法", "wide.base": "大办法", "wide.plan": "大方案"}


def test_the_catalog_form_says_where_a_lent_column_is_from(tmp_path: Path) -> None:
    form = plan(loaded(tmp_path)).form("catalog")
    assert form.citation.instrument == "小办法"
    assert form.also == (Citation(rule="NA-74", instrument="大办法", article="第十条"),)


def test_the_regulation_that_results_is_consistent_by_itself(tmp_path: Path) -> None:
    assert inconsistencies(loaded(tmp_path), REGISTER) == []


# ---------------------------------------------------------------- the stricter rule wins


def test_where_both_forbid_a_thing_each_finds_it_so_the_stricter_one_wins(tmp_path: Path) -> None:
    drawn = plan(loaded(tmp_path))
    room = Feature.model_validate({"kind": "room", "name": "机房", "approach": "self_built"})
    filed = application(features=(room,))
    question = checks.question(drawn.gate("panel"), drawn, filed)
    assert question is None
    found = checks.run(drawn.gate("panel"), drawn, filed, None, checks.OnFile(DAY))
    assert [(finding.rule, finding.citation.instrument) for finding in found] == [
        ("JY-18", "小办法"),
        ("NA-77", "大办法"),
    ]


# ---------------------------------------------------------------- the switch


def test_switched_off_nothing_is_lent(tmp_path: Path) -> None:
    off = loaded(tmp_path, changed(NARROW_LAW, "value: on,", "value: off,"))
    assert lying_over(off) == ()
    assert plan(off).gate("panel").checks == ("JY-18", "JY-23")
    assert list(columns(plan(off))) == ["name", "sharing"]
    assert (list(off.features), off.instruments) == (["room"], {"base": "小办法"})


def test_a_switch_that_changes_with_a_day_lends_from_that_day(tmp_path: Path) -> None:
    turned = """\
  switch:
    - {title: {zh: 开关, en: switch}, value: off, until: 2026-02-28, default: A38}
    - {title: {zh: 开关, en: switch}, value: on, from: 2026-03-01, default: A38}
"""
    law = loaded(
        tmp_path, changed(NARROW_LAW, "  switch: {title: {zh: 开关, en: switch}, value: on, default: A38}\n", turned)
    )
    before, after = plan(law, date(2026, 2, 28)), plan(law, date(2026, 3, 1))
    assert (before.gate("panel").checks, list(columns(before))) == (("JY-18", "JY-23"), ["name", "sharing"])
    assert after.gate("panel").checks == ("JY-18", "JY-23", "NA-77", "NA-82", "NA-88")
    assert list(columns(after)) == ["name", "sharing", "basis"]


def test_a_wider_regulation_lends_on_the_days_of_its_own_validity_only(tmp_path: Path) -> None:
    wide = changed(WIDE_LAW, "from: 2016-09-05, article", "from: 2026-03-02, until: 2026-06-30, article")
    law = loaded(tmp_path, wide=wide)
    lent = {day: "NA-77" in plan(law, day).gate("panel").checks for day in _days("03-01", "03-02", "06-30", "07-01")}
    assert list(lent.values()) == [False, True, True, False]
    assert [(version.from_, version.until) for version in law.checks["NA-77"]] == [
        (date(2026, 3, 2), date(2026, 6, 30))
    ]
    shown = {day: "basis" in columns(plan(law, day)) for day in lent}
    assert shown == lent


def test_a_lent_entry_keeps_its_own_days_and_an_overlay_may_have_some_too(tmp_path: Path) -> None:
    wide = changed(WIDE_LAW, "    rule: NA-77\n", "    rule: NA-77\n    until: 2026-06-30\n")
    narrow = changed(NARROW_LAW, "switch: switch, default: A38}", "switch: switch, from: 2026-03-02, default: A38}")
    law = loaded(tmp_path, narrow, wide)
    lent = ["NA-77" in plan(law, day).gate("panel").checks for day in _days("03-01", "03-02", "06-30", "07-01")]
    assert lent == [False, True, True, False]


def _days(*days: str) -> list[date]:
    return [date.fromisoformat(f"2026-{day}") for day in days]


# ---------------------------------------------------------------- what prevails


def test_a_rule_over_which_the_narrower_one_prevails_is_left_out_and_shown(tmp_path: Path) -> None:
    narrow = NARROW_LAW + "prevails:\n  NA-77: {by: JY-18, default: A36}\n  NA-74: {by: JY-52, article: 附件3}\n"
    drawn = plan(loaded(tmp_path, narrow))
    assert drawn.gate("panel").checks == ("JY-18", "JY-23", "NA-82", "NA-88")
    assert list(columns(drawn)) == ["name", "sharing"]
    assert [(o.rule, o.by) for o in drawn.overruled] == [("NA-77", "JY-18"), ("NA-74", "JY-52")]
    own = Citation(instrument="小办法", article="附件3")
    assert drawn.overruled[1] == Overruled(rule="NA-74", by="JY-52", citation=own)


def test_prevailing_over_a_rule_that_nobody_lends_changes_nothing(tmp_path: Path) -> None:
    drawn = plan(loaded(tmp_path, NARROW_LAW + "prevails:\n  NA-84: {by: JY-43, default: A36}\n"))
    assert drawn.overruled == ()
    assert drawn.gate("panel").checks == ("JY-18", "JY-23", "NA-77", "NA-82", "NA-88")


def test_a_rule_of_a_regulation_that_does_not_lie_over_it_prevails_over_nothing(tmp_path: Path) -> None:
    drawn = plan(loaded(tmp_path, NARROW_LAW + "prevails:\n  NA-77: {by: JX-15, default: A36}\n"))
    assert drawn.overruled == ()
    assert "NA-77" in drawn.gate("panel").checks


# ---------------------------------------------------------------- the version


def test_the_version_is_the_digest_of_the_text_and_of_the_texts_that_lie_over_it(tmp_path: Path) -> None:
    assert loaded(tmp_path).version == hashlib.sha256((NARROW_LAW + WIDE_LAW).encode()).hexdigest()


def test_a_change_of_the_wider_text_changes_the_version_only_while_it_lies_over(tmp_path: Path) -> None:
    off = changed(NARROW_LAW, "value: on,", "value: off,")
    assert loaded(tmp_path).version != loaded(tmp_path, wide=WIDE_LAW + "# a remark\n").version
    assert loaded(tmp_path, off).version == loaded(tmp_path, off, WIDE_LAW + "# a remark\n").version
    assert loaded(tmp_path, off).version == hashlib.sha256(off.encode()).hexdigest()


# ---------------------------------------------------------------- a regulation that only lies over others


def test_a_regulation_without_routes_is_whole_and_nothing_is_filed_under_it(tmp_path: Path) -> None:
    written(tmp_path)
    known = library(tmp_path)
    assert {name: law.is_for_filing for name, law in known.items()} == {"small": True, "wide": False}
    with pytest.raises(NotAdmitted, match="nothing is filed under it"):
        resolve(known["wide"], application("wide"), DAY, OFFICERS)


def test_without_routes_and_without_anything_to_lend_it_is_refused(tmp_path: Path) -> None:
    bare = WIDE_LAW[: WIDE_LAW.index("features:\n")]
    problem = refusal(tmp_path, bare)
    assert (problem.key, problem.reason) == ("routes", "no route is in force on this day")


# ---------------------------------------------------------------- what is wrong


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
