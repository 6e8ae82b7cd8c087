"""The library of regulations: reads the files beside this module, and refuses one that is not whole."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml
from pydantic import ValidationError

from models.base import MAX_FAULTS, field_of, shown
from regulations import overlays
from regulations.consistency import inconsistencies, loan_faults
from regulations.provisions import Fault
from regulations.register import Register, load_register
from regulations.schema import Regulation
from regulations.snapshot import Snapshot
from regulations.strict_yaml import DuplicateKey, line_of, read

REGULATIONS_DIR: Final = Path(__file__).parent

KEPT: Final = 32
"""How many different libraries a process remembers: a simulation has one for each regulation, and for each value read otherwise."""


class Problem(NamedTuple):
    """A fault with its place: `line` counts from 1 and is None where the file has no lines to show."""

    file: str
    line: int | None
    key: str
    value: object
    reason: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        key = field_of([self.key]) if self.key else "(whole file)"
        return f"{place}: {key}: {self.reason} (got {shown(self.value)})"


def told(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The first of the problems, and that there are more: to find the line of each of ten thousand takes minutes."""
    found = tuple(islice(problems, MAX_FAULTS + 1))
    if len(found) <= MAX_FAULTS:
        return found
    return (*found[:MAX_FAULTS], Problem(found[0].file, None, "", f"more than {MAX_FAULTS}", "has further faults"))


class RegulationError(Exception):
    """A regulation file that cannot be used. Its message has one line per problem."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = told(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type["RegulationError"], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


def load(file: Path, register: Register | None = None) -> Regulation:
    """Read one regulation as those that lie over it leave it; they are looked for beside it, as `<id>.yaml`.

    Its `version` is the SHA-256 of the file's text, followed by the texts of those that lie over it. Raises
    RegulationError, which names file, line, key, value and reason of every fault: what is no YAML, an unknown or doubled
    key, an entry without a source, versions that overlap, a name that leads nowhere, a gate that no route leads to, a
    return that leads forwards, a day on which no plan can be made.
    """
    return _whole(file, register or load_register(), _written)


def library(folder: Path = REGULATIONS_DIR) -> dict[str, Regulation]:
    """Every regulation of the folder by its id. Raises RegulationError; two files with the same id are refused.

    Texts that were read in this process already are not read again, in whichever folder they lie.
    """
    return dict(_library(Snapshot.of(folder, regulation_files(folder))))


@lru_cache(KEPT)
def _library(texts: Snapshot) -> Mapping[str, Regulation]:
    register, once, found = load_register(), cache(_written), dict[str, Regulation]()
    for file in regulation_files(texts.folder):
        regulation = _whole(file, register, once)
        if regulation.id in found:
            raise RegulationError([Problem(file.name, None, "id", regulation.id, "another file has this id already")])
        found[regulation.id] = regulation
    return found


def for_filing(known: Mapping[str, Regulation]) -> list[str]:
    """The ids of those under which projects are filed."""
    return [name for name, regulation in known.items() if regulation.is_for_filing]


def check(folder: Path = REGULATIONS_DIR) -> list[str]:
    """All problems of all files of the folder, one line each; empty where every file can be used."""
    register, once = load_register(), cache(_written)
    problems: list[str] = []
    for file in regulation_files(folder):
        try:
            _whole(file, register, once)
        except RegulationError as error:
            problems += map(str, error.problems)
    return problems


def regulation_files(folder: Path) -> list[Path]:
    """The YAML files of the folder in their order."""
    return sorted(folder.glob("*.yaml"))


class _Written(NamedTuple):
    """A regulation as its file says it, before anything is laid over it."""

    file: Path
    text: bytes
    root: yaml.Node | None
    regulation: Regulation

    def refuse(self, faults: Iterable[Fault]) -> None:
        """Raises RegulationError where there are any faults, each with its line."""
        if problems := [_located(self.file, self.root, fault) for fault in faults]:
            raise RegulationError(problems)


def _written(file: Path) -> _Written:
    data, root = _read(file)
    return _Written(file, file.read_bytes(), root, _validated(file, data, root))


def _whole(file: Path, register: Register, read_law: Callable[[Path], _Written]) -> Regulation:
    written = read_law(file)
    regulation = written.regulation
    wider = {found.regulation.id: found for found in map(read_law, _lying_over(written))}
    written.refuse(overlays.faults(regulation, {key: found.regulation for key, found in wider.items()}, register))
    if lying := overlays.lying_over(regulation):
        for found in wider.values():
            found.refuse(loan_faults(found.regulation))
        version = _digest(written.text, *(wider[name].text for name in lying))
        regulation = overlays.overlaid(regulation, {name: wider[name].regulation for name in lying})
        regulation = regulation.model_copy(update={"version": version})
    written.refuse(inconsistencies(regulation, register))
    return regulation


def _lying_over(written: _Written) -> Iterator[Path]:
    """The files of the regulations that may lie over this one, where they are there."""
    for name in dict.fromkeys(overlay.regulation for overlay in written.regulation.overlays):
        file = written.file.with_name(f"{name}.yaml")
        if file.is_file():
            yield file


def _digest(*texts: bytes) -> str:
    return hashlib.sha256(b"".join(texts)).hexdigest()


def _read(file: Path) -> tuple[Any, yaml.Node | None]:
    try:
        return read(file)
    except DuplicateKey as error:
        twice = Problem(file.name, error.line, str(error.key), error.key, error.problem or "stands twice")
        raise RegulationError([twice]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        raise RegulationError([Problem(file.name, line, "", str(error), "is not plain YAML data")]) from error
    except OSError as error:
        raise RegulationError([Problem(file.name, None, "", str(file), "cannot be read")]) from error


def _validated(file: Path, data: Any, root: yaml.Node | None) -> Regulation:
    if not isinstance(data, dict):
        raise RegulationError([Problem(file.name, None, "", data, "must be a mapping of the regulation's sections")])
    if "version" in data:
        fault = Fault(("version",), data["version"], "is set from the file's text and must not be written")
        raise RegulationError([_located(file, root, fault)])
    version = _digest(file.read_bytes())
    try:
        return Regulation.model_validate(data | {"version": version}, extra="forbid")
    except ValidationError as error:
        faults = (Fault(e["loc"], e.get("input"), e["msg"]) for e in error.errors(include_url=False))
        raise RegulationError(_located(file, root, fault) for fault in faults) from error


def _located(file: Path, root: yaml.Node | None, fault: Fault) -> Problem:
    return Problem(file.name, line_of(root, fault.path), ".".join(map(str, fault.path)), fault.value, fault.reason)
