"""The worker refuses to start on a folder of regulations that is not whole, and says what `regulations check` says."""

from pathlib import Path
from typing import cast

import pytest
from temporalio.client import Client

from regulations.files import RegulationError, check
from runtime.settings import Settings
from tests.regulations.faulty_laws import FAULTY, Faulty
from tests.regulations.small_law import written
from worker import build_worker


@pytest.mark.parametrize("faulty", FAULTY.values(), ids=FAULTY)
async def test_a_worker_does_not_start_on_a_faulty_regulation(tmp_path: Path, faulty: Faulty) -> None:
    folder = tmp_path / "law"
    folder.mkdir()
    written(folder, faulty.text)
    settings = Settings(data_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/tongchou.db")
    with pytest.raises(RegulationError) as refused:
        async with build_worker(cast(Client, None), settings, regulations_dir=folder):
            pass
    assert str(refused.value).splitlines() == check(folder)
