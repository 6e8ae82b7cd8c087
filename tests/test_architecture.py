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


# ---------------------------------------------------------------- what the sandbox imports


@pytest.fixture(scope="module")
def sandboxed() -> dict[str, list[str]]:
    """What the sandbox of a process that has everything else already imports: its own copies, and what is shared."""
    answer = subprocess.run([sys.executable, "-c", MEASURE], cwd=ROOT, capture_output=True, text=True, check=True)
    measured: dict[str, list[str]] = json.loads(answer.stdout)
    return measured


def test_workflows_import_nothing_that_is_heavy_and_only_our_deterministic_modules_as_copies(
    sandboxed: dict[str, list[str]],
) -> None:
    assert HEAVY & {module.partition(".")[0] for module in sandboxed["shared"]} == set()
    assert {module.partition(".")[0] for module in sandboxed["own"]} - {"__main__"} == {"workflows", "regulations"}


def test_no_module_of_the_sandbox_has_a_state_that_one_run_could_leave_to_the_next(
    sandboxed: dict[str, list[str]],
) -> None:
    """All runs of a process meet the same copy of these modules."""
    modules = [module for module in sandboxed["own"] if module != "__main__"]
    assert "workflows.stage" in modules
    assert [(module, line) for module in modules for line in states(module)] == []


def states(module: str) -> Iterator[str]:
    """What could hold a state: a global that functions set, a remembered result, an empty container to be filled."""
    path = ROOT / module.replace(".", "/")
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    tree = ast.parse(source.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield ast.unparse(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (f"@{ast.unparse(d)} {node.name}" for d in node.decorator_list if "cache" in ast.unparse(d))
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            value = ast.unparse(node.value)
            yield from [ast.unparse(node)] if value in EMPTY or "defaultdict" in value else []


EMPTY = {"[]", "{}", "set()", "dict()", "list()"}

MEASURE = """
import importlib, json, sys, types
from workflows.types import WORKFLOWS
from runtime.sandbox import workflow_runner
from temporalio.worker.workflow_sandbox._importer import Importer, RestrictionContext

importer = Importer(workflow_runner().restrictions, RestrictionContext())
with importer.applied():
    for registered in WORKFLOWS:
        importlib.import_module(registered.__module__)
# What is shared but guarded stands there as a proxy.
copies = {name for name, module in importer.new_modules.items() if type(module) is types.ModuleType}
own = {name for name in copies if sys.modules.get(name) is not importer.new_modules[name]}
print(json.dumps({"own": sorted(own), "shared": sorted(set(importer.new_modules) - own)}))
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
