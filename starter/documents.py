"""What is handed in as files: plain YAML within limits, and the documents beside it. Nothing is believed unread.

Whoever wrote a file must choose neither what else is read on this machine nor how long the reading takes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from models.application import DocumentFile, Material
from models.base import Text, faults
from models.limits import APPLICATION_BYTES, APPLICATION_FILE_BYTES, unfit
from records.materials import SIZE_LIMIT, MaterialsStore
from regulations import strict_yaml
from starter.advice import CHECK_PATH, MEND_FILE
from starter.failures import BadInput


@dataclass(frozen=True)
class Document:
    """A file that goes with an application: what kind of document it is, and where it lies."""

    kind: str
    path: Path


# ---------------------------------------------------------------- the file


def read(path: Path, most: int = APPLICATION_FILE_BYTES) -> Any:
    """The plain data of a YAML file of at most so many bytes: what JSON can say, and days. Raises BadInput for anything else,
    and for a file over the limits of `models.limits`, or with aliases."""
    try:
        data, _ = strict_yaml.read(path, most, with_aliases=False)
        if fault := unfit(data):
            raise wrong(path, [fault])
        return data
    except strict_yaml.Unreasonable as error:
        raise wrong(path, [f"(whole file): {error}"]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise wrong(path, [f"(whole file): must be plain YAML: {error}"]) from error
    except OSError as error:
        raise unreadable(path, error) from error


def read_fields(path: Path) -> dict[str, Any]:
    """The fields of a YAML file, as `read` has them. Raises BadInput, for a file without fields, too."""
    fields = read(path)
    if not isinstance(fields, dict):
        raise wrong(path, [f"(whole file): must be a mapping of fields (got {type(fields).__name__})"])
    return fields


def unreadable(path: Path, error: OSError) -> BadInput:
    """The failure of a file that is not there, or that may not be read."""
    return BadInput(
        Text(zh=f"无法读取 {path}：{error.strerror}", en=f"{path} cannot be read: {error.strerror}"),
        advice=CHECK_PATH,
    )


def read_answers(path: Path) -> dict[str, Any]:
    """The answers of a form, in plain YAML, by the ids of its fields. Raises BadInput."""
    answers = read_fields(path)
    require_size(path, "form", len(json.dumps(answers, ensure_ascii=False, default=str).encode()))
    return answers


def require_size(path: Path, what: str, size: int) -> None:
    """Refuse what could not travel in one message. `size` is in bytes. Raises BadInput."""
    if size > APPLICATION_BYTES:
        raise wrong(path, [f"(whole {what}): must not be larger than {APPLICATION_BYTES} bytes (got {size})"])


def named_in(path: Path, items: Sequence[DocumentFile]) -> tuple[Document, ...]:
    """The documents that a file names. Raises BadInput, with every fault, for one that is missing, too large, or not in
    the folder of the file or below it."""
    found = [_document(path, index, item) for index, item in enumerate(items)]
    problems = [problem for problem in found if isinstance(problem, str)]
    if problems:
        raise wrong(path, problems)
    return tuple(document for document in found if isinstance(document, Document))


def _document(application_file: Path, index: int, item: DocumentFile) -> Document | str:
    field = f"documents.{index}.file"
    folder = application_file.resolve().parent
    path = (folder / item.file).resolve()
    if not path.is_relative_to(folder):
        return f"{field}: must lie in the folder of the application file or below (got {item.file!r})"
    if problem := _unusable(path):
        return f"{field}: {problem} (got {item.file!r})"
    return Document(item.kind, path)


def _unusable(path: Path) -> str | None:
    if not path.is_file():
        return "must be a file that exists"
    if path.stat().st_size > SIZE_LIMIT:
        return f"must not be larger than {SIZE_LIMIT} bytes"
    return None


def wrong(path: Path, problems: Sequence[Text | str]) -> BadInput:
    """The failure of a file, with each of its faults."""
    return BadInput(Text(zh=f"{path.name} 有误", en=f"{path.name} is wrong"), details=problems, advice=MEND_FILE)


# ---------------------------------------------------------------- materials


def given_document(written: str) -> Document:
    """The `KIND=PATH` of an option. Raises BadInput."""
    kind, equals, path = written.partition("=")
    problem = _unusable(Path(path)) if kind and equals and path else "must be KIND=PATH"
    if problem:
        raise BadInput(
            Text(zh="材料有误", en="the material is wrong"), details=[f"material: {problem} (got {written!r})"]
        )
    return Document(kind, Path(path))


def stored(store: MaterialsStore, documents: Sequence[Document]) -> tuple[Material, ...]:
    """Put the files into the store; what the workflow carries of them. Doing it again changes nothing.

    Raises BadInput for a kind or a name that is none; then nothing was stored of that file.
    """
    return tuple(_stored(store, document) for document in documents)


def _stored(store: MaterialsStore, document: Document) -> Material:
    try:
        unstored = Material(kind=document.kind, name=document.path.name, sha256="0" * 64, size=0)
        digest, size = store.put(document.path)
    except ValidationError as error:
        raise wrong(document.path, faults(error)) from error
    return unstored.model_copy(update={"sha256": digest, "size": size})
