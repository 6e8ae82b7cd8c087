"""Which rates can be defined."""

import pytest
from pydantic import ValidationError

from models.base import Text
from models.rates import PARTS, RateCount, RateDefinition


@pytest.mark.parametrize("numerator", RateCount)
@pytest.mark.parametrize("denominator", RateCount)
def test_a_rate_is_the_share_of_a_part_in_its_whole(numerator: RateCount, denominator: RateCount) -> None:
    values = {
        "id": "rate",
        "title": Text(zh="指标", en="rate"),
        "numerator": numerator,
        "denominator": denominator,
    }
    if denominator in PARTS.get(numerator, ()):
        assert RateDefinition.model_validate(values).denominator is denominator
    else:
        with pytest.raises(ValidationError, match="is a part of"):
            RateDefinition.model_validate(values)
