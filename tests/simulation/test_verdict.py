"""Differences in words."""

from datetime import date

from simulation.verdict import differing, unmatched


def test_what_is_equal_or_not_expected_is_no_difference() -> None:
    assert list(differing("截止", date(2026, 3, 30), date(2026, 3, 30))) == []
    assert list(differing("截止", None, date(2026, 3, 30))) == []


def test_a_difference_names_what_was_expected_and_what_came() -> None:
    (told,) = differing("截止", date(2026, 3, 30), date(2026, 3, 31))
    assert told == "截止：应为 2026-03-30，实为 2026-03-31 / expected 2026-03-30, got 2026-03-31"


def test_a_check_alone_names_each_of_its_findings() -> None:
    assert list(unmatched("问题", ["JY-18"], ["JY-18 机房", "JY-18 专网"])) == []


def test_a_check_does_not_name_another_that_begins_alike() -> None:
    assert len(list(unmatched("问题", ["JY-24"], ["JY-24.base_map 图层"]))) == 2


def test_what_is_missing_and_what_was_not_expected_are_both_told() -> None:
    told = list(unmatched("问题", ["JY-18 机房"], ["JY-22 用户"]))
    assert ["缺少 JY-18 机房" in told[0], "多出 JY-22 用户" in told[1]] == [True, True]
