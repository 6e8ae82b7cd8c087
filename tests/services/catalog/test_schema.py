"""Whatever a caller with a good token sends to the catalog: never a 500, and never an answer that its description does not know."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine

from services.access.tokens import Tokens
from services.catalog.app import create_app
from services.catalog.scopes import CatalogScope
from services.catalog.tables import TOKENS
from tests.services.fuzzing import bombard, routes, started

ROUTES = routes(create_app("sqlite:////nowhere/catalog.db"))


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FastAPI, str]]:
    url = f"sqlite:///{tmp_path_factory.mktemp('schema')}/catalog.db"
    app, engine = create_app(url), create_engine(url)
    with started(app):
        yield app, Tokens(engine, TOKENS).create("fuzzer", list(CatalogScope), 1)
    engine.dispose()


@pytest.mark.parametrize("route", ROUTES)
def test_every_answer_is_one_that_the_catalog_describes(catalog: tuple[FastAPI, str], route: str) -> None:
    app, token = catalog
    bombard(app, route, token, examples=8)
