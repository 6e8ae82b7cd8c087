"""What counts as the same name, how a match is scored, and that no limit is stricter than the score itself."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.catalog.names import grams, key, least_field, least_resource, lengths, score, similarity

NAMES = st.text(alphabet="姓名性别身份证号码居民信息表", min_size=1, max_size=12)
PERCENT = st.integers(min_value=0, max_value=100)
SIMILARITY = st.floats(min_value=0, max_value=100)


@pytest.mark.parametrize(
    "written", ["一网协同平台(政务OA)", "一网协同平台（政务ＯＡ）", " 一网协同平台 政务oa", "“一网协同”平台（政务OA）"]
)
def test_width_case_blanks_and_punctuation_do_not_distinguish_names(written: str) -> None:
    assert key(written) == "一网协同平台政务oa"


def test_a_name_of_two_characters_is_one_gram_and_one_of_one_character_its_own() -> None:
    assert grams("姓名") == {"姓名"}
    assert grams("姓") == {"姓"}
    assert grams("") == frozenset()
    assert grams("身份证号") == {"身份", "份证", "证号"}


def test_the_score_weighs_the_field_seven_to_three() -> None:
    assert score(100, 100) == 100
    assert score(100, 0) == 70
    assert score(0, 100) == 30
    assert score(100, 50) == 85


@example(field=100.0, resource=1.4375)  # a score that its rounding lifts
@given(SIMILARITY, SIMILARITY)
def test_a_pair_that_reaches_the_threshold_passes_both_limits(field: float, resource: float) -> None:
    reached = score(field, resource)
    assert field >= least_field(reached)
    assert resource >= least_resource(reached)


@given(st.floats(min_value=1, max_value=99))
def test_a_limit_gives_away_no_more_than_a_rounding_error(threshold: float) -> None:
    if (field := least_field(threshold)) > 0:
        assert score(field, 100) == pytest.approx(threshold, abs=1e-3)
    if (resource := least_resource(threshold)) > 0:
        assert score(100, resource) == pytest.approx(threshold, abs=1e-3)


@given(NAMES, NAMES, PERCENT)
def test_a_name_that_is_alike_enough_has_a_fitting_length(one: str, other: str, least: int) -> None:
    shortest, longest = lengths(one, least)
    if similarity(one, other) >= max(least, 1):
        assert shortest <= len(other) <= longest
