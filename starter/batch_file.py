"""The list of a batch as it is written: a folder, a table (CSV), or decisions as YAML or as lines of JSON.

A list that is not well-formed is refused whole, before anything is begun: whoever shifted a column meant something else.
What is wrong with the values of one item is that item's result.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from models.base import Text
from models.limits import LIBRARY_FILE_BYTES, unfit
from starter import documents
from starter.documents import wrong
from starter.failures import BadInput

ITEMS_MOST = 10_000
"""How many items one list may have."""

LIST_MARK = "|"
"""What stands between several values in one cell of a table."""

_YAML = (".yaml", ".yml")
_JSON_LINES = (".jsonl", ".ndjson")


def application_files(path: Path) -> list[Path]:
    """The application files of a folder, by name, or of a table whose column `application` names them, from its own place on.

    Raises BadInput for what is neither, for an empty list, and for one that is too long.
    """
    if path.is_dir():
        found = sorted(file for file in path.iterdir() if file.suffix in _YAML and not file.name.startswith("."))
    else:
        rows = _table(path, required=("application",), known=("application",))
        found = [path.parent / str(row["application"]) for _, row in rows]
    _require_some(path, found)
    return found


def mappings(path: Path, required: Sequence[str], known: Sequence[str]) -> list[tuple[int, Mapping[str, Any]]]:
    """The items of a list, each with its place: the line of a table or of JSON lines, the number of the entry in YAML.

    In a table the columns must be among `known` and have the `required` ones; an empty cell is a value that is not there.
    Raises BadInput.
    """
    match path.suffix:
        case ".csv":
            rows = _table(path, required, known)
        case suffix if suffix in _JSON_LINES:
            rows = list(_json_lines(path))
        case suffix if suffix in _YAML:
            rows = list(enumerate(_yaml_list(path), 1))
        case _:
            raise wrong(path, ["(whole file): must be .csv, .jsonl or .yaml"])
    _require_some(path, rows)
    return rows


def values_of(cell: Any) -> Any:
    """The several values that one cell of a table stands for."""
    return [part.strip() for part in cell.split(LIST_MARK)] if isinstance(cell, str) else cell


# ---------------------------------------------------------------- a table


def _table(path: Path, required: Sequence[str], known: Sequence[str]) -> list[tuple[int, Mapping[str, Any]]]:
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if faults := [*_header_faults(header, required, known)]:
            raise wrong(path, faults)
        rows = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise wrong(path, [f"line {reader.line_num}: must be CSV: {error}"]) from error
    if faults := [
        f"line {line}: must have {len(header)} cells, as the header has (got {len(cells)})"
        for line, cells in rows
        if len(cells) != len(header)
    ]:
        raise wrong(path, faults[:20])
    return [
        (line, {name: cell.strip() for name, cell in zip(header, cells, strict=True) if cell.strip()})
        for line, cells in rows
    ]


def _header_faults(header: Sequence[str], required: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    if not header:
        yield f"line 1: must be a header with {', '.join(required)}"
        return
    for name in dict.fromkeys(header):
        if name not in known:
            yield f"line 1: must be one of {', '.join(known)} (got {name!r})"
        elif header.count(name) > 1:
            yield f"line 1: must name each column once (got {name!r} {header.count(name)} times)"
    for name in required:
        if name not in header:
            yield f"line 1: must have the column {name!r}"


# ---------------------------------------------------------------- YAML and lines of JSON


def _yaml_list(path: Path) -> list[Mapping[str, Any]]:
    entries = documents.read(path, LIBRARY_FILE_BYTES)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise wrong(path, ["(whole file): must be a list of mappings"])
    return entries


def _json_lines(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(_text(path).split("\n"), 1):
        if line.strip():
            yield number, _json_object(path, number, line)


def _json_object(path: Path, number: int, line: str) -> Mapping[str, Any]:
    try:
        value = json.loads(line, object_pairs_hook=_once_each, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise wrong(path, [f"line {number}: must be one JSON object: {error}"]) from error
    if not isinstance(value, dict):
        raise wrong(path, [f"line {number}: must be one JSON object (got {type(value).__name__})"])
    if fault := unfit(value):
        raise wrong(path, [Text(zh=f"第 {number} 行：{fault.zh}", en=f"line {number}: {fault.en}")])
    return value


def _once_each(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} stands twice")
        found[key] = value
    return found


def _no_number(constant: str) -> Any:
    raise ValueError(f"{constant} is no number")


# ---------------------------------------------------------------- limits


def _text(path: Path) -> str:
    """The file's text. A table that an office program wrote may begin with a byte order mark."""
    try:
        with path.open("rb") as opened:
            content = opened.read(LIBRARY_FILE_BYTES + 1)
        if len(content) > LIBRARY_FILE_BYTES:
            size = path.stat().st_size
            raise wrong(path, [f"(whole file): must not be larger than {LIBRARY_FILE_BYTES} bytes (got {size})"])
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise wrong(path, [f"(whole file): must be UTF-8: {error}"]) from error
    except OSError as error:
        raise documents.unreadable(path, error) from error
    if fault := unfit(text):
        raise wrong(path, [fault])
    return text


def _require_some(path: Path, items: Sequence[Any]) -> None:
    if not items:
        raise BadInput(
            Text(zh=f"{path} 中没有可办理的内容", en=f"{path} lists nothing"),
            advice=Text(zh="格式见 docs/bulk.md", en="the form is told in docs/bulk.md"),
        )
    if len(items) > ITEMS_MOST:
        raise wrong(path, [f"(whole list): must not have more than {ITEMS_MOST} items (got {len(items)})"])
