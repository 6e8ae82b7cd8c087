"""The token with which a process reaches a service: read once, from a file that nobody else may read."""

from pathlib import Path


class TokenFileError(Exception):
    """The file cannot serve as a token. The message names it, and says what to do."""


def authorization(file: Path | None) -> dict[str, str]:
    """The header that brings the token in the file; none without a file, which a service then refuses.

    Raises TokenFileError for a file that is not there, that others may read, or that does not hold one token.
    """
    if file is None:
        return {}
    try:
        mode, content = file.stat().st_mode, file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise TokenFileError(f"{file}: must be a file with a token ({error})") from error
    if mode & 0o077:
        raise TokenFileError(f"{file}: nobody but its owner may read a token (got mode {mode & 0o777:04o}): chmod 600")
    words = content.split()
    if len(words) != 1:
        raise TokenFileError(f"{file}: must hold one token and nothing else (got {len(words)} words)")
    return {"Authorization": f"Bearer {words[0]}"}
