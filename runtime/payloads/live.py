"""A ring that is in use: a process that runs for months sees a changed file without a restart."""

import time
from pathlib import Path

import structlog

from runtime.payloads.keyring import KeyRing, KeyRingError, PayloadKey, read

log = structlog.get_logger()

CHECK_SECONDS = 5.0
"""How long a process may go on encrypting with a key that is no longer the active one."""

_Stamp = tuple[int, int, int]


class LiveKeyRing:
    """The keys of a file as they are now. Raises KeyRingError when it is made and the file holds no ring.

    A file that cannot be read later on is logged, and the keys known so far stay in use.
    """

    def __init__(self, file: Path, *, check_seconds: float = CHECK_SECONDS) -> None:
        self._file, self._check_seconds = file, check_seconds
        self._seen = _stamp(file)
        self._ring: KeyRing = read(file)
        self._checked = time.monotonic()

    @property
    def file(self) -> Path:
        return self._file

    @property
    def active_key(self) -> PayloadKey:
        """The key to encrypt with. The file is looked at once in `check_seconds`."""
        if time.monotonic() - self._checked >= self._check_seconds:
            self._refresh()
        return self._ring.active_key

    def find(self, key_id: str) -> PayloadKey | None:
        """The key of that id. For one that is not known yet the file is looked at first."""
        found = self._ring.find(key_id)
        if found is None:
            self._refresh()
            found = self._ring.find(key_id)
        return found

    def _refresh(self) -> None:
        self._checked = time.monotonic()
        stamp = _stamp(self._file)
        if stamp == self._seen:
            return
        try:
            self._ring = read(self._file)
        except KeyRingError as error:
            log.error("payload_keys.unreadable", file=str(self._file), reason=str(error))
            return
        # Remembered only when it was read: a file that is mended without a new time has to be read again.
        self._seen = stamp
        log.info("payload_keys.read", active=self._ring.active, keys=len(self._ring.keys))


def _stamp(file: Path) -> _Stamp | None:
    """What changes when the file does. Each change makes a new file, so the inode tells even two within one tick."""
    try:
        found = file.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)
