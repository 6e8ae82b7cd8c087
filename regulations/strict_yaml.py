"""YAML as data only: a key that stands twice and a day that does not exist are refused with their line, and `on` and
`no` are words. Every value knows its line.

What makes a small file a huge value or a long wait is refused before it is taken apart: the limits stand in `models.limits`.
With aliases nine lines can say a billion things, so what counts is what the file says with its aliases written out.
"""

import re
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, Final

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

from models.limits import DEPTH, LIBRARY_FILE_BYTES, NUMBER_CHARACTERS, PARTS, unfit_text

_BOOLEAN: Final = "tag:yaml.org,2002:bool"


class Unreasonable(yaml.MarkedYAMLError):
    """A file that nobody needs as it is: too large, too deep, or with characters that no text holds."""

    def __init__(self, problem: str, mark: Any = None) -> None:
        super().__init__(None, None, problem, mark)


class DuplicateKey(ConstructorError):
    """A mapping has the same key twice. `line` counts from 1."""

    def __init__(self, key: object, mark: yaml.Mark) -> None:
        super().__init__(None, None, f"the key {key!r} stands here for the second time", mark)
        self.key = key
        self.line = mark.line + 1


class _Strict(SafeConstructor):
    """The safe constructor without duplicate keys, and with days that exist."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        if not isinstance(node, yaml.MappingNode):
            raise ConstructorError(None, None, f"expected a mapping, but found a {node.id}", node.start_mark)
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise DuplicateKey(key, key_node.start_mark)
            if isinstance(key, Hashable):
                seen.add(key)
        return super().construct_mapping(node, deep=deep)


def _told(kind: str, construct: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The constructor of a kind of values; what it cannot make of a text is told with its line."""

    def constructed(loader: SafeConstructor, node: yaml.ScalarNode) -> Any:
        try:
            if len(node.value) > NUMBER_CHARACTERS:
                raise ValueError(f"longer than {NUMBER_CHARACTERS} characters")
            return construct(loader, node)
        # Where a tag says that any text is a number, PyYAML raises whatever comes of it.
        except (ValueError, KeyError, AttributeError) as error:
            reason = f"{str(node.value)[:80]!r} is not {kind}: {error}"
            raise ConstructorError(None, None, reason, node.start_mark) from error

    return constructed


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
    _kind.add_constructor("tag:yaml.org,2002:timestamp", _told("a date", SafeConstructor.construct_yaml_timestamp))
    _kind.add_constructor("tag:yaml.org,2002:int", _told("a number", SafeConstructor.construct_yaml_int))
    _kind.add_constructor("tag:yaml.org,2002:float", _told("a number", SafeConstructor.construct_yaml_float))
    _kind.add_constructor(_BOOLEAN, _told("true or false", SafeConstructor.construct_yaml_bool))
    _kind.add_implicit_resolver(_BOOLEAN, re.compile("^(?:true|false)$"), list("tf"))


def read(file: Path, most: int = LIBRARY_FILE_BYTES, *, with_aliases: bool = True) -> tuple[Any, yaml.Node | None]:
    """The file's data and its syntax tree, for `line_of`. A file may have `most` bytes.

    Raises DuplicateKey, Unreasonable, any other yaml.YAMLError, UnicodeDecodeError, OSError.
    """
    with file.open("rb") as opened:
        text = opened.read(most + 1)
    if len(text) > most:
        raise Unreasonable(f"must not be larger than {most} bytes (got {file.stat().st_size})")
    try:
        _require_reasonable(text, with_aliases)
        return _read(text, _FastLoader)
    except (DuplicateKey, Unreasonable):
        raise
    except (yaml.YAMLError, UnicodeDecodeError):
        # The other parser says more exactly where the fault is.
        return _read(text, _Loader)


class _Open:
    """A list or mapping that is being read: how many values are in it, itself included, and on how many levels below it."""

    __slots__ = ("anchor", "levels", "parts")

    def __init__(self, anchor: str | None) -> None:
        self.anchor, self.parts, self.levels = anchor, 1, 0

    def take(self, parts: int, levels: int) -> None:
        self.parts += parts
        self.levels = max(self.levels, levels + 1)


def _require_reasonable(text: bytes, with_aliases: bool) -> None:
    """Measure the file by its events, before there is a tree: the parser in C makes that by recursion, which ends the process
    where a file is deep enough."""
    known: dict[str, tuple[int, int]] = {}
    around = [_Open(None)]
    event: Any
    for event in yaml.parse(text, _FastLoader):
        parts, levels, anchor = 1, 0, getattr(event, "anchor", None)
        if isinstance(event, yaml.CollectionStartEvent):
            around.append(_Open(anchor))
            _require_small(around, 0, event)
            continue
        elif isinstance(event, yaml.CollectionEndEvent):
            ended = around.pop()
            parts, levels, anchor = ended.parts, ended.levels, ended.anchor
        elif isinstance(event, yaml.ScalarEvent):
            if fault := unfit_text(event.value):
                raise Unreasonable(fault.en, event.start_mark)
        elif isinstance(event, yaml.AliasEvent):
            _require_usable(event, around, with_aliases)
            # One that nothing stands for is left to the parser.
            parts, levels = known.get(str(anchor), (1, 0))
        else:
            continue
        if anchor is not None:
            known[anchor] = parts, levels
        around[-1].take(parts, levels)
        _require_small(around, levels, event)


def _require_usable(event: Any, around: list[_Open], with_aliases: bool) -> None:
    if not with_aliases:
        raise Unreasonable(f"must not use YAML aliases (got *{event.anchor[:80]})", event.start_mark)
    if any(event.anchor == one.anchor for one in around):
        raise Unreasonable(f"must not repeat what it stands in (got *{event.anchor[:80]})", event.start_mark)


def _require_small(around: list[_Open], levels: int, event: Any) -> None:
    if len(around) - 1 + levels > DEPTH:
        raise Unreasonable(f"must not be nested more than {DEPTH} levels deep", event.start_mark)
    if around[-1].parts > PARTS:
        raise Unreasonable(f"must not hold more than {PARTS} values, aliases written out", event.start_mark)


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
