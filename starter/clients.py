"""How commands reach the services of a running stack: with the operator's token, and past every proxy."""

from pathlib import Path

import httpx
from pydantic_core import to_jsonable_python

from models.base import Text
from models.limits import LIBRARY_FILE_BYTES
from runtime.tokens import authorization
from starter import documents
from starter.advice import MEND_FILE
from starter.failures import Refused
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


async def sow(catalog: httpx.AsyncClient, file: Path) -> None:
    """Have the catalog take up what a seed file holds, all of it or nothing. A second time nothing changes.

    Raises BadInput for a file that cannot be read, Refused where the catalog says no.
    """
    answer = await catalog.post("/seed", json=to_jsonable_python(documents.read(file, LIBRARY_FILE_BYTES)))
    if answer.is_error:
        raise Refused(
            Text(zh=f"目录服务未接受 {file.name}：{answer.text}", en=f"the catalog refuses {file.name}: {answer.text}"),
            advice=MEND_FILE,
        )


def _client(endpoints: Endpoints, service: str, url: str) -> httpx.AsyncClient:
    headers = authorization(Folder(endpoints.data_dir).token_file(service, OPERATOR))
    # No proxy of the environment may stand between us and a process of this machine.
    return httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=HTTP_SECONDS)
