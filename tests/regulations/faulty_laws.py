"""The small law with one fault each that no project may ever meet: what was changed, and where the fault must be told."""

from typing import NamedTuple

from tests.regulations.small_law import SMALL_LAW, spoiled

ORDER = "      - {name: Application, gates: [intake]}\n      - {name: TechnicalCoordination, gates: [panel]}\n"
OPENING = "opening: {on: review, since: never_declared, title: {zh: 等, en: wait}, article: 第六条}"
CHANGE = (
    "changes:\n  big: {stages: [Application], major: true, returns_to: {stage: %s}, rule: JY-18, article: 第六条}\n"
)


class Faulty(NamedTuple):
    text: str
    at: str
    """The text of the line that is named: the first line that begins so."""
    key: str
    reason: str


FAULTY = {
    "a wrong citation": Faulty(
        spoiled("rule: JY-18\n", "rule: JY-99\n"), "    rule: JY-99", "checks.JY-18.0.rule", "no such rule"
    ),
    "a default for no gap": Faulty(
        spoiled("default: A50", "default: A99"), "  alike:", "values.alike.0.default", "no such gap"
    ),
    "an unreachable gate": Faulty(
        spoiled("      - {name: TechnicalCoordination, gates: [panel]}\n", ""),
        "  panel:\n    title: {zh: 审议",
        "gates.panel",
        "unreachable",
    ),
    "a deadline without unit": Faulty(
        spoiled("{unit: working_days, amount: 15,", "{amount: 15,"),
        "    - {amount: 15,",
        "terms.review.1.unit",
        "Field required",
    ),
    "a deadline without amount": Faulty(
        spoiled("{unit: working_days, amount: 15,", "{unit: working_days,"),
        "    - {unit: working_days, from",
        "terms.review.1",
        "needs `amount`",
    ),
    "a stage that stands twice": Faulty(
        SMALL_LAW + "      - {name: Application, gates: [panel]}\n",
        "  standard:",
        "routes.standard",
        "this stage more than once",
    ),
    "a return that leads forwards": Faulty(
        spoiled("returns_to: {stage: Application}", "returns_to: {stage: TechnicalCoordination, gate: panel}"),
        "    returns_to: {stage: Tech",
        "gates.intake.0.returns_to",
        "leads forwards",
    ),
    "a change that leads forwards": Faulty(
        SMALL_LAW + CHANGE % "TechnicalCoordination", "  big:", "changes.big.0.returns_to", "leads forwards"
    ),
    "an opening that counts from what nothing declares": Faulty(
        spoiled("gates: [panel]}", "gates: [panel], " + OPENING + "}"),
        "      - {name: TechnicalCoordination",
        "routes.standard.0.stages.1.opening.since",
        "can never come",
    ),
    "a value that ends before it begins": Faulty(
        spoiled("value: 90, default", "value: 90, from: 2026-01-01, until: 2025-12-31, default"),
        "  alike:",
        "values.alike.0",
        "lies before",
    ),
}


def line_of(faulty: Faulty) -> int:
    """The line, from 1, that must be named."""
    assert faulty.at in faulty.text
    return faulty.text[: faulty.text.index(faulty.at)].count("\n") + 1
