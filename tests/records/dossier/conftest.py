"""The sealed dossier that the tests of this folder look into."""

from pathlib import Path

import pytest

from tests.records.dossier.sealing import seal


@pytest.fixture(scope="package")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dossier of the whole life that is on record for the replay, with every decision signed."""
    return seal(tmp_path_factory.mktemp("dossier"))
