"""The notification service over HTTP."""

import httpx
from pydantic import ValidationError
from temporalio import activity

from activities import ports
from activities.errors import raise_for
from models.base import Value
from models.effects import Delivery, Notice

TOKEN = "TONGCHOU_NOTIFICATION_TOKEN_FILE"
"""The setting that names the file with the worker's token for the service."""


class _Refusal(Value):
    """The part of the service's refusal that the activity reads."""

    type: str


class HttpNotices(ports.Notices):
    """Hands notices to the service that `client` has as its base URL."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    @activity.defn(name="notices.send")
    async def send(self, notice: Notice) -> Delivery:
        """Hand the notice over. A second call with the same `notice_id` returns the first delivery's state.

        Raises, non-retryable, by the type that the service names: `UnknownRecipient`, `UnknownTemplate`,
        `MissingVariable`, `InvalidVariable`, `InvalidInput` or `NoticeConflict`. A service that is down or answers 5xx
        raises httpx's error, which the retry policy takes care of.
        """
        response = await self._client.post("/messages", json=notice.model_dump(mode="json"))
        raise_for(response, token=TOKEN, unknown=_named_by_service(response))
        return Delivery.model_validate_json(response.content)


def _named_by_service(response: httpx.Response) -> dict[int, str]:
    """The error type for this status, where the service itself answered and not a proxy before it."""
    try:
        return {response.status_code: _Refusal.model_validate_json(response.content).type}
    except ValidationError:
        return {}
