"""When a wider regulation lends: its switch, its own validity, the days of each entry, and what prevails over it."""

from datetime import date
from pathlib import Path

from models.citation import Citation
from models.plan import Overruled
from regulations.overlays import lying_over
from tests.regulations.overlaid_law import NARROW_LAW, WIDE_LAW, catalog_columns, loaded, plan
from tests.regulations.small_law import changed

# ---------------------------------------------------------------- the switch


def test_switched_off_nothing_is_lent(tmp_path: Path) -> None:
    off = loaded(tmp_path, changed(NARROW_LAW, "value: on,", "value: off,"))
    assert lying_over(off) == ()
    assert plan(off).gate("panel").checks == ("JY-18", "JY-23")
    assert list(catalog_columns(plan(off))) == ["name", "sharing"]
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
    assert (before.gate("panel").checks, list(catalog_columns(before))) == (("JY-18", "JY-23"), ["name", "sharing"])
    assert after.gate("panel").checks == ("JY-18", "JY-23", "NA-77", "NA-82", "NA-88")
    assert list(catalog_columns(after)) == ["name", "sharing", "basis"]


def test_a_wider_regulation_lends_on_the_days_of_its_own_validity_only(tmp_path: Path) -> None:
    wide = changed(WIDE_LAW, "from: 2016-09-05, article", "from: 2026-03-02, until: 2026-06-30, article")
    law = loaded(tmp_path, wide=wide)
    lent = {day: "NA-77" in plan(law, day).gate("panel").checks for day in _days("03-01", "03-02", "06-30", "07-01")}
    assert list(lent.values()) == [False, True, True, False]
    assert [(version.from_, version.until) for version in law.checks["NA-77"]] == [
        (date(2026, 3, 2), date(2026, 6, 30))
    ]
    shown = {day: "basis" in catalog_columns(plan(law, day)) for day in lent}
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
    assert list(catalog_columns(drawn)) == ["name", "sharing"]
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
