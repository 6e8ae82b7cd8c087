"""Every procedure beside the pipeline has what its users need: an example to copy, and cases that end well and badly."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from models.procedure import ProcedureApplicationFile
from models.project import ProjectOutcome
from regulations.procedure_files import load_laws
from regulations.procedure_plan import offered, resolve_procedure
from simulation.case import ProcedureCase
from simulation.case_file import case_files, load
from simulation.events import Event

EXAMPLES = Path(__file__).parents[2] / "examples" / "procedures"
LAWS = load_laws()
DAYS = {"jingdezhen": date(2021, 3, 1)}
"""A day on which the regulation is in force (others: today's law)."""

WELL = (ProjectOutcome.COMPLETED, ProjectOutcome.WITHDRAWN)
"""How a procedure ends well: what was granted for an open time ends when it is given back."""

DEFINED = sorted((regulation, procedure) for regulation, law in LAWS.items() for procedure in law.procedures.procedures)
"""Every procedure, with the regulation that defines it."""


def day(regulation: str) -> date:
    return DAYS.get(regulation, date(2026, 3, 2))


@cache
def cases() -> tuple[tuple[str, ProcedureCase], ...]:
    """Every case of a procedure, with the regulation under which it is applied for."""
    return tuple(_cases())


def _cases() -> Iterator[tuple[str, ProcedureCase]]:
    for file in case_files():
        written = load(file)
        yield from ((written.regulation, case) for case in written.cases if isinstance(case, ProcedureCase))


def cases_of(regulation: str, procedure: str) -> list[ProcedureCase]:
    """The cases that play this procedure as this regulation defines it, be it lent."""
    return [
        case
        for applied_under, case in cases()
        if case.procedure == procedure
        and (found := offered(LAWS, applied_under, case.filed_on.date()).get(procedure))
        and found.regulation.id == regulation
    ]


def goes_badly(case: ProcedureCase) -> bool:
    """Whether something in it is late or left waiting, refused, returned, incomplete or rejected."""
    expect = case.expect
    if expect.missing:
        return True
    late = any(step.overdue for step in expect.steps or ()) or bool(expect.overdue)
    ended = expect.outcome not in (None, ProjectOutcome.COMPLETED) or expect.refused is not None
    return late or ended or any(_is_bad(event) for event in case.events)


def _is_bad(event: Event) -> bool:
    # A reminder follows where no document sets a term (A14): then nothing is late, and somebody waits all the same.
    waits = event.silence_until is not None
    return waits or event.refused is not None or event.return_ is not None or event.reject is not None


@pytest.mark.parametrize(("regulation", "procedure"), DEFINED)
def test_it_has_a_case_that_ends_well_and_one_in_which_something_is_late_or_refused(
    regulation: str, procedure: str
) -> None:
    played = cases_of(regulation, procedure)
    assert any(case.expect.outcome in WELL for case in played), "none ends well"
    assert any(goes_badly(case) for case in played), "none goes badly"


@pytest.mark.parametrize("procedure", sorted({procedure for _, procedure in DEFINED}))
def test_it_has_an_example_to_copy(procedure: str) -> None:
    assert list(EXAMPLES.glob(f"*/{procedure}.yaml"))


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*/*.yaml")), ids=lambda f: f"{f.parent.name}/{f.stem}")
def test_the_example_is_admitted_under_its_regulation(file: Path) -> None:
    written = ProcedureApplicationFile.model_validate(yaml.safe_load(file.read_text("utf-8")))
    assert (written.regulation, written.procedure) == (file.parent.name, file.stem)
    plan, procedure = resolve_procedure(LAWS, written.application(), day(written.regulation), lambda organ: 2)
    assert procedure.id == written.procedure and plan.stages == ()
