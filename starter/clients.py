"""How commands reach the services of a running stack: with the operator's token, and past every proxy."""

import httpx

from runtime.tokens import authorization
from starter.folder import Endpoints, Folder

OPERATOR = "operator"
"""Whose tokens commands use; the worker has its own."""

HTTP_SECONDS = 30.0


def catalog_of(endpoints: Endpoints) -> httpx.AsyncClient:
    """A client of the stack's catalog. Raises TokenFileError where the operator's token cannot be read."""
    return _client(endpoints, "catalog", endpoints.catalog)


def notification_of(endpoints: Endpoints) -> httpx.AsyncClient:
    """A client of the stack's notification service. Raises TokenFileError where the operator's token cannot be read."""
    return _client(endpoints, "notification", endpoints.notification)


def _client(endpoints: Endpoints, service: str, url: str) -> httpx.AsyncClient:
    headers = authorization(Folder(endpoints.data_dir).token_file(service, OPERATOR))
    # No proxy of the environment may stand between us and a process of this machine.
    return httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=HTTP_SECONDS)
