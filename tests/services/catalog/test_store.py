"""The database of the catalog: what it may be, that changes are whole, and that writers do not run into each other."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from models.catalog import Sharing
from services.catalog import capabilities, changes, resources
from services.catalog.lifecycle import CapabilityState, ResourceState
from services.catalog.schemas import CapabilityBody, ChangeBody, ResourceBody
from services.catalog.store import Store, advance, version
from services.catalog.tables import Resource

NEWER = ("change", "matter", "demand", "detail")
POPULATION = ResourceBody(
    id="R-1",
    name="人口信息",
    provider_code="GAJ",
    provider_name="市公安局",
    fields=("姓名",),
    sharing=Sharing.CONDITIONAL,
)


@pytest.mark.parametrize("url", ["mysql://localhost/catalog", "sqlite://", "sqlite:///:memory:"])
def test_a_database_that_cannot_serve_is_refused_by_name(url: str) -> None:
    with pytest.raises(ValueError, match="database_url"):
        Store(url)


def test_creating_twice_keeps_what_is_there(store: Store) -> None:
    with store.writing() as session:
        advance(session)
    store.create()
    with store.reading() as session:
        assert version(session) == "1"


def test_a_database_of_before_gains_the_tables_that_it_lacks(store: Store) -> None:
    with store.writing() as session:
        resources.settle(session, [resources.add(session, POPULATION, ResourceState.PUBLISHED)])
        for table in NEWER:
            session.connection().execute(text(f"DROP TABLE {table}"))
    store.create()
    told = {"key": "K-1", "subject": "resource", "entry": POPULATION.id, "verb": "mount"}
    changes.change(ChangeBody.model_validate({**told, "at": "2024-03-01T09:00:00+08:00"}), store)
    assert [change.before for change in changes.of_resource(POPULATION.id, store)] == ["published"]


def test_a_change_that_fails_leaves_no_trace(store: Store) -> None:
    with pytest.raises(RuntimeError), store.writing() as session:
        capabilities.add(session, CapabilityBody(name="RPA", category="AI", operator="甲"), CapabilityState.ACTIVE)
        raise RuntimeError("the process is killed here")
    with store.reading() as session:
        assert (version(session), capabilities.find(session, "RPA")) == ("0", None)


def test_a_reader_sees_one_moment(store: Store) -> None:
    with store.reading() as session:
        before = version(session)
        with store.writing() as other:
            advance(other)
        assert version(session) == before


def test_writers_at_once_lose_no_change_and_no_count(store: Store) -> None:
    def register(number: int) -> None:
        body = ResourceBody(
            id=f"R-{number}",
            name="人口信息",
            provider_code="GAJ",
            provider_name="市公安局",
            fields=("姓名", f"字段{number}"),
            sharing=Sharing.CONDITIONAL,
        )
        with store.writing() as session:
            assert session.get(Resource, body.id) is None, "a route looks before it writes, and so must this"
            resources.settle(session, [resources.add(session, body, ResourceState.PUBLISHED)])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(register, range(24)))
    with store.reading() as session:
        assert version(session) == "24"
        counted = session.connection().execute(text("SELECT names FROM gram WHERE scope = 'field' AND gram = '字段'"))
        assert counted.scalar_one() == 24
        assert session.connection().execute(text("SELECT count(*) FROM holding")).scalar_one() == 48
