"""The library of regulations: reads the files beside this module, and refuses one that is not whole."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml
from pydantic import ValidationError

from regulations.consistency import inconsistencies
from regulations.provisions import Fault
from regulations.register import REGISTER_FILE, Register, load_register
from regulations.schema import Regulation
from regulations.strict_yaml import DuplicateKey, line_of, read

REGULATIONS_DIR: Final = Path(__file__).parent


class Problem(NamedTuple):
    """A fault with its place: `line` counts from 1 and is None where the file has no lines to show."""

    file: str
    line: int | None
    key: str
    value: object
    reason: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.key or '(whole file)'}: {self.reason} (got {_shown(self.value)})"


class RegulationError(Exception):
    """A regulation file that cannot be used. Its message has one line per problem."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def load(file: Path, register: Register | None = None) -> Regulation:
    """Read one regulation. Its `version` is the SHA-256 of the file's text.

    Raises RegulationError, which names file, line, key, value and reason of every fault: what is no YAML, an unknown or
    doubled key, an entry without a source, versions that overlap, a name that leads nowhere, a gate that no route leads
    to, a return that leads forwards, a day on which no plan can be made.
    """
    data, root = _read(file)
    regulation = _validated(file, data, root)
    if faults := inconsistencies(regulation, register or load_register()):
        raise RegulationError(_located(file, root, fault) for fault in faults)
    return regulation


def library(folder: Path = REGULATIONS_DIR) -> dict[str, Regulation]:
    """Every regulation of the folder by its id. Raises RegulationError; two files with the same id are refused."""
    register, found = load_register(), dict[str, Regulation]()
    for file in regulation_files(folder):
        regulation = load(file, register)
        if regulation.id in found:
            raise RegulationError([Problem(file.name, None, "id", regulation.id, "another file has this id already")])
        found[regulation.id] = regulation
    return found


def check(folder: Path = REGULATIONS_DIR) -> list[str]:
    """All problems of all files of the folder, one line each; empty where every file can be used."""
    problems: list[str] = []
    for file in regulation_files(folder):
        try:
            load(file)
        except RegulationError as error:
            problems += map(str, error.problems)
    return problems


def regulation_files(folder: Path) -> list[Path]:
    """The YAML files of the folder in their order, but for the register of rules."""
    return sorted(file for file in folder.glob("*.yaml") if file.name != REGISTER_FILE.name)


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
    version = hashlib.sha256(file.read_bytes()).hexdigest()
    try:
        return Regulation.model_validate(data | {"version": version}, extra="forbid")
    except ValidationError as error:
        faults = (Fault(e["loc"], e.get("input"), e["msg"]) for e in error.errors(include_url=False))
        raise RegulationError(_located(file, root, fault) for fault in faults) from error


def _located(file: Path, root: yaml.Node | None, fault: Fault) -> Problem:
    return Problem(file.name, line_of(root, fault.path), ".".join(map(str, fault.path)), fault.value, fault.reason)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
