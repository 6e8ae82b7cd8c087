"""What goes wrong outside, sorted once by who can mend it.

Time mends a service that is down, overloaded or slow: such an error is raised as it came, and the retry policy of the
activity goes on asking. Nobody mends a request that the service understood and refused: that is raised non-retryable,
with a type that the workflow may know. Anything else is a fault of ours and stays what it is.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

import httpx
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from temporalio.exceptions import ApplicationError

REQUEST_REFUSED = "RequestRefused"
"""The type of a refusal by a service for which the caller has no name of its own."""
ACCESS_REFUSED = "AccessRefused"
"""The type of a refusal of the worker's token. An operator mends it, so it is never final."""
RECORD_REFUSED = "RecordRefused"
"""The type of a refusal by the database: a key that is taken, a reference to nothing, a value out of range."""

CLOCK_SHIFT_REFUSED = "ClockShiftRefused"
"""The type of a refusal of a legal clock that is not the real one. Only a worker for simulation has a clock of its own."""

_SHOWN = 500
_NO_ACCESS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


def raise_for(response: httpx.Response, *, token: str, unknown: Mapping[int, str] | None = None) -> None:
    """Return if the answer is a success, else raise what it means.

    `unknown` names the refusals that the caller knows, as error type by status, such as {404: "UnknownRecipient"}.
    `token` is the setting that names the file of the token for this service.
    Raises ApplicationError, non-retryable, for a refusal (4xx) other than 401, 403, 408, 425 and 429, of the type in
    `unknown` or else REQUEST_REFUSED; one of type ACCESS_REFUSED, which is retried, for 401 and 403, since an operator
    mends a token; httpx.HTTPStatusError, which is retried, for the last three, for 5xx, and for a redirect that nobody
    follows, since an operator mends an address. What time mends has no name in `unknown`: it is never final.
    """
    status = response.status_code
    if status in _NO_ACCESS:
        raise ApplicationError(_token_wanted(response, token), type=ACCESS_REFUSED)
    if response.is_client_error and status not in _PASSING:
        raise _refused(response, (unknown or {}).get(status, REQUEST_REFUSED))
    response.raise_for_status()


def clock_shift_refused(field: str, got: object) -> ApplicationError:
    """The refusal, non-retryable, of a moment or day that only a shifted clock can have shown."""
    return ApplicationError(
        f"{field}: the clock is shifted (got {got}); rule: only a worker for simulation may do so",
        type=CLOCK_SHIFT_REFUSED,
        non_retryable=True,
    )


@contextmanager
def sorted_record_errors() -> Iterator[None]:
    """Around work with a database: what it refuses for good becomes an ApplicationError, non-retryable.

    A database that is down, locked or out of connections, and a statement that it does not understand (a migration that
    has not run, or a fault of ours), stay what they are and are retried.
    """
    try:
        yield
    except (IntegrityError, DataError) as error:
        # Without the cause: its text holds the row's values, and a failure stands in clear text in the history.
        raise ApplicationError(_first_line(error), type=RECORD_REFUSED, non_retryable=True) from None


def _token_wanted(response: httpx.Response, setting: str) -> str:
    request = response.request
    sent = "does not accept the token of this worker" if "Authorization" in request.headers else "wants a token"
    scope = response.headers.get("WWW-Authenticate", "").partition('scope="')[2].rstrip('"')
    needs = f" with the scope {scope}" if scope else ""
    said = f"{request.method} {request.url.path}: {response.status_code}, the service {sent}"
    return f"{said}; let {setting} name a file with a valid one{needs}, and restart the worker"


def _refused(response: httpx.Response, kind: str) -> ApplicationError:
    request = response.request
    message = f"{request.method} {request.url.path}: {response.status_code} {response.text[:_SHOWN]}"
    return ApplicationError(message, type=kind, non_retryable=True)


def _first_line(error: DBAPIError) -> str:
    # PostgreSQL names the rule in the first line and the row's values in the next.
    reason = str(error.orig).partition("\n")[0]
    return f"the database refuses the record: {reason}"
