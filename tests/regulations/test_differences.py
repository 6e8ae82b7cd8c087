"""What is in force on a day, in words and with its sources; and what differs between two regimes, or two days."""

from datetime import date
from pathlib import Path

import pytest

from models.base import Text
from regulations.differences import Difference, Sign, differences
from regulations.files import library, load
from regulations.inventory import Entry, Section, inventory
from regulations.plan_builder import LawInForce
from regulations.schema import Regulation
from tests.regulations.small_law import SMALL_LAW, spoiled, written

BEFORE, AFTER = date(2025, 12, 31), date(2026, 1, 1)
REGIMES = ("jiangyin", "xiangcheng", "national", "jiangxi", "jiujiang", "jingdezhen")


@pytest.fixture(scope="module")
def laws() -> dict[str, Regulation]:
    return library()


def small(folder: Path, text: str = SMALL_LAW, day: date = AFTER) -> LawInForce:
    return LawInForce(load(written(folder, text)), day)


def entries(law: LawInForce) -> dict[tuple[Section, str], Entry]:
    return {(entry.section, entry.key): entry for entry in inventory(law)}


def said(entry: Entry) -> dict[str, str]:
    return {trait.name.en: trait.says.en for trait in entry.traits}


def only(found: list[Difference]) -> Difference:
    (one,) = found
    return one


# ---------------------------------------------------------------- what is in force


def test_a_gate_says_who_decides_how_by_when_and_on_which_article(tmp_path: Path) -> None:
    gate = entries(small(tmp_path))[Section.GATE, "panel"]
    assert said(gate) == {
        "organs": "panel",
        "quorum": "majority",
        "term": "15 working days",
        "ladder": "overdue notice when due",
        "checks": "JY-18, JY-23",
        "returns to": "technical coordination, panel",
    }
    assert [str(citation) for citation in gate.citations] == ["《小办法》第六条"]


def test_a_check_says_its_strength_its_kind_and_its_arguments_with_the_values_put_in(tmp_path: Path) -> None:
    check = entries(small(tmp_path))[Section.CHECK, "JY-23"]
    assert said(check) == {
        "strength": "in principle",
        "kind": "forbids_duplicate_items",
        "features": "room",
        "category": "rooms",
        "similarity": "90",
    }
    assert check.citations[0].rule == "JY-23"


def test_the_stages_stand_in_their_order(tmp_path: Path) -> None:
    found = entries(small(tmp_path))
    assert said(found[Section.ROUTE, "standard"])["stages"] == "application → technical coordination"
    assert said(found[Section.STAGE, "standard/Application"]) == {"gates": "intake"}


def test_what_is_not_in_force_on_the_day_is_left_out(tmp_path: Path) -> None:
    assert said(entries(small(tmp_path, day=BEFORE))[Section.TERM, "review"]) == {"term": "20 working days"}
    assert said(entries(small(tmp_path, day=AFTER))[Section.TERM, "review"]) == {"term": "15 working days"}


@pytest.mark.parametrize("regime", REGIMES)
def test_every_entry_of_every_regime_has_its_source(laws: dict[str, Regulation], regime: str) -> None:
    found = inventory(LawInForce(laws[regime], date(2026, 3, 2)))
    assert {entry.section for entry in found} >= {
        Section.ROUTE,
        Section.STAGE,
        Section.GATE,
        Section.CHECK,
        Section.VALUE,
    }
    unsourced = [entry.key for entry in found if not entry.citations and entry.section is not Section.STAGE]
    assert unsourced == []
    assert len({(entry.section, entry.key) for entry in found}) == len(found)


def test_an_entry_that_a_wider_regulation_lends_says_which_one(laws: dict[str, Regulation]) -> None:
    found = entries(LawInForce(laws["jiangyin"], date(2026, 3, 2)))
    assert found[Section.CHECK, "NA-90"].lent_by == "national-sharing"
    assert found[Section.CHECK, "JY-18"].lent_by is None
    assert said(found[Section.OVERLAY, "national-sharing"])["switch"].endswith("national_sharing = on")


def test_an_expired_regulation_that_still_applies_says_so(laws: dict[str, Regulation]) -> None:
    law = LawInForce(laws["jingdezhen"], date(2026, 3, 2))
    assert law.warnings()
    assert said(entries(law)[Section.VALIDITY, "jingdezhen"])["warning"] == law.warnings()[0].en


# ---------------------------------------------------------------- what differs


def test_a_law_does_not_differ_from_itself(laws: dict[str, Regulation]) -> None:
    for regime in REGIMES:
        law = LawInForce(laws[regime], date(2026, 3, 2))
        assert differences(law, law) == []


def test_a_term_that_changed_differs_between_the_days_with_both_sources(tmp_path: Path) -> None:
    found = {(d.section, d.key): d for d in differences(small(tmp_path, day=BEFORE), small(tmp_path, day=AFTER))}
    assert set(found) == {(Section.TERM, "review"), (Section.GATE, "intake"), (Section.GATE, "panel")}
    term = found[Section.TERM, "review"]
    assert term.sign is Sign.CHANGED
    assert [(c.name.en, c.before and c.before.en, c.after and c.after.en) for c in term.changes] == [
        ("term", "20 working days", "15 working days")
    ]
    assert (term.sources_before[0].gap, term.sources_after[0].article) == ("A12", "第九条")


def test_another_article_is_a_difference_between_two_days_of_one_regime(tmp_path: Path) -> None:
    plan = "plan: {title: {zh: 方案, en: plan}, article: 第六条}"
    two = (
        "plan:\n"
        "    - {title: {zh: 方案, en: plan}, until: 2025-12-31, article: 第六条}\n"
        "    - {title: {zh: 方案, en: plan}, from: 2026-01-01, article: 第七条}"
    )
    text = spoiled(plan, two)
    found = [
        d for d in differences(small(tmp_path, text, BEFORE), small(tmp_path, text)) if d.section is Section.DOCUMENT
    ]
    document = only(found)
    assert (document.sign, document.changes) == (Sign.CHANGED, ())
    assert (document.sources_before[0].article, document.sources_after[0].article) == ("第六条", "第七条")


def test_what_only_one_side_has_is_added_or_removed(tmp_path: Path) -> None:
    other = SMALL_LAW.replace("id: small\n", "id: other\n") + (
        "categories:\n  key_project: {title: {zh: 重点项目, en: key project}, article: 第三条}\n"
    )
    first = small(tmp_path)
    second = LawInForce(load(written(tmp_path, other, "other.yaml")), AFTER)
    added = only(differences(first, second))
    assert (added.section, added.key, added.sign, added.title.en) == (
        Section.CATEGORY,
        "key_project",
        Sign.ADDED,
        "key project",
    )
    removed = only(differences(second, first))
    assert (removed.sign, removed.sources_before[0].article) == (Sign.REMOVED, "第三条")


def test_gates_in_another_order_are_a_difference_of_the_stage(tmp_path: Path) -> None:
    text = (
        SMALL_LAW.replace("id: small\n", "id: other\n")
        .replace(
            "      - {name: Application, gates: [intake]}\n      - {name: TechnicalCoordination, gates: [panel]}\n",
            "      - {name: Application, gates: [panel, intake]}\n",
        )
        .replace("{stage: TechnicalCoordination, gate: panel}", "{stage: Application, gate: panel}")
    )
    second = LawInForce(load(written(tmp_path, text, "other.yaml")), AFTER)
    found = {(d.section, d.key): d for d in differences(small(tmp_path), second)}
    assert found[Section.STAGE, "standard/TechnicalCoordination"].sign is Sign.REMOVED
    (gates,) = found[Section.STAGE, "standard/Application"].changes
    assert (gates.before, gates.after) == (Text(zh="受理", en="intake"), Text(zh="审议 → 受理", en="panel → intake"))
    (stages,) = found[Section.ROUTE, "standard"].changes
    assert (stages.name.en, stages.after and stages.after.en) == ("stages", "application")


def test_the_consequences_of_the_inspections_tell_xiangcheng_from_jiangyin(laws: dict[str, Regulation]) -> None:
    day = date(2026, 3, 2)
    found = {
        (d.section, d.key): d
        for d in differences(LawInForce(laws["jiangyin"], day), LawInForce(laws["xiangcheng"], day))
    }
    tender = found[Section.GATE, "tender_inspection"]
    assert tender.sign is Sign.ADDED
    assert any("notify finance" in trait.says.en for trait in tender.after)
    assert found[Section.CHECK, "JY-18"].sign is Sign.REMOVED
    assert (Section.CHECK, "NA-90") not in found  # lies over both


def test_jiangyin_did_not_change_between_two_days_of_2024(laws: dict[str, Regulation]) -> None:
    law = laws["jiangyin"]
    assert differences(LawInForce(law, date(2024, 1, 2)), LawInForce(law, date(2024, 12, 31))) == []
