"""The catalog service, asked and changed over HTTP. What the port says of errors is sorted by activities/errors.py."""

from http import HTTPStatus
from typing import Final

import httpx
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import ports
from activities.errors import raise_for
from models.base import Value
from models.catalog import CHANGE_REFUSED, CatalogChange, CatalogEntry, CatalogEntryQuestion
from models.effects import CatalogFacts, CatalogQuestion
from models.rates import RateAnswer, RateQuestion

_REFUSALS: Final = frozenset({HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY})
_SHOWN: Final = 10
_TOKEN: Final = "TONGCHOU_CATALOG_TOKEN_FILE"
"""The setting that names the file with the worker's token for the service."""


class HttpCatalog(ports.Catalog):
    """Asks the service behind the client's base URL. Timeouts are the client's, retries the activity's."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    @activity.defn(name="catalog.facts")
    async def facts(self, question: CatalogQuestion) -> CatalogFacts:
        """Ask once. Raises what the port says: a question that the service refuses is non-retryable; a service that is
        down, slow or in trouble raises an httpx error, which is retried."""
        return CatalogFacts.model_validate_json(await self._post("/facts", question))

    @activity.defn(name="catalog.change")
    async def change(self, change: CatalogChange) -> CatalogEntry:
        """Change once. The service knows the change by its key, so an answer that was lost on its way is asked for again.

        Raises ApplicationError of type CHANGE_REFUSED, non-retryable, with the catalog's reasons, where the entry's state
        forbids the change or its data is not sound; for the rest as `facts` does.
        """
        response = await self._client.post("/changes", json=change.model_dump(mode="json"))
        if response.status_code in _REFUSALS:
            raise ApplicationError(_reasons(response), type=CHANGE_REFUSED, non_retryable=True)
        raise_for(response, token=_TOKEN)
        return CatalogEntry.model_validate_json(response.content)

    @activity.defn(name="catalog.entry")
    async def entry(self, question: CatalogEntryQuestion) -> CatalogEntry:
        """Ask once. What can be no id is an entry that the catalog does not have. Raises as `facts` does."""
        response = await self._client.get("/entry", params=question.model_dump(mode="json"))
        if response.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            return CatalogEntry(subject=question.subject, id=question.entry)
        raise_for(response, token=_TOKEN)
        return CatalogEntry.model_validate_json(response.content)

    @activity.defn(name="catalog.rates")
    async def rates(self, question: RateQuestion) -> RateAnswer:
        """Ask once. Raises as `facts` does."""
        return RateAnswer.model_validate_json(await self._post("/rates", question))

    async def _post(self, path: str, body: Value) -> bytes:
        response = await self._client.post(path, json=body.model_dump(mode="json"))
        raise_for(response, token=_TOKEN)
        return response.content


def _reasons(response: httpx.Response) -> str:
    """The faults in the service's words, each with its field; its whole answer where it has another shape."""
    try:
        faults = response.json()["detail"]
        return "；".join(f"{fault['field']}（{fault['value']}）：{fault['rule']}" for fault in faults[:_SHOWN])
    except (ValueError, KeyError, TypeError):
        return response.text[:500]
