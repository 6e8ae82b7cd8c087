"""What a project of the growth benchmark is asked: its application, its gates, and who decides or abstains there."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from models.application import Application, ApplicationFile, Material
from models.review import Decision, Verdict

EXAMPLE = Path(__file__).parents[2] / "examples" / "jiangyin" / "corrected.yaml"
BUREAU = "jy-data-bureau"
COMMITTEE = "jy-base-committee"
UNIT = "unit.head"
PLAN = Material(kind="project_plan", name="project_plan.pdf", sha256="0" * 64, size=100)
"""What has to be handed in before the first gate opens."""


@dataclass(frozen=True)
class Gate:
    """A gate with its officers. The first decides; each of the others may abstain, which leaves the review open."""

    place: str
    organ: str
    officers: tuple[str, ...]


GATES = (
    Gate("Application/admission", BUREAU, ("bureau.one", "bureau.two")),
    Gate("Application/forwarding", BUREAU, ("bureau.one", "bureau.two")),
    Gate("TechnicalCoordination/committee", COMMITTEE, ("member.a", "member.b", "member.c")),
)


@dataclass(frozen=True)
class Standing:
    """How far a project has come: its gate by number, who abstained there, how many decisions were sent in all."""

    gate: int = 0
    abstained: int = 0
    decisions: int = 0


def review_id(code: str, gate: Gate, round_: int = 1) -> str:
    """How the gate's review is addressed."""
    return f"{code}/{gate.place}/r{round_}"


def approval(code: str, standing: Standing) -> tuple[Decision, Standing]:
    """The decision that passes the project's gate, and where the project stands then."""
    after = Standing(gate=standing.gate + 1, decisions=standing.decisions + 1)
    return decision(code, GATES[standing.gate], standing.decisions, Verdict.APPROVE), after


def vote(code: str, standing: Standing) -> tuple[Decision, Standing]:
    """A vote that leaves the review open, as long as anybody is left for one; else the approval."""
    gate, abstained = GATES[standing.gate], standing.abstained + 1
    if abstained == len(gate.officers):
        return approval(code, standing)
    given = decision(code, gate, standing.decisions, Verdict.ABSTAIN, officer=gate.officers[abstained])
    return given, Standing(standing.gate, abstained, standing.decisions + 1)


def decision(
    code: str, gate: Gate, number: int, verdict: Verdict, *, officer: str | None = None, round_: int = 1
) -> Decision:
    """One decision in the gate's review; `number` tells the project's decisions apart."""
    return Decision(
        decision_id=f"{code}.{number}",
        review_id=review_id(code, gate, round_),
        organ=gate.organ,
        officer=officer or gate.officers[0],
        verdict=verdict,
        opinion="" if verdict is Verdict.APPROVE else "见附件",
    )


@cache
def _written() -> dict[str, Any]:
    written: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text("utf-8"))
    return written


def application(code: str) -> Application:
    """The example's application without faults, under another code, prepared by somebody whom the register knows."""
    return ApplicationFile.model_validate({**_written(), "code": code, "prepared_by": UNIT}).application()
