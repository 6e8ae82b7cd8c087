"""What holds the parts together, and what must never creep into the deterministic ones."""

import ast
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio import activity, workflow
from temporalio.testing import WorkflowEnvironment

import worker
from activities import ports
from models.plan import StageName
from regulations.files import library
from runtime.settings import Settings
from workflows import names
from workflows.types import PROCEDURES, STAGES, WORKFLOWS

ROOT = Path(__file__).parents[1]
WORKFLOW_FILES = sorted((ROOT / "workflows").rglob("*.py"))

IMPORT_BUDGET = 54
"""Modules that a run of any workflow type may import anew: each run pays for every one of them, in time and memory."""

HEAVY = {"sqlmodel", "sqlalchemy", "httpx", "structlog", "fastapi", "yaml", "holidays", "chinese_calendar", "alembic"}


def declared() -> dict[str, str]:
    """Every method of every port, by the name of its activity."""
    return {
        activity._Definition.must_from_callable(method).name or "": f"{port.__name__}.{name}"
        for _, port in inspect.getmembers(ports, inspect.isclass)
        if port.__module__ == ports.__name__
        for name, method in inspect.getmembers(port, inspect.isfunction)
        if getattr(method, "__isabstractmethod__", False)
    }


def test_every_stage_of_a_plan_is_a_workflow_type() -> None:
    """A stage without one would leave its project for ever at the border."""
    types = [workflow._Definition.must_from_class(stage).name for stage in STAGES]
    assert types == [name.value for name in StageName]


def test_workflow_types_are_registered_once_each() -> None:
    types = [workflow._Definition.must_from_class(registered).name for registered in WORKFLOWS]
    assert len(types) == len(set(types)) == len(STAGES) + len(PROCEDURES)


async def test_every_method_of_a_port_is_registered_under_the_name_that_the_port_gives_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/tongchou.db")
    server = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(Path(sys.executable).parent / "temporal-test-server")
    )
    async with server, worker.build_worker(server.client, settings) as built:
        registered = built.config(active_config=False)["activities"]
    found = {activity._Definition.must_from_callable(method).name for method in registered}
    assert found == set(declared())


def test_every_port_declares_at_least_one_activity_and_no_name_twice() -> None:
    methods = list(declared().values())
    assert {method.partition(".")[0] for method in methods} == {
        name for name, port in inspect.getmembers(ports, inspect.isclass) if port.__module__ == ports.__name__
    }
    assert len(methods) == len(set(methods))


# ---------------------------------------------------------------- what a run imports


def test_a_workflow_run_imports_our_own_modules_anew_and_nothing_that_is_heavy() -> None:
    """Imported as the sandbox does it for each run, in a process that has everything else already."""
    answer = subprocess.run([sys.executable, "-c", MEASURE], cwd=ROOT, capture_output=True, text=True, check=True)
    measured = json.loads(answer.stdout)
    assert HEAVY & {module.partition(".")[0] for module in measured["shared"]} == set()
    for name, modules in measured["anew"].items():
        assert {module.partition(".")[0] for module in modules} - {"__main__"} <= {"workflows", "regulations"}, name
        assert len(modules) <= IMPORT_BUDGET, (name, modules)


MEASURE = """
import importlib, json, sys, types
from workflows.types import WORKFLOWS
from runtime.sandbox import workflow_runner
from temporalio.worker.workflow_sandbox._importer import Importer, RestrictionContext

anew, shared = {}, set()
for registered in WORKFLOWS:
    importer = Importer(workflow_runner().restrictions, RestrictionContext())
    with importer.applied():
        importlib.import_module(registered.__module__)
    # What is shared but guarded stands there as a proxy.
    own = {name for name, module in importer.new_modules.items() if type(module) is types.ModuleType}
    anew[registered.__name__] = sorted(n for n in own if sys.modules.get(n) is not importer.new_modules[n])
    shared |= set(importer.new_modules) - set(anew[registered.__name__])
print(json.dumps({"anew": anew, "shared": sorted(shared)}))
"""


# ---------------------------------------------------------------- law is data


def test_no_regime_is_named_in_a_workflow() -> None:
    places = {"江阴", "相城", "江西", "九江", "景德镇"}
    regimes = {"JY-", "JX-", "JJ-", "NA-", "XC-", "JDZ-", *places, *library(ROOT / "regulations")}
    named = [
        f"{file.relative_to(ROOT)}:{line}: {text}"
        for file in WORKFLOW_FILES
        for line, text in strings(file)
        if any(regime in text for regime in regimes)
    ]
    assert named == []


def strings(file: Path) -> Iterator[tuple[int, str]]:
    """The text that code works with: every string that is no docstring."""
    tree = ast.parse(file.read_text("utf-8"))
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.lineno, node.value


# ---------------------------------------------------------------- clear text


def test_search_attributes_hold_codes_moments_and_flags_only() -> None:
    """Temporal keeps them in clear: no name, no title, no opinion, no officer."""
    kinds = {key.name: key.indexed_value_type.name for key in names.SEARCH_ATTRIBUTES}
    assert kinds == {
        "ProjectCode": "KEYWORD",
        "Regulation": "KEYWORD",
        "Department": "KEYWORD",
        "Stage": "KEYWORD",
        "Gate": "KEYWORD",
        "State": "KEYWORD",
        "AwaitingOrgan": "KEYWORD_LIST",
        "DueAt": "DATETIME",
        "Overdue": "BOOL",
    }


@pytest.mark.parametrize("code", ["JY-2026-0001", "JY-2026-0001-R1"])
def test_a_workflow_id_says_what_it_is_and_is_read_back(code: str) -> None:
    assert names.parse_id(names.project_id(code)) == (names.PROJECT, code)
    assert names.parse_id(names.rectification_id(code)) == (names.RECTIFICATION, code)
    with pytest.raises(ValueError, match="workflow id"):
        names.parse_id(code)
