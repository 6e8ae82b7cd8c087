"""The bounds of a number in a form: fixed ones, and another number of the form that it stays within."""

from decimal import Decimal
from typing import Any

import pytest

from models.form import FieldKind, Form, FormField
from regulations import forms
from tests.regulations.plans import CITATION, text

REQUEST = Form(
    id="request",
    title=text("申请表"),
    citation=CITATION,
    fields=(
        FormField(id="total", title=text("总投资"), kind=FieldKind.NUMBER, required=False),
        FormField(
            id="amount",
            title=text("申请金额"),
            kind=FieldKind.NUMBER,
            at_least=Decimal("0.01"),
            at_most=Decimal(1000),
            within="total",
        ),
    ),
)


@pytest.mark.parametrize("amount", [0.01, "0.01", 99.9, "100.00", 100])
def test_a_number_may_lie_on_its_bounds(amount: Any) -> None:
    assert forms.faults(REQUEST, {"total": 100, "amount": amount}) == ()


@pytest.mark.parametrize(
    ("total", "amount", "words"),
    [
        (100, 0, "不得小于 0.01"),
        (100, "-5", "不得小于 0.01"),
        (5000, 1000.5, "不得大于 1000"),
        ("100", "100.01", "不得超过 total"),
        (0.3, "0.300001", "不得超过 total"),
    ],
)
def test_a_number_beyond_its_bounds_is_a_fault(total: Any, amount: Any, words: str) -> None:
    (fault,) = forms.faults(REQUEST, {"total": total, "amount": amount})
    assert words in fault.message.zh


@pytest.mark.parametrize("total", [None, ""])
def test_a_total_that_is_not_filled_in_bounds_nothing(total: Any) -> None:
    assert forms.faults(REQUEST, {"total": total, "amount": 500}) == ()


def test_a_total_that_is_no_number_is_the_only_fault() -> None:
    (fault,) = forms.faults(REQUEST, {"total": "很多", "amount": 500})
    assert fault.path.zh == "总投资"


def test_bounds_outlive_the_journey_as_json() -> None:
    assert Form.model_validate_json(REQUEST.model_dump_json()) == REQUEST
