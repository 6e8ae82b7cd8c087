"""The anchors: signed, chained, safe against a crash in mid-line and against each other; and what they tell of a ledger."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from records import database, ledger, migration
from records.chain import anchors
from records.chain.anchoring import anchor
from records.chain.anchors import AnchorsDamaged, AnchorsFile, AnchorsRead
from records.chain.discrepancies import Tampering
from runtime import signing
from runtime.installation_key import FILE as KEY
from runtime.signing import KeyUnusable
from tests.records.test_ledger import filed


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[Engine]:
    """A ledger with an entry each of two projects."""
    url = f"sqlite:///{tmp_path}/records.db"
    migration.upgrade(url)
    engine = database.connect(url)
    for project in ("JY-1", "JY-2"):
        record(engine, project, 1)
    yield engine
    engine.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "anchors" / "anchors.jsonl"


@pytest.fixture
def four(recorded: Engine, file: Path) -> Path:
    """A file with four lines."""
    anchor(recorded, file)
    for number in (2, 3, 4):
        record(recorded, "JY-1", number)
        anchor(recorded, file)
    return file


def record(engine: Engine, project: str, number: int) -> None:
    ledger.append(engine, filed(entry_id=f"{project}/{number}", project=project))


def read(file: Path) -> AnchorsRead:
    return anchors.read(file, AnchorsFile(file).public_key)


def lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines(keepends=True)


def test_the_first_anchoring_makes_the_file_and_the_key_for_its_owner_only(recorded: Engine, file: Path) -> None:
    receipt = anchor(recorded, file)
    assert (receipt.number, receipt.position, receipt.heads, receipt.broken) == (1, 2, 2, ())
    for private in (file, file.with_name(KEY)):
        assert private.stat().st_mode & 0o777 == 0o600
    assert file.with_name("anchor.pub").exists()
    assert signing.public_key_of(signing.load(file.with_name(KEY))) == AnchorsFile(file).public_key == receipt.key


def test_where_nothing_is_new_no_line_is_added(recorded: Engine, file: Path) -> None:
    first = anchor(recorded, file)
    again = anchor(recorded, file)
    assert again == first.model_copy(update={"heads": 0})
    assert len(lines(file)) == 1


def test_an_empty_ledger_has_nothing_to_anchor(tmp_path: Path, file: Path) -> None:
    url = f"sqlite:///{tmp_path}/empty.db"
    migration.upgrade(url)
    engine = database.connect(url)
    assert anchor(engine, file).number == 0
    assert file.read_bytes() == b""
    engine.dispose()


def test_a_line_names_the_chains_that_have_grown_since_the_one_before(engine: Engine, file: Path) -> None:
    """On both databases."""
    for project in ("JY-1", "JY-2"):
        record(engine, project, 1)
    anchor(engine, file)
    record(engine, "JY-2", 2)
    record(engine, "JY-2", 3)
    anchor(engine, file)
    first, second = map(json.loads, lines(file))
    heads = {r.entry.project: [r.sequence, r.digest] for r in ledger.entries(engine)}
    assert set(first["heads"]) == {"JY-1", "JY-2"}
    assert second["heads"] == {"JY-2": heads["JY-2"]}
    assert second["previous"] == anchors.digest_of(lines(file)[0].strip())
    found = read(file)
    assert (found.findings, found.number, found.position) == ((), 2, 4)
    assert set(found.anchored["JY-2"]) == {1, 3}


def test_writers_at_once_add_their_lines_one_behind_the_other(recorded: Engine, file: Path) -> None:
    def work(number: int) -> None:
        record(recorded, f"JY-{number}", 2)
        anchor(recorded, file)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(1, 9)))
    found = read(file)
    assert found.findings == ()
    assert found.position == 10
    assert 1 <= found.number == len(lines(file)) <= 8
    assert set(found.anchored) == {f"JY-{number}" for number in range(1, 9)}


# ---------------------------------------------------------------- a crash in mid-line


@pytest.mark.parametrize("kept", [1, 0.3, 0.9, -2, -1])
def test_a_line_that_a_crash_cut_short_is_no_tampering_and_is_made_anew(
    recorded: Engine, four: Path, kept: float
) -> None:
    *before, last = lines(four)
    cut = int(len(last) * kept) if 0 < kept < 1 else int(kept)
    four.write_bytes(b"".join(before) + last[:cut])
    found = read(four)
    assert found.findings == ()
    # Without its end of line alone the line is whole, and nothing of it is lost.
    assert (found.torn, found.number) == ((False, 4) if cut == -1 else (True, 3))
    anchor(recorded, four)
    found = read(four)
    assert (found.findings, found.torn, found.number) == ((), False, 4)
    assert max(found.anchored["JY-1"]) == 4


def test_what_lies_behind_the_last_line_after_a_loss_of_power_is_taken_away(recorded: Engine, four: Path) -> None:
    with four.open("ab") as opened:
        opened.write(b"\0" * 4096)
    assert read(four).findings == ()
    record(recorded, "JY-2", 2)
    anchor(recorded, four)
    assert (read(four).findings, read(four).number) == ((), 5)


# ---------------------------------------------------------------- tampering


def edited(**changes: Any) -> Callable[[bytes], bytes]:
    """The line with other fields, in its canonical form; its signature stays."""

    def edit(line: bytes) -> bytes:
        document = {**json.loads(line), **changes}
        return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"

    return edit


@pytest.mark.parametrize(
    "edit",
    [
        edited(at="2026-01-01T00:00:00Z"),
        edited(number=3),
        edited(position=99),
        edited(heads={"JY-1": [2, "sha256:0"]}),
        edited(heads={}),
        edited(previous=None),
        edited(signature="AAAA"),
        edited(extra=1),
        lambda line: line.replace(b":", b": ", 1),
        lambda line: b"{}\n",
        lambda line: b"\xff\n",
        lambda line: b"\n",
    ],
)
def test_a_line_that_was_changed_is_named(four: Path, edit: Callable[[bytes], bytes]) -> None:
    changed = lines(four)
    changed[1] = edit(changed[1])
    four.write_bytes(b"".join(changed))
    (finding,) = read(four).findings
    assert finding.fault is Tampering.ANCHORS
    assert "line 2 " in finding.reason.en


@pytest.mark.parametrize(
    ("order", "line"), [((0, 2, 3), 2), ((1, 2, 3), 1), ((0, 2, 1, 3), 2), ((0, 0, 1, 2, 3), 2), ((0, 1, 3), 3)]
)
def test_lines_that_were_removed_or_exchanged_or_doubled_are_found(
    four: Path, order: tuple[int, ...], line: int
) -> None:
    whole = lines(four)
    four.write_bytes(b"".join(whole[n] for n in order))
    assert f"line {line} " in read(four).findings[0].reason.en


def test_lines_that_were_cut_off_are_known_by_the_number_of_the_last(four: Path) -> None:
    before = read(four)
    four.write_bytes(b"".join(lines(four)[:2]))
    after = read(four)
    assert after.findings == ()
    assert (before.number, after.number) == (4, 2)
    assert before.digests[2] == after.digest


def test_lines_signed_by_another_key_are_named(recorded: Engine, four: Path, tmp_path: Path) -> None:
    own = AnchorsFile(four).public_key
    forged = tmp_path / "forged" / "anchors.jsonl"
    anchor(recorded, forged)
    four.write_bytes(forged.read_bytes())
    (finding,) = read(four).findings
    assert "does not bear the signature" in finding.reason.en
    # With the forger's public key beside it only whoever kept ours elsewhere sees it.
    four.with_name("anchor.pub").write_bytes(forged.with_name("anchor.pub").read_bytes())
    assert read(four).findings == ()
    assert len(anchors.read(four, own).findings) == 1


@pytest.mark.parametrize("last", [b"{}\n", b"\n", b'{"number": 4}\n'])
def test_nothing_is_added_behind_a_line_that_is_none_of_ours(recorded: Engine, four: Path, last: bytes) -> None:
    content = b"".join(lines(four)[:3]) + last
    four.write_bytes(content)
    record(recorded, "JY-2", 2)
    with pytest.raises(AnchorsDamaged, match="the last line is no anchor"):
        anchor(recorded, four)
    assert four.read_bytes() == content


def test_nothing_is_signed_with_a_key_that_others_can_read(recorded: Engine, four: Path) -> None:
    os.chmod(four.with_name(KEY), 0o644)
    record(recorded, "JY-2", 2)
    with pytest.raises(KeyUnusable):
        anchor(recorded, four)
    assert len(lines(four)) == 4


def test_an_anchoring_names_the_chain_that_lost_what_was_anchored(recorded: Engine, four: Path) -> None:
    with recorded.begin() as connection:
        for guard in ("update", "delete", "replace"):
            connection.execute(text(f"DROP TRIGGER ledger_entry_no_{guard}"))
        connection.execute(text("DELETE FROM ledger_entry WHERE project = 'JY-1' AND sequence = 4"))
    record(recorded, "JY-2", 2)
    record(recorded, "JY-1", 5)
    receipt = anchor(recorded, four)
    assert receipt.broken == ("JY-1",)


def test_a_line_of_another_course_of_things_does_not_follow(recorded: Engine, four: Path) -> None:
    """Signed by our own key, of the right number: only the digest of the line before it tells."""
    whole = lines(four)
    four.write_bytes(b"".join(whole[:2]))
    record(recorded, "JY-2", 2)
    anchor(recorded, four)
    four.write_bytes(b"".join(lines(four)) + whole[3])
    (finding,) = read(four).findings
    assert "line 4 " in finding.reason.en


def test_a_writer_waits_for_the_one_before_it(recorded: Engine, file: Path) -> None:
    second = threading.Thread(target=anchor, args=(recorded, file))
    with AnchorsFile(file).writing():
        second.start()
        second.join(0.3)  # it has asked for the lock by now, and must still be waiting
        assert second.is_alive()
        assert file.read_bytes() == b""
    second.join(20)
    assert read(file).number == 1
