"""A case that cannot be judged differs; it does not end the others."""

from pathlib import Path

import pytest

from simulation.case import ProcedureCase
from simulation.runner import _judged
from tests.simulation.procedure_law import laid_under, written


def test_a_law_that_cannot_be_used_is_told_with_its_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    law = laid_under(tmp_path)
    file = law / "procedures" / "jiangyin" / "rooms.yaml"
    file.write_text(file.read_text("utf-8").replace("wait: visited", "wait: visited, form: palace"), "utf-8")
    monkeypatch.setattr("simulation.law.REGULATIONS_DIR", law)
    (told,) = _judged("jiangyin", ProcedureCase.model_validate(written())).differences
    assert "jiangyin/rooms.yaml:" in told
    assert "palace" in told
