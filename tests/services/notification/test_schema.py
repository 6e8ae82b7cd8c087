"""Whatever a caller with a good token sends to the service: never a 500, and never an answer that its description does not know."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine

from services.access.tokens import Tokens
from services.notification.app import create_app
from services.notification.scopes import NotificationScope
from services.notification.settings import NotificationSettings
from services.notification.tables import TOKENS
from tests.services.fuzzing import bombard, routes, started
from tests.services.notification.running import settings_in

ROUTES = routes(create_app(NotificationSettings(database_url="sqlite:////nowhere/notification.db")))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FastAPI, str]]:
    settings = settings_in(tmp_path_factory.mktemp("schema"))
    app, engine = create_app(settings), create_engine(settings.database_url)
    with started(app):
        yield app, Tokens(engine, TOKENS).create("fuzzer", list(NotificationScope), 1)
    engine.dispose()


@pytest.mark.parametrize("route", ROUTES)
def test_every_answer_is_one_that_the_service_describes(service: tuple[FastAPI, str], route: str) -> None:
    app, token = service
    bombard(app, route, token, examples=15)
