"""One running stack for every test of this folder that needs one, started as an operator starts it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from models.calendar import CHINA
from records import database, officer_keys
from records.register_file import read_register_file
from runtime import signing
from runtime.settings import Settings
from starter.folder import Folder
from tests.starter.tongchou import REGISTER, Tongchou, up


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tongchou]:
    """`tongchou up --with-examples` on an empty folder, and the command that works with it.

    Decisions must be signed there, as in production: every officer of the example has a key on this machine.
    """
    with up(tmp_path_factory.mktemp("installation"), "--with-examples") as tongchou:
        provide_keys(tongchou.data_dir)
        yield tongchou


def provide_keys(folder: Path) -> None:
    """What `tongchou key create OFFICER --register` does, for every officer of the example at once."""
    engine = database.connect(Folder(folder).database_url("tongchou"))
    for officer in read_register_file(REGISTER).officers:
        public_key = signing.create(Settings(data_dir=folder).key_file(officer.id))
        officer_keys.register(engine, officer.id, public_key, by="tests", at=datetime.now(CHINA))
    engine.dispose()


@pytest.fixture
def tongchou(tmp_path: Path) -> Tongchou:
    """The command on an empty folder, where nothing runs."""
    return Tongchou(tmp_path / "data")


@pytest.fixture
def registered(tongchou: Tongchou) -> Tongchou:
    """The same with the example's register on record."""
    assert tongchou("register", "import", REGISTER).code == 0
    return tongchou
