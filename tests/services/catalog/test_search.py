"""The look-up of a name: how much of the index it reads, and what it can and cannot miss."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

from services.catalog.index import RESOURCES, name_ids
from services.catalog.names import key
from services.catalog.search import NAMES_KEPT, ROWS_PER_NAME, NameSearch
from services.catalog.store import Store

COMMON = [f"企业信息{number}" for number in range(2_000)]


def indexed(store: Store, names: Sequence[str]) -> None:
    with store.writing() as session:
        name_ids(session, RESOURCES, names)


def alike(store: Store, name: str, least: float = 60) -> list[str]:
    with store.reading() as session:
        return [candidate.key for candidate in NameSearch(session).alike(RESOURCES, name, least)]


def synthetic(size: int) -> list[str]:
    """Names that share their words as real ones do: any word of two characters is in a fixed share of them."""
    words = [chr(0x4E00 + n) + chr(0x5E00 + n) for n in range(28)]
    names = ["".join(parts) for parts in product(words, repeat=3)]
    return names[:: len(names) // size][:size]


def work(directory: Path, size: int) -> tuple[int, int]:
    """Rows read and names scored by the same twenty look-ups in an index of that size."""
    store = Store(f"sqlite:///{directory}/{size}.db")
    store.create()
    indexed(store, synthetic(size))
    with store.reading() as session:
        search = NameSearch(session)
        for name in synthetic(500)[::25]:
            search.alike(RESOURCES, name, 60)
    store.close()
    return search.rows_read, search.names_scored


def test_the_work_of_a_look_up_does_not_grow_with_the_index(tmp_path: Path) -> None:
    small, large = work(tmp_path, 500), work(tmp_path, 20_000)
    assert small[0] > 0
    assert large[0] <= 20 * ROWS_PER_NAME
    assert large[0] <= 3 * small[0]
    assert large[1] <= 3 * small[1]


def test_an_equal_name_is_found_though_all_its_grams_are_common(store: Store) -> None:
    wanted = "企业信息企业信息企业"
    indexed(store, [*(f"企业信息企业{number}" for number in range(ROWS_PER_NAME * 2)), wanted])
    assert alike(store, wanted)[0] == wanted


def test_a_rare_gram_leads_to_the_name_through_a_crowd(store: Store) -> None:
    indexed(store, [*COMMON, "企业信息燃气"])
    assert alike(store, "燃气企业信息")[0] == "企业信息燃气"


def test_no_look_up_reads_more_rows_than_its_limit_nor_keeps_more_names(store: Store) -> None:
    indexed(store, COMMON)
    with store.reading() as session:
        search = NameSearch(session)
        kept = search.alike(RESOURCES, "企业信息", 10)
    assert 0 < search.rows_read <= ROWS_PER_NAME
    assert len(kept) == NAMES_KEPT


def test_a_name_looked_up_twice_is_read_once(store: Store) -> None:
    indexed(store, ["人口信息"])
    with store.reading() as session:
        search = NameSearch(session)
        first = search.alike(RESOURCES, "人口信息", 60)
        rows = search.rows_read
        assert search.alike(RESOURCES, "人口 信息", 60) == first
    assert search.rows_read == rows


def test_a_name_of_two_characters_is_found_and_so_are_longer_names_that_hold_it(store: Store) -> None:
    indexed(store, ["姓名", "居民姓名", "性别", "单位名称"])
    assert alike(store, "姓名") == ["姓名", "居民姓名"]


def test_a_name_without_letter_or_digit_is_like_no_other(store: Store) -> None:
    indexed(store, ["姓名"])
    assert alike(store, "——", 0) == []


def test_indexing_the_same_names_again_changes_nothing(store: Store) -> None:
    indexed(store, ["人口信息", "人口 信息"])
    with store.writing() as session:
        ids = name_ids(session, RESOURCES, ["人口信息", "法人信息"])
        again = name_ids(session, RESOURCES, ["法人信息", "人口信息"])
    assert again == ids
    assert ids.keys() == {key("人口信息"), key("法人信息")}
    with store.reading() as session:
        search = NameSearch(session)
        search.alike(RESOURCES, "人口信息", 60)
    assert search.rows_read == 4, "人口 and 口信 are in one name, 信息 in two"
