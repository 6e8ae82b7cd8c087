"""The audit of the dependencies fails where a vulnerability is known, and never calls clear what it could not ask about."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[1] / ".ci" / "audit"

SOUND = {"name": "sound", "version": "1.0", "vulns": []}
BROKEN = {"name": "broken", "version": "1.0", "vulns": [{"id": "CVE-2026-1", "fix_versions": ["1.1"]}]}
UNASKED = {"name": "unknown", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("report", "strictness", "code", "told"),
    [
        ([SOUND], "", 0, "1 packages asked about, 0 vulnerabilities"),
        ([SOUND, BROKEN], "", 1, "broken 1.0: CVE-2026-1 (mended in: 1.1)"),
        ([SOUND, UNASKED], "", 0, "NOT AUDITED: 1 packages"),
        ([SOUND, UNASKED], "strict", 2, "NOT AUDITED: 1 packages"),
    ],
)
def test_the_audit_tells_what_is_known_and_what_could_not_be_asked(
    report: list[dict[str, Any]],
    strictness: str,
    code: int,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    loader = SourceFileLoader("audit", str(SCRIPT))
    spec = spec_from_loader("audit", loader)
    assert spec
    audit = module_from_spec(spec)
    loader.exec_module(audit)
    monkeypatch.setattr(audit, "asked", lambda requirements: report)
    monkeypatch.setenv("AUDIT", strictness)
    assert audit.main("requirements.txt") == code
    assert told in capsys.readouterr().out
