"""Case files: read strictly, each fault with its file and line; and what a case stands on: base, register, catalog.

regulations/cases/<anything>.yaml                  the cases
regulations/cases/base/<regulation>-<base>.yaml     an application that fits, which cases change
regulations/cases/base/<regulation>-register.yaml   organs, departments, units and officers
regulations/cases/base/<regulation>-catalog.yaml    what the catalog holds beside the seeds of the service
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from models.application import Application, ApplicationFile, Material
from models.base import faults
from regulations.files import REGULATIONS_DIR, Problem, told
from regulations.strict_yaml import DuplicateKey, line_of, read
from simulation.case import CaseFile, ProjectCase
from simulation.edits import BadEdit, Edit, edited

CASES_DIR: Final = REGULATIONS_DIR / "cases"
BASE_DIR: Final = CASES_DIR / "base"
_JUDGES: Final = ("checks", "deadline", "life", "procedure")


class CaseError(Exception):
    """A case file that cannot be used. The message has one line per fault: file, line, key, rule, value."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = told(problems)
        super().__init__("\n".join(map(str, self.problems)))


# ---------------------------------------------------------------- cases


def case_files(folder: Path = CASES_DIR) -> list[Path]:
    """The case files of a folder in their order."""
    return sorted(folder.glob("*.yaml"))


def load(file: Path) -> CaseFile:
    """Read a case file. Raises CaseError: what is no YAML, an unknown or doubled key, a wrong value, a name twice."""
    data, root = _read(file)
    try:
        cases = CaseFile.model_validate(data)
    except ValidationError as error:
        raise CaseError(_located(file, root, error)) from error
    names = [case.name for case in cases.cases]
    doubled = [index for index, name in enumerate(names) if name in names[:index]]
    if doubled:
        path = ("cases", doubled[0], "name")
        raise CaseError([Problem(file.name, line_of(root, path), ".".join(map(str, path)), names[doubled[0]], _TWICE)])
    return cases


def cases_by_rule(folder: Path = CASES_DIR) -> dict[str, tuple[str, ...]]:
    """The cases of the folder that show each rule of the register, as `file: sentence`. Raises CaseError."""
    found: dict[str, tuple[str, ...]] = {}
    for file in case_files(folder):
        for case in load(file).cases:
            for rule in dict.fromkeys(case.rules):
                found[rule] = (*found.get(rule, ()), f"{file.stem}: {case.en or case.name}")
    return found


_TWICE: Final = "another case of the file has this name already"


def _read(file: Path) -> tuple[Any, yaml.Node | None]:
    try:
        return read(file)
    except DuplicateKey as error:
        raise CaseError([Problem(file.name, error.line, str(error.key), error.key, str(error))]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        raise CaseError([Problem(file.name, line, "", str(error), "is not plain YAML data")]) from error
    except OSError as error:
        raise CaseError([Problem(file.name, None, "", str(file), "cannot be read")]) from error


def _located(file: Path, root: yaml.Node | None, error: ValidationError) -> Iterable[Problem]:
    for fault in error.errors(include_url=False):
        # Pydantic puts the judge that it chose between the case's number and its keys; the file has no such level.
        path = tuple(p for i, p in enumerate(fault["loc"]) if not (i == 2 and p in _JUDGES))
        yield Problem(file.name, line_of(root, path), ".".join(map(str, path)), fault.get("input"), fault["msg"])


# ---------------------------------------------------------------- what a case stands on


def base_file(regulation: str, name: str) -> Path:
    """A file of the base. Raises CaseError where there is none."""
    file = BASE_DIR / f"{regulation}-{name}.yaml"
    if not file.is_file():
        known = ", ".join(sorted(path.stem for path in BASE_DIR.glob(f"{regulation}-*.yaml")))
        raise CaseError([Problem(file.name, None, "base", name, f"there is no such file; known: {known or 'none'}")])
    return file


def application_of(regulation: str, case: ProjectCase) -> tuple[Application, tuple[Material, ...]]:
    """The application of the case and the documents that are handed in with it. Raises CaseError for a bad edit."""
    written = edit_application(base_data(regulation, case.base), case, case.name)
    kinds = tuple(d.kind for d in written.documents) if case.materials is None else case.materials
    return written.application(), tuple(material(kind) for kind in kinds)


def base_data(regulation: str, name: str) -> dict[str, Any]:
    """The base application as data."""
    data, _ = _read(base_file(regulation, name))
    if not isinstance(data, dict):
        raise CaseError([Problem(f"{regulation}-{name}.yaml", None, "", data, "must be a mapping")])
    return data


def edit_application(data: dict[str, Any], edit: Edit, where: str) -> ApplicationFile:
    """The application with the edits. Raises CaseError naming the case, the path or field, and the value."""
    try:
        return ApplicationFile.model_validate(edited(data, edit))
    except BadEdit as error:
        raise CaseError([Problem(where, None, "changes", str(error), "the path leads nowhere")]) from error
    except ValidationError as error:
        raise CaseError(
            Problem(where, None, "application", fault, "is no application") for fault in faults(error)
        ) from error


def material(kind: str, round_: int = 1) -> Material:
    """A file of that kind. Its content is its kind, so that a case can name it by its digest."""
    digest = hashlib.sha256(kind.encode()).hexdigest()
    return Material(kind=kind, name=f"{kind}.pdf", sha256=digest, size=len(kind), round=round_)
