"""docs/pains.md names tests. Each of them has to exist, or the table says what nobody shows."""

import ast
import re

from tests.workflows.installation import ROOT

TABLE = (ROOT / "docs/pains.md").read_text("utf-8")
ROWS = [line for line in TABLE.splitlines() if re.match(r"\| \d", line)]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_test_that_the_table_of_pains_names_exists_and_every_pain_names_one() -> None:
    assert [int(row.split("|")[1]) for row in ROWS] == list(range(1, 18))
    for row in ROWS:
        named = NAMED.findall(row)
        assert len(named) == row.count("::") > 0, row
        missing = [f"{file}::{name}" for file, name in named if name not in defined(file)]
        assert missing == []


def defined(file: str) -> set[str]:
    """The names that the module gives itself, by definition or assignment."""
    path = ROOT / file
    tree = ast.parse(path.read_text("utf-8")).body if path.exists() else []
    functions = {node.name for node in tree if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    assigned = {
        target.id for node in tree if isinstance(node, ast.Assign) for target in node.targets if hasattr(target, "id")
    }
    return functions | assigned
