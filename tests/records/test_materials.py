"""The materials store on a real folder, and its index on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.application import Material
from models.calendar import CHINA
from records import materials
from records.errors import MaterialDamaged, MaterialTooLarge, RecordError, UnknownMaterial
from records.materials import HandedIn, MaterialsStore

PLAN = "建设方案".encode()
DIGEST = sha256(PLAN).hexdigest()
AT = datetime(2026, 3, 2, 9, 30, tzinfo=CHINA)
MATERIAL = Material(kind="scheme", name="建设方案.pdf", sha256=DIGEST, size=len(PLAN))


@pytest.fixture
def store(tmp_path: Path) -> MaterialsStore:
    return MaterialsStore(tmp_path / "materials")


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_file_is_stored_under_its_digest_and_read_back(store: MaterialsStore, tmp_path: Path) -> None:
    source = tmp_path / "建设方案.pdf"
    source.write_bytes(PLAN)
    assert store.put(source) == (DIGEST, len(PLAN))
    with store.open(DIGEST) as stored:
        assert stored.read() == PLAN
    assert files(tmp_path / "materials") == [f"sha256/{DIGEST[:2]}/{DIGEST[2:]}"]


def test_storing_the_same_bytes_again_changes_nothing(store: MaterialsStore, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(lambda _: store.put(PLAN), range(16))) == {(DIGEST, len(PLAN))}
    assert files(tmp_path / "materials") == [f"sha256/{DIGEST[:2]}/{DIGEST[2:]}"]


def test_an_empty_file_is_a_file(store: MaterialsStore) -> None:
    assert store.put(b"") == (sha256(b"").hexdigest(), 0)


def test_a_file_over_50_mib_is_refused_and_leaves_nothing_behind(
    store: MaterialsStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a short path is told whole
    full, over = Path("full.bin"), Path("over.bin")
    for path, size in ((full, materials.SIZE_LIMIT), (over, materials.SIZE_LIMIT + 1)):
        with path.open("wb") as file:
            file.truncate(size)
    with pytest.raises(MaterialTooLarge, match=r"material: must not be larger than 50 MiB \(got .*over\.bin"):
        store.put(over)
    assert files(tmp_path / "materials") == []
    assert store.put(full)[1] == materials.SIZE_LIMIT


def test_a_path_that_cannot_be_read_is_an_error(store: MaterialsStore, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store.put(tmp_path / "missing.pdf")


def test_stored_bytes_are_verified_by_their_digest(store: MaterialsStore, tmp_path: Path) -> None:
    store.put(PLAN)
    store.verify(DIGEST)
    stored = tmp_path / "materials" / "sha256" / DIGEST[:2] / DIGEST[2:]
    stored.write_bytes(PLAN + b"!")
    with pytest.raises(MaterialDamaged, match=f"sha256: .*{DIGEST}"):
        store.verify(DIGEST)
    store.put(PLAN)
    store.verify(DIGEST)


@pytest.mark.parametrize("digest", ["a" * 64, "", "../../secret", "A" * 64, "a" * 63 + "\n", f"{DIGEST}/.."])
def test_nothing_is_opened_but_the_digest_of_a_stored_file(store: MaterialsStore, digest: str) -> None:
    store.put(PLAN)
    with pytest.raises(UnknownMaterial, match="sha256"):
        store.open(digest)
    with pytest.raises(UnknownMaterial, match="sha256"):
        store.verify(digest)


def test_the_index_says_who_handed_in_what_and_when(engine: Engine) -> None:
    corrected = MATERIAL.model_copy(update={"round": 2})
    materials.record_material(engine, "JY-2026-0001", MATERIAL, "wang.qiang", AT)
    materials.record_material(engine, "JY-2026-0001", corrected, "liu.fang", AT)
    materials.record_material(engine, "JY-2026-0002", MATERIAL, "sun.bo", AT)
    assert materials.materials_of(engine, "JY-2026-0001") == [
        HandedIn(material=MATERIAL, by="wang.qiang", at=AT),
        HandedIn(material=corrected, by="liu.fang", at=AT),
    ]
    assert materials.materials_of(engine, "JY-2026-0003") == []


def test_the_same_file_in_the_same_round_is_one_line_and_keeps_who_was_first(engine: Engine) -> None:
    materials.record_material(engine, "JY-2026-0001", MATERIAL, "wang.qiang", AT)
    materials.record_material(engine, "JY-2026-0001", MATERIAL, "liu.fang", AT)
    assert [line.by for line in materials.materials_of(engine, "JY-2026-0001")] == ["wang.qiang"]


def test_a_moment_without_a_zone_is_not_recorded(engine: Engine) -> None:
    with pytest.raises(RecordError, match="at: must have a time zone"):
        materials.record_material(engine, "JY-2026-0001", MATERIAL, "wang.qiang", datetime(2026, 3, 2))  # noqa: DTZ001
    assert materials.materials_of(engine, "JY-2026-0001") == []
