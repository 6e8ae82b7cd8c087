"""The catalog service, asked over HTTP."""

import httpx
from temporalio import activity

from activities import ports
from activities.errors import raise_for
from models.effects import CatalogFacts, CatalogQuestion


class HttpCatalog(ports.Catalog):
    """Asks the service behind the client's base URL. Timeouts are the client's, retries the activity's."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    @activity.defn(name="catalog.facts")
    async def facts(self, question: CatalogQuestion) -> CatalogFacts:
        """Ask once. Raises what the port says: a question that the service refuses is non-retryable; a service that is
        down, slow or in trouble raises an httpx error, which is retried."""
        response = await self._client.post("/facts", json=question.model_dump(mode="json"))
        raise_for(response)
        return CatalogFacts.model_validate_json(response.content)
