"""Debian's promtool: the one that is installed, or one that is fetched and kept apart where the system lets us."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tongchou-tests"
SECONDS = 120


class NoPromtool(Exception):
    """There is none, and none can be had. The message says why."""


@cache
def promtool() -> Path:
    """The program. Nothing is installed into the system. Raises NoPromtool."""
    if found := shutil.which("promtool"):
        return Path(found)
    kept = CACHE / "promtool"
    if not kept.exists():
        _fetch(kept)
    return kept


def _fetch(to: Path) -> None:
    for needed in ("apt-get", "dpkg-deb"):
        if shutil.which(needed) is None:
            raise NoPromtool(f"no promtool is installed, and there is no {needed} to fetch Debian's with")
    to.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=to.parent) as folder:
        _run(folder, "apt-get", "download", "prometheus")
        (package,) = Path(folder).glob("prometheus_*.deb")
        _run(folder, "dpkg-deb", "-x", str(package), "unpacked")
        # Another process may be doing the same: whoever comes last puts the same program there once more.
        (Path(folder) / "unpacked/usr/bin/promtool").replace(to)


def _run(folder: str, *command: str) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise NoPromtool(f"{' '.join(command[:3])} took longer than {SECONDS} s") from None
    if done.returncode:
        raise NoPromtool(f"{' '.join(command[:3])} failed: {done.stderr.strip()[-300:]}")
