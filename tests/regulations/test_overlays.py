"""A wider regulation lies over a narrower one: it lends checks, forms, documents and columns, and the result is one law."""

import hashlib
from pathlib import Path

import pytest

from models.application import Feature
from models.citation import Citation
from regulations import checks
from regulations.consistency import inconsistencies
from regulations.files import library
from regulations.resolve import NotAdmitted, resolve
from tests.regulations.overlaid_law import (
    DAY,
    NARROW_LAW,
    OFFICERS,
    REGISTER,
    WIDE_LAW,
    application,
    catalog_columns,
    load,
    loaded,
    plan,
    written,
)
from tests.regulations.small_law import changed
from tests.regulations.small_law import written as written_small

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
    cells = catalog_columns(plan(loaded(tmp_path)))
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
