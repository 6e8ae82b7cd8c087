"""Checks of what was reported: events that must have happened, that must not, and figures against a threshold."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from models.check import Check, ForbidsEvent, MeetsThreshold, RequiresEvent, ThresholdStep
from models.messages import EventReport
from regulations import checks
from tests.regulations.plans import TODAY, application, only_gate, plan, rule

LISTED = RequiresEvent(**rule("JX-41"), event="system_listed")
NO_BREACH = ForbidsEvent(**rule("NA-25"), event="unapproved_change", cleared_by="change_settled")
RATES = MeetsThreshold(
    **rule("JJ-01"),
    event="kpi_measured",
    fields=("mount_rate",),
    at_least=(
        ThresholdStep(since=date(2023, 12, 31), value=Decimal("0.90")),
        ThresholdStep(since=date(2025, 12, 31), value=Decimal("0.95")),
    ),
)


def report(event: str, **data: Any) -> EventReport:
    return EventReport(event_id=f"e-{event}", event=event, occurred_on=TODAY, reported_by="system", data=data)


def found(check: Check, *events: EventReport, on: date = TODAY) -> list[str]:
    of = plan(check)
    on_file = checks.OnFile(on=on, events=events)
    return [finding.subject for finding in checks.run(only_gate(of), of, application(), None, on_file)]


def test_a_fact_that_nobody_reported_is_missing() -> None:
    assert found(LISTED) == found(LISTED, report("something_else")) == ["system_listed"]
    assert found(LISTED, report("system_listed")) == []


def test_what_stands_in_the_way_does_so_until_it_is_settled_afterwards() -> None:
    breach, settled = report("unapproved_change"), report("change_settled")
    assert found(NO_BREACH) == []
    assert found(NO_BREACH, breach) == ["unapproved_change"]
    assert found(NO_BREACH, breach, settled) == []
    assert found(NO_BREACH, settled, breach) == found(NO_BREACH, breach, settled, breach) == ["unapproved_change"]


@pytest.mark.parametrize(
    ("on", "rate", "faults"),
    [
        (date(2023, 12, 30), "0.10", []),
        (date(2023, 12, 31), "0.90", []),
        (date(2023, 12, 31), "0.8999999999", ["mount_rate"]),
        (date(2025, 12, 30), "0.90", []),
        (date(2025, 12, 31), "0.90", ["mount_rate"]),
        (date(2025, 12, 31), "0.95", []),
    ],
)
def test_a_rate_is_held_against_the_threshold_of_the_day_unrounded_and_inclusive(
    on: date, rate: str, faults: list[str]
) -> None:
    assert found(RATES, report("kpi_measured", mount_rate=rate), on=on) == faults


def test_the_last_measurement_counts_and_none_is_a_fault_once_there_is_a_threshold() -> None:
    low, high = report("kpi_measured", mount_rate=0.5), report("kpi_measured", mount_rate=0.99)
    assert found(RATES, low, high) == []
    assert found(RATES, high, low) == found(RATES) == ["mount_rate"]
