"""YAML as data only: a key that stands twice and a day that does not exist are refused with their line, and `on` and
`no` are words. Every value knows its line.
"""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

_BOOLEAN: Final = "tag:yaml.org,2002:bool"


class DuplicateKey(ConstructorError):
    """A mapping has the same key twice. `line` counts from 1."""

    def __init__(self, key: object, mark: yaml.Mark) -> None:
        super().__init__(None, None, f"the key {key!r} stands here for the second time", mark)
        self.key = key
        self.line = mark.line + 1


class _Strict(SafeConstructor):
    """The safe constructor without duplicate keys, and with days that exist."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise DuplicateKey(key, key_node.start_mark)
            if isinstance(key, Hashable):
                seen.add(key)
        return super().construct_mapping(node, deep=deep)

    def construct_day(self, node: yaml.ScalarNode) -> Any:
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError as error:
            raise ConstructorError(None, None, f"{node.value!r} is not a date: {error}", node.start_mark) from error


class _Loader(_Strict, yaml.SafeLoader):
    """Reads with the booleans of YAML 1.2."""


class _FastLoader(_Strict, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The same with the parser in C, where PyYAML was built with it: it takes a fraction of the time."""


_kind: Any
for _kind in (_Loader, _FastLoader):
    _kind.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOLEAN]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    _kind.add_constructor("tag:yaml.org,2002:timestamp", _kind.construct_day)
    _kind.add_implicit_resolver(_BOOLEAN, re.compile("^(?:true|false)$"), list("tf"))


def read(file: Path) -> tuple[Any, yaml.Node | None]:
    """The file's data and its syntax tree, for `line_of`. Raises DuplicateKey, yaml.YAMLError, OSError."""
    text = file.read_bytes()
    try:
        return _read(text, _FastLoader)
    except DuplicateKey:
        raise
    except (yaml.YAMLError, UnicodeDecodeError):
        # The other parser says more exactly where the fault is.
        return _read(text, _Loader)


def _read(text: bytes, kind: Any) -> tuple[Any, yaml.Node | None]:
    loader = kind(text)
    try:
        root = loader.get_single_node()
        return (loader.construct_document(root) if root is not None else None), root
    finally:
        loader.dispose()


def line_of(root: yaml.Node | None, path: tuple[str | int, ...]) -> int | None:
    """The line, from 1, of the value at the path, or of the innermost value that exists on the way to it.

    The index of a single entry that was written without its list is passed over.
    """
    node, line = root, None
    for part in path:
        found = _step(node, part)
        if found is None:
            break
        node, line = found
    return line


def _step(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        if isinstance(part, int):
            return node, node.start_mark.line + 1
        pairs = ((key, value) for key, value in node.value if key.value == part)
        return next(((value, key.start_mark.line + 1) for key, value in pairs), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark.line + 1
    return None
