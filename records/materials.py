"""材料: the store of their bytes, keyed by digest, and the index of who handed in which file."""

import os
import re
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models.application import Material
from models.base import Value
from records.database import writing
from records.errors import MaterialDamaged, MaterialTooLarge, UnknownMaterial, require_zone
from records.tables import MaterialRow

SIZE_LIMIT = 50 * 1024 * 1024
"""Bytes that one file may have: 50 MiB."""

_CHUNK = 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")


class MaterialsStore:
    """Files by their SHA-256 digest, under `root/sha256/<two digits>/<the other 62>`. What is stored is never changed.

    Safe for several processes on one file system: a file appears whole or not at all, and survives a loss of power once
    `put` has returned. What a killed `put` leaves behind lies in `root/incoming` and may be deleted.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, content: Path | bytes) -> tuple[str, int]:
        """Store a file and return its digest and its size in bytes. Storing the same bytes again changes nothing.

        Raises `MaterialTooLarge` over `SIZE_LIMIT`, and OSError for a path that cannot be read.
        """
        name = "content" if isinstance(content, bytes) else str(content)
        with BytesIO(content) if isinstance(content, bytes) else content.open("rb") as source:
            return self._receive(source, name)

    def open(self, digest: str) -> BinaryIO:
        """Open the stored bytes for reading; the caller closes them. Raises `UnknownMaterial`."""
        try:
            return self._path(digest).open("rb")
        except FileNotFoundError as error:
            raise UnknownMaterial("sha256", digest, "must be the digest of a stored file") from error

    def verify(self, digest: str) -> None:
        """Read the stored bytes and compute their digest anew. Raises `UnknownMaterial` or `MaterialDamaged`."""
        hasher = sha256()
        with self.open(digest) as stored:
            for chunk in _chunks(stored):
                hasher.update(chunk)
        if hasher.hexdigest() != digest:
            raise MaterialDamaged("sha256", digest, f"the stored bytes have the digest {hasher.hexdigest()}")

    def _receive(self, source: BinaryIO, name: str) -> tuple[str, int]:
        temporary = self._root / "incoming" / uuid.uuid4().hex
        temporary.parent.mkdir(parents=True, exist_ok=True)
        try:
            digest, size = _copy(source, temporary, name)
            # Also over an older copy of the same bytes: that mends a damaged one.
            _rename_durably(temporary, self._path(digest))
            return digest, size
        finally:
            temporary.unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        # No path is made from anything but a digest, so nothing leads out of the store.
        if not _DIGEST.fullmatch(digest):
            raise UnknownMaterial("sha256", digest, "must be a SHA-256 digest in lower-case hexadecimal")
        return self._root / "sha256" / digest[:2] / digest[2:]


def record_material(engine: Engine, project: str, material: Material, by: str, at: datetime) -> None:
    """Note that the officer `by` handed in the file at that moment. The same one in the same round changes nothing."""
    require_zone("at", at)
    columns = material.model_dump()
    key = {"project": project, **{field: columns[field] for field in ("round", "kind", "name", "sha256")}}
    with writing(engine) as session:
        if session.exec(select(MaterialRow).filter_by(**key)).first() is None:
            session.add(MaterialRow(project=project, **columns, submitted_by=by, stored_at=at))


class HandedIn(Value):
    """A material with the officer who handed it in, and when (UTC)."""

    material: Material
    by: str
    at: datetime


def materials_of(engine: Engine, project: str) -> list[HandedIn]:
    """Everything that was handed in for the project, in the order in which it came."""
    query = select(MaterialRow).where(col(MaterialRow.project) == project).order_by(col(MaterialRow.id))
    with Session(engine) as session:
        return [
            HandedIn(material=Material.model_validate(row.model_dump()), by=row.submitted_by, at=row.stored_at)
            for row in session.exec(query)
        ]


def _copy(source: BinaryIO, target: Path, name: str) -> tuple[str, int]:
    hasher, size = sha256(), 0
    with target.open("xb") as copy:
        for chunk in _chunks(source):
            size += len(chunk)
            if size > SIZE_LIMIT:
                raise MaterialTooLarge("material", name, f"must not be larger than {SIZE_LIMIT // 1024 // 1024} MiB")
            hasher.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return hasher.hexdigest(), size


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):
        yield chunk


def _rename_durably(temporary: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary.replace(target)
    # Without these a loss of power may forget the name of a file whose bytes are safe.
    for folder in (target.parent, target.parent.parent):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    # Some file systems cannot sync a folder; then the file itself is all that can be made safe.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
