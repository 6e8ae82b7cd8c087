"""A draw can be repeated by anybody, keeps its rate, and falls on key projects in any case."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from models.plan import Sampling
from regulations.sampling import draw
from tests.regulations.plans import CITATION


def sampling(rate: str) -> Sampling:
    return Sampling(rate=Decimal(rate), always_for=("key",), citation=CITATION)


@given(seed=st.text(max_size=40), subject=st.text(max_size=80))
def test_the_same_seed_and_subject_draw_the_same_number_below_one(seed: str, subject: str) -> None:
    first, again = (draw(sampling("0.3"), (), seed, subject) for _ in range(2))
    assert first == again
    assert 0 <= first.number < 1


def test_about_as_many_are_drawn_as_the_rate_says() -> None:
    drawn = sum(draw(sampling("0.3"), (), "seed", f"P{n}").is_drawn for n in range(5000))
    assert 1400 < drawn < 1600


def test_nobody_is_drawn_at_rate_zero_and_everybody_at_rate_one() -> None:
    assert not any(draw(sampling("0"), (), "seed", f"P{n}").is_drawn for n in range(100))
    assert all(draw(sampling("1"), (), "seed", f"P{n}").is_drawn for n in range(100))


def test_a_key_project_is_inspected_whatever_the_number() -> None:
    one = draw(sampling("0"), ("key", "other"), "seed", "P")
    assert one.always and one.is_drawn
