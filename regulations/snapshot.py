"""Which texts lie in a folder, so that what was read from them once in a process need not be read again."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Snapshot:
    """The names and texts of some files of a folder. Equal to another of the same, wherever that lies: a copy is no other law."""

    folder: Path = field(compare=False)
    files: tuple[tuple[str, str], ...]
    """The path of each file within the folder, and the SHA-256 of its text."""

    @classmethod
    def of(cls, folder: Path, files: Iterable[Path]) -> Self:
        """The files as they are now. One that cannot be read has no text: whoever reads it says so."""
        return cls(folder, tuple((str(file.relative_to(folder)), _digest(file)) for file in files))


def _digest(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""
