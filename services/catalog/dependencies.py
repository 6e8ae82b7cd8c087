"""What every route needs: the store, opened and closed by the route itself.

A route commits inside its own `with store.writing()` block. A dependency that commits on its way out would do so after
the answer has been sent, and a caller could be told of a change that was never made.
"""

from typing import Annotated, cast

from fastapi import Depends, Path, Request

from models.base import Code
from services.catalog.store import Store


def _store(request: Request) -> Store:
    return cast(Store, request.app.state.store)


Catalog = Annotated[Store, Depends(_store)]
"""The catalog's store, as a parameter of a route."""

CodePath = Annotated[Code, Path()]
"""A business code in the path."""
