"""What each command does, in a sentence, out of the text of its module. To import forty modules for it takes seconds."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).with_name("commands")


def briefs(module: str) -> dict[str, str]:
    """The commands of a module of starter/commands/ with what they say of themselves; a group has one for all of its own."""
    tree = ast.parse((FOLDER / f"{module}.py").read_text(encoding="utf-8"))
    for node in tree.body:
        match node:
            case ast.Assign(
                targets=[ast.Name("app")],
                value=ast.Call(func=ast.Name("group"), args=[ast.Constant(name), ast.Constant(text)]),
            ):
                return {str(name): str(text)}
    return dict(_commands(tree))


def _commands(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                match decorator:
                    case ast.Call(func=ast.Name("command"), args=[ast.Name("app"), ast.Constant(name)]):
                        yield str(name), inspect.cleandoc(ast.get_docstring(node) or "")
