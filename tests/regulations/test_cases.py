"""Every worked case of regulations/cases, each a test of its own; and that together they touch all of the law.

The lives are played in processes of a pool beside the tests.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from benchmarks.counts import budgets
from models.plan import Plan
from regulations.resolve import NotAdmitted
from regulations.strict_yaml import read
from simulation.case import CaseFile, ProcedureCase
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

PATIENCE_SECONDS = 300.0
"""How long the judgement of another worker of this test run may take."""


@pytest.fixture(scope="session")
def verdict_of(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VerdictOf]:
    """The verdict on a case by its id. Several workers judge a case at a time each, and every case once in all."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = tmp_path_factory.getbasetemp().parent / "verdicts"
        folder.mkdir(exist_ok=True)
        with Runner(jobs=1) as runner:
            yield lambda case_id: _shared(case_id, runner, folder)
    else:
        yield from _ahead(request)


def _ahead(request: pytest.FixtureRequest) -> Iterator[VerdictOf]:
    """In a lone process: what the selected tests ask for is judged ahead, two at a time."""
    selected = {item.callspec.params.get("case_id") for item in request.session.items if hasattr(item, "callspec")}
    with Runner() as runner:
        futures = {key: runner.submit(*CASES[key]) for key in CASES if key in selected}

        def verdict(case_id: str) -> Verdict:
            if case_id not in futures:
                futures[case_id] = runner.submit(*CASES[case_id])
            return futures[case_id].result()

        yield verdict


def _shared(case_id: str, runner: Runner, folder: Path) -> Verdict:
    """Whoever makes the mark first judges; everybody else reads what came of it."""
    kept = folder / f"{sha256(case_id.encode()).hexdigest()}.json"
    try:
        kept.with_suffix(".mark").touch(exist_ok=False)
    except FileExistsError:
        return _of_another(case_id, kept)
    try:
        verdict = runner.submit(*CASES[case_id]).result()
    except BaseException:
        # Nobody is to wait for a verdict that does not come.
        kept.with_suffix(".mark").unlink()
        raise
    kept.with_suffix(".part").write_text(verdict.model_dump_json(), encoding="utf-8")
    kept.with_suffix(".part").replace(kept)
    return verdict


def _of_another(case_id: str, kept: Path) -> Verdict:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not kept.exists():
        assert time.monotonic() < deadline, f"the worker that judges the case does not end it: {case_id}"
        assert kept.with_suffix(".mark").exists(), f"the worker that judged the case failed in it: {case_id}"
        time.sleep(0.05)
    return Verdict.model_validate_json(kept.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case_id", CASES)
def test_the_case_holds(case_id: str, verdict_of: VerdictOf) -> None:
    assert list(verdict_of(case_id).differences) == []


@pytest.mark.parametrize("regulation", REGULATIONS)
def test_whatever_the_law_of_any_case_can_bring_has_a_case_that_passes_and_one_that_does_not(
    regulation: str, verdict_of: VerdictOf, tmp_path: Path
) -> None:
    exercised = {
        (exercise.part, exercise.id, exercise.passed)
        for case_id, (of, _) in CASES.items()
        if of == regulation
        for exercise in verdict_of(case_id).exercised
    }
    parts = {part for plan in _plans(regulation, tmp_path) for part in demanded(plan)}
    untouched = sorted(
        (*part, passed) for part in parts for passed in (True, False) if (*part, passed) not in exercised
    )
    assert untouched == []


@pytest.mark.parametrize("regulation", REGULATIONS)
def test_a_project_in_order_takes_no_more_of_temporal_than_its_budget(regulation: str, verdict_of: VerdictOf) -> None:
    budget = budgets()[regulation]
    counts = verdict_of(f"{budget.file}: {budget.case}").counts
    assert counts
    assert budget.exceeded(counts) == [], "benchmarks/budgets.yaml says how to move a budget"


def _plans(regulation: str, folder: Path) -> Iterator[Plan]:
    """The plans of all projects that are admitted: every route, every period, every reading of a value."""
    projects = [c for of, c in CASES.values() if of == regulation and not isinstance(c, ProcedureCase)]
    for case in projects:
        application, _ = application_of(regulation, case)
        with suppress(NotAdmitted):
            yield plan_of(regulation, case, application, folder)


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
