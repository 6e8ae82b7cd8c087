"""What a service contract is settled by: its prices, its ceiling, what was used. Pure; all amounts are in yuan."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from models.base import Text, Value

_CENT: Final = Decimal("0.01")


class Settlement(Value):
    """结算: what a year's use comes to. `payable` is `used` within the ceiling, less what is deducted, and never below zero."""

    year: int
    used: Decimal
    ceiling: Decimal
    deducted: Decimal
    payable: Decimal

    def answers(self, contract: str) -> dict[str, Any]:
        """The settlement as the answers of the form `settlement`; exact amounts travel as text."""
        return {"id": f"{contract}/Y{self.year}", **self.model_dump(mode="json")}


class Terms(Value):
    """The terms in force in a year: what a service costs, by its name, and how much a year may cost at most."""

    prices: dict[str, Decimal]
    ceiling: Decimal

    @classmethod
    def of(cls, form: Mapping[str, Any]) -> "Terms":
        """The terms that the contract's form states. Which fields those are is said in the regulation's file."""
        prices = {row["service"]: _exact(row["unit_price"]) for row in form["services"]}
        return cls(prices=prices, ceiling=_exact(form["yearly_ceiling"]))

    def objection_to(self, usage: Mapping[str, Any]) -> Text | None:
        """Why a year's use cannot be settled by these terms: it names a service that the contract has not, or one twice."""
        services = [row["service"] for row in usage["usage"]]
        unknown = [service for service in services if service not in self.prices]
        if unknown:
            listed = "、".join(self.prices)
            return Text(
                zh=f"合同没有服务项目“{unknown[0]}”；合同所列：{listed}",
                en=f"usage: the contract has no service {unknown[0]!r}; it has: {listed}",
            )
        if twice := [service for service, count in Counter(services).items() if count > 1]:
            return Text(zh=f"“{twice[0]}”填报了两次", en=f"usage: {twice[0]!r} is stated twice")
        return None

    def settle(self, year: int, usage: Mapping[str, Any]) -> Settlement:
        """The year's settlement by actual use (JDZ-23) and by quality (JDZ-33). `usage` was admitted by `objection_to`."""
        used = sum((_exact(row["quantity"]) * self.prices[row["service"]] for row in usage["usage"]), Decimal(0))
        deducted = _exact(usage.get("deduction") or 0)
        payable = max(min(used, self.ceiling) - deducted, Decimal(0))
        return Settlement(
            year=year,
            used=_cents(used),
            ceiling=_cents(self.ceiling),
            deducted=_cents(deducted),
            payable=_cents(payable),
        )


class ContractYear(Value):
    """Where a contract stands, carried from year to year. `number` counts the years from the signing; the first is 1.

    The term that runs is over when `term_ends_after` years are: those of the first term, and one more with each renewal.
    """

    signed_at: datetime
    number: int
    term_ends_after: int
    terms: Terms
    settlements: tuple[Settlement, ...] = ()
    previous_run: str | None = None
    """The run of the year before, whose history is to be kept."""

    def following(self, form: Mapping[str, Any], run: str) -> "ContractYear":
        """The year that comes next, by the terms that stand in the form now."""
        return self.model_copy(update={"number": self.number + 1, "terms": Terms.of(form), "previous_run": run})


def listed_twice(form: Mapping[str, Any]) -> tuple[str, ...]:
    """The services that the contract's form lists more than once: their price would be ambiguous."""
    counted = Counter(row["service"] for row in form["services"])
    return tuple(f"服务项目“{service}”重复列出，请更正" for service, count in counted.items() if count > 1)


def _exact(number: Any) -> Decimal:
    """The number as it was written: a float as it reads, not as it is stored."""
    return Decimal(str(number).strip())


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
