"""Every worked case of regulations/cases, each a test of its own; and that together they touch all of the law.

The lives are played in processes of a pool beside the tests: all that were selected begin at once.
"""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from models.plan import Plan
from regulations.strict_yaml import read
from simulation.case import CaseFile, ChecksCase
from simulation.case_file import application_of, case_files, load
from simulation.exercise import demanded
from simulation.law import plan_of
from simulation.runner import Runner
from simulation.verdict import Verdict

FILES = case_files()
CASES = {
    f"{file.stem}: {case.en or case.name}": (cases.regulation, case)
    for file, cases in ((file, load(file)) for file in FILES)
    for case in cases.cases
}
REGULATIONS = sorted({regulation for regulation, _ in CASES.values()})

VerdictOf = Callable[[str], Verdict]


@pytest.fixture(scope="session")
def verdict_of(request: pytest.FixtureRequest) -> Iterator[VerdictOf]:
    """The verdict on a case by its id. What the selected tests ask for is judged ahead, two at a time."""
    selected = {item.callspec.params.get("case_id") for item in request.session.items if hasattr(item, "callspec")}
    with Runner() as runner:
        futures = {key: runner.submit(*CASES[key]) for key in CASES if key in selected}

        def verdict(case_id: str) -> Verdict:
            if case_id not in futures:
                futures[case_id] = runner.submit(*CASES[case_id])
            return futures[case_id].result()

        yield verdict


@pytest.mark.parametrize("case_id", CASES)
def test_the_case_holds(case_id: str, verdict_of: VerdictOf) -> None:
    assert list(verdict_of(case_id).differences) == []


@pytest.mark.parametrize("regulation", REGULATIONS)
def test_every_gate_check_sanction_and_rung_has_a_case_that_passes_and_one_that_does_not(
    regulation: str, verdict_of: VerdictOf, tmp_path: Path
) -> None:
    exercised = {
        (exercise.part, exercise.id, exercise.passed)
        for case_id, (of, _) in CASES.items()
        if of == regulation
        for exercise in verdict_of(case_id).exercised
    }
    parts = {part for base in ("project", "filing") for part in demanded(_plan(regulation, base, tmp_path))}
    untouched = sorted(
        (*part, passed) for part in parts for passed in (True, False) if (*part, passed) not in exercised
    )
    assert untouched == []


def _plan(regulation: str, base: str, folder: Path) -> Plan:
    case = ChecksCase.model_validate(
        {"name": base, "judge": "checks", "filed_on": "2026-03-02", "base": base, "gate": "admission", "expect": {}}
    )
    application, _ = application_of(regulation, case)
    return plan_of(regulation, case, application, folder)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_schema_that_a_lawyer_writes_by_accepts_the_file(file: Path) -> None:
    jsonschema.validate(_as_json(read(file)[0]), CaseFile.model_json_schema())


def test_every_case_has_its_sentence_in_english_too() -> None:
    assert [case.name for _, case in CASES.values() if not case.en] == []


def _as_json(value: Any) -> Any:
    """YAML has days and keys that are days; JSON has texts."""
    if isinstance(value, dict):
        return {str(key): _as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    return str(value) if isinstance(value, date) else value
