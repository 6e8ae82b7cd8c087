"""Files made once per process and copied for each case: a filled database is dear to make and cheap to copy."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory


def template_file(name: str) -> Path:
    """Where the template of that name lies or is to be made. The folder goes when the process ends."""
    return Path(_folder().name) / name


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="tongchou-templates-")
