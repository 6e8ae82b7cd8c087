"""A case file in a few lines, for the tests that spoil it."""

from pathlib import Path

CASE_FILE = """\
regulation: jiangyin
about: 试
cases:
  - name: 自建机房不得通过
    en: No machine room of one's own
    judge: checks
    filed_on: 2026-03-02
    gate: committee
    add: {features: [{kind: machine_room, name: 机房, approach: self_built}]}
    expect: {blocking: [JY-18 机房]}
  - name: 二十个工作日
    judge: deadline
    filed_on: 2026-03-02
    gate: admission
    started: 2026-03-02
    expect: {due_on: 2026-03-30}
"""


def written(folder: Path, old: str = "", new: str = "") -> Path:
    """The file in the folder, with one place changed, which must stand in it exactly once."""
    if old:
        assert CASE_FILE.count(old) == 1, f"{old!r} stands {CASE_FILE.count(old)} times"
    file = folder / "cases.yaml"
    file.write_text(CASE_FILE.replace(old, new) if old else CASE_FILE, encoding="utf-8")
    return file
