"""Changes of a base application: paths by key, by index and by name."""

from typing import Any

import pytest

from simulation.edits import BadEdit, Edit, edited


def base() -> dict[str, Any]:
    return {
        "title": "停车",
        "features": [{"kind": "payment", "name": "缴费"}, {"kind": "database", "name": "数据库"}],
        "forms": {"filing": {"rows": [{"name": "甲"}]}},
    }


def test_an_entry_of_a_list_is_addressed_by_its_kind() -> None:
    assert edited(base(), Edit(changes={"features.database.name": "库"}))["features"][1]["name"] == "库"


def test_an_entry_of_a_list_is_addressed_by_its_index() -> None:
    assert edited(base(), Edit(changes={"forms.filing.rows.0.name": "乙"}))["forms"]["filing"]["rows"] == [
        {"name": "乙"}
    ]


def test_a_new_key_comes_into_a_mapping() -> None:
    assert edited(base(), Edit(changes={"classified": True}))["classified"] is True


def test_an_entry_is_removed() -> None:
    assert edited(base(), Edit(remove=("features.payment",)))["features"] == [{"kind": "database", "name": "数据库"}]


def test_entries_are_added_at_the_end_of_a_list_and_make_one_where_there_is_none() -> None:
    changed = edited(base(), Edit(add={"features": ({"kind": "e_seal"},), "collects": ({"resource": "丙"},)}))
    assert changed["features"][-1] == {"kind": "e_seal"}
    assert changed["collects"] == [{"resource": "丙"}]


def test_the_base_stays_as_it_was() -> None:
    given = base()
    edited(given, Edit(remove=("title",), changes={"features.payment.name": "x"}, add={"features": ({},)}))
    assert given == base()


@pytest.mark.parametrize("path", ["features.e_seal.name", "forms.filing.rows.1.name", "titles.zh", "title.zh"])
def test_a_path_that_leads_nowhere_is_named(path: str) -> None:
    with pytest.raises(BadEdit, match=path.replace(".", r"\.")):
        edited(base(), Edit(changes={path: "x"}))


def test_what_is_no_list_takes_no_entries() -> None:
    with pytest.raises(BadEdit, match="add title: is no list"):
        edited(base(), Edit(add={"title": ("x",)}))
