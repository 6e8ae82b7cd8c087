"""What a log tells of an exception: its kind and where it came from, and its words only where they can quote nobody.

A validation error shows the value that it refuses, a service's refusal the form that it was sent, a database's error the row.
All of them can be what somebody wrote in an application or an opinion, and a log is read by those who may not read that.
"""

import re
import traceback
from collections.abc import Iterator

from structlog.typing import ExcInfo

WITHHELD = "(message withheld)"

_SPEAKS_OF_ITSELF = frozenset(
    {
        "builtins.ArithmeticError",
        "builtins.AttributeError",
        "builtins.ImportError",
        "builtins.MemoryError",
        "builtins.NameError",
        "builtins.OSError",
        "builtins.RecursionError",
        "builtins.TypeError",
        "httpx.TransportError",
        "psycopg.OperationalError",
        "sqlite3.OperationalError",
        "temporalio.service.RPCError",
        "temporalio.workflow._exceptions.NondeterminismError",
        # What our own processes say of their keys.
        "runtime.payloads.codec.PayloadError",
        "runtime.payloads.keyring.KeyRingError",
        "runtime.tokens.TokenFileError",
    }
)
"""Errors of the machine and of the code. Their subclasses count, too; a name, so that nothing is imported to be compared."""

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9._]{0,63}")


def told(exc_info: ExcInfo) -> str:
    """The traceback with its causes, the first of them first."""
    return "\n\n".join(_each(exc_info[1], set()))


def _each(error: BaseException | None, seen: set[int]) -> Iterator[str]:
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield from _each(error.__cause__ or (None if error.__suppress_context__ else error.__context__), seen)
    for part in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from _each(part, seen)
    frames = "".join(traceback.format_tb(error.__traceback__))
    yield f"Traceback (most recent call last):\n{frames}{_headline(error)}"


def _headline(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    own = getattr(error, "type", None)
    if isinstance(own, str) and _WORD.fullmatch(own):
        # An ApplicationError's own kind, such as UnknownRecipient.
        name = f"{name}[{own}]"
    if not _SPEAKS_OF_ITSELF.isdisjoint(f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__):
        return f"{name}: {error}"
    return f"{name}: {WITHHELD}"
