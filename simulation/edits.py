"""Changes of a base application: what a case writes instead of repeating two hundred lines."""

import copy
from typing import Any

from pydantic import Field

from models.base import Input

NAMING_KEYS = ("kind", "id", "name", "resource", "capability")
"""The keys by which an entry of a list is addressed: features by their kind, collections by their resource …"""


class BadEdit(ValueError):
    """A path that leads nowhere. The message names the path and the part at which it ended."""


class Edit(Input):
    """Changes of an application, applied in this order: `remove`, `changes`, `add`.

    A path is dotted. A part of it is a key, the index of an entry (from 0), or the name of one: `features.iot_devices`,
    `forms.catalog_filing.resources.0.sharing`, `collects.停车场基本信息`.
    """

    remove: tuple[str, ...] = ()
    changes: dict[str, Any] = Field(default_factory=dict)
    """A path and its new value."""
    add: dict[str, tuple[Any, ...]] = Field(default_factory=dict)
    """The path of a list and the entries that are put at its end."""


def edited(base: dict[str, Any], edit: Edit) -> dict[str, Any]:
    """The base with the changes; the base itself stays as it is. Raises BadEdit for a path that leads nowhere."""
    data = copy.deepcopy(base)
    for path in edit.remove:
        holder, last = _holder(data, path)
        del holder[last]
    for path, value in edit.changes.items():
        holder, last = _holder(data, path, must_exist=False)
        holder[last] = value
    for path, entries in edit.add.items():
        holder, last = _holder(data, path, must_exist=False)
        held = holder.setdefault(last, []) if isinstance(holder, dict) else holder[last]
        if not isinstance(held, list):
            raise BadEdit(f"add {path}: is no list")
        held.extend(entries)
    return data


def _holder(data: Any, path: str, *, must_exist: bool = True) -> tuple[Any, Any]:
    """What holds the path's last part, and the key or index of that part in it."""
    parts = path.split(".")
    node = data
    for part in parts[:-1]:
        node = node[_key(node, part, path)]
    # A new key may come into a mapping; an entry of a list must be there, or it would stand in no known place.
    if isinstance(node, dict) and not must_exist:
        return node, parts[-1]
    return node, _key(node, parts[-1], path)


def _key(node: Any, part: str, path: str) -> Any:
    if isinstance(node, dict) and part in node:
        return part
    if isinstance(node, list):
        index = int(part) if part.isdigit() else _named(node, part)
        if index is not None and index < len(node):
            return index
    raise BadEdit(f"{path}: there is no {part!r}")


def _named(entries: list[Any], name: str) -> int | None:
    for key in NAMING_KEYS:
        for index, entry in enumerate(entries):
            if isinstance(entry, dict) and entry.get(key) == name:
                return index
    return None
