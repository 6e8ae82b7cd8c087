"""Bulk work by the command: `start --batch` and `decide --batch`, each item as if it came alone."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from models.base import Text
from starter.batch import Batch, Outcome, Result
from starter.batch_file import ITEMS_MOST, application_files, mappings
from starter.commands.decide_batch import Listed, Row
from starter.failures import Unreachable
from tests.starter.tongchou import EXAMPLE, ROOT, Told, Tongchou, changed, copied

BUREAU = {"organ": "jy-data-bureau", "officer": "lin.yue"}


def named(folder: Path, code: str, example: Path = EXAMPLE) -> Path:
    """The example under that code, in a file of that name."""
    return copied(folder, code, example).rename(folder / f"{code}.yaml")


def lines(told: Told) -> list[Any]:
    """The results of a batch, and in the end its summary."""
    return [json.loads(line) for line in told.stdout.splitlines()]


def outcomes(told: Told) -> list[str]:
    return [line["outcome"] for line in lines(told)[:-1]]


def decisions(folder: Path, *rows: dict[str, Any]) -> Path:
    file = folder / "decisions.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return file


# ---------------------------------------------------------------- start


def test_a_folder_is_filed_one_refused_file_stops_no_other_and_a_second_call_does_nothing_twice(
    installation: Tongchou, tmp_path: Path
) -> None:
    for code in ("B-1", "B-2", "B-3"):
        named(tmp_path, code)
    changed(tmp_path / "B-2.yaml", "kind: machine_room", "kind: swimming_pool")
    batch = ("start", "--batch", tmp_path, "--at-once", "2")
    first = installation(*batch, "--json")
    assert (first.code, outcomes(first)) == (1, ["filed", "bad_input", "filed"])
    assert [line["project"] for line in lines(first)[:-1]] == ["B-1", "B-2", "B-3"]
    assert "swimming_pool" in lines(first)[1]["reason"]["en"]
    assert lines(first)[-1] == {"summary": {"filed": 2, "bad_input": 1}}

    changed(tmp_path / "B-2.yaml", "kind: swimming_pool", "kind: machine_room")
    again = installation(*batch)
    assert again.code == 0
    assert [line.rpartition(" ")[2].split("；")[0] for line in again.stdout.splitlines()] == [
        "已在办理",
        "已提交",
        "已在办理",
    ]
    assert "共 3 项：已提交 1，已在办理 2" in again.stderr
    assert [len(installation.recorded(code, "project.filed")) for code in ("B-1", "B-2", "B-3")] == [1, 1, 1]


def test_a_code_that_stands_for_another_project_is_refused_in_the_batch_and_beyond(
    installation: Tongchou, tmp_path: Path
) -> None:
    named(tmp_path, "B-4")
    named(tmp_path / "other", "B-4").rename(tmp_path / "C-4.yaml")
    told = installation("start", "--batch", tmp_path, "--json")
    assert (told.code, outcomes(told)) == (1, ["filed", "refused"])
    assert "B-4.yaml" in lines(told)[1]["reason"]["en"]

    changed(tmp_path / "C-4.yaml", "title: 江阴市", "title: 无锡市")
    (tmp_path / "B-4.yaml").unlink()
    told = installation("start", "--batch", tmp_path, "--json")
    assert (told.code, outcomes(told)) == (1, ["refused"])
    assert "title" in lines(told)[0]["reason"]["en"]


def test_a_table_names_files_from_its_own_place_on(installation: Tongchou, tmp_path: Path) -> None:
    named(tmp_path / "bureau", "B-5")
    table = tmp_path / "list.csv"
    table.write_text("\ufeffapplication\nbureau/B-5.yaml\nbureau/absent.yaml\n", encoding="utf-8")
    told = installation("start", "--batch", table)
    assert told.code == 1
    filed, absent = told.stdout.splitlines()
    assert filed.startswith("✓") and "B-5 已提交" in filed
    assert absent.startswith("✗") and "absent.yaml" in absent and "No such file" in absent


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "header"),
        (b"file\na.yaml\n", "must be one of application (got 'file')"),
        (b"application,application\na,b\n", "2 times"),
        (b"application\na.yaml,b.yaml\n", "line 2: must have 1 cells"),
        (b'application\n"a.yaml\n', "must be CSV"),
        (b"application\n\xff\n", "UTF-8"),
        (b"application\na\x1bb\n", "U+001B"),
        (b"application\n" + b"x" * (1024 * 1024), "must not be larger than 1048576 bytes"),
        (b"application\n" + b"a\n" * (ITEMS_MOST + 1), "10000"),
        (b"application\n", "docs/bulk.md"),
    ],
)
def test_a_table_that_is_none_is_refused_before_anything_is_filed(
    tongchou: Tongchou, tmp_path: Path, content: bytes, fault: str
) -> None:
    table = tmp_path / "list.csv"
    table.write_bytes(content)
    told = tongchou("start", "--batch", table)
    assert (told.code, told.stdout) == (2, "")
    assert fault in told.stderr


def test_a_batch_goes_without_what_it_says_itself_and_something_must_be_given(
    tongchou: Tongchou, tmp_path: Path
) -> None:
    assert tongchou("start").code == 2
    assert tongchou("start", "x.yaml", "--batch", tmp_path).code == 2
    assert "--organ" in tongchou("decide", "X-1", "--verdict", "approve").stderr
    told = tongchou("decide", "--batch", tmp_path, "--organ", "jy-data-bureau", "--all-met", "--review", "X-1/a/b/r1")
    assert (told.code, "--organ, --all-met, --review" in told.stderr) == (2, True)


def test_where_no_server_answers_nothing_of_a_batch_is_begun(registered: Tongchou, tmp_path: Path) -> None:
    named(tmp_path, "B-6")
    told = registered("start", "--batch", tmp_path)
    assert (told.code, told.stdout) == (3, "")
    assert "tongchou up" in told.stderr and not (registered.data_dir / "materials").exists()


# ---------------------------------------------------------------- decide


def test_decisions_of_a_list_are_signed_and_counted_once_whatever_becomes_of_the_others(
    installation: Tongchou, tmp_path: Path
) -> None:
    reviews = {code: installation.start(code, tmp_path / code) for code in ("B-11", "B-12", "B-13")}
    approve = {**BUREAU, "verdict": "approve"}
    file = decisions(
        tmp_path,
        {**approve, "review": reviews["B-11"], "opinion": "同意"},
        {**approve, "project": "B-404"},
        {**approve, "project": "B-12", "verdict": "maybe"},
        {**approve, "project": "B-12", "officer": "gu.feng"},
        {**approve, "project": "B-13"},
    )
    told = installation("decide", "--batch", file, "--json")
    assert (told.code, outcomes(told)) == (1, ["counted", "refused", "bad_input", "refused", "counted"])
    first, *_, last = lines(told)[:-1]
    assert (first["review"], first["review_outcome"]) == (reviews["B-11"], "approved")
    (line,) = installation.recorded("B-13", "decision.counted")
    assert line["entry"]["detail"]["decision_id"] == last["decision_id"]
    assert line["entry"]["detail"]["signed"] is True

    # The next gate lies open now: the row that names the project only must not decide on that as well.
    installation.status("B-13", until=lambda s: s["review"] and s["gate"] == "forwarding")
    again = installation("decide", "--batch", file, "--json")
    assert outcomes(again) == ["repeated", "refused", "bad_input", "refused", "repeated"]
    assert lines(again)[4]["review"] == reviews["B-13"]
    assert len(installation.document("ledger", "show", "B-13", "--kind", "decision.counted")) == 1


def test_two_rows_on_one_review_are_told_and_sent_in_their_order(installation: Tongchou, tmp_path: Path) -> None:
    review = installation.start("B-14", tmp_path)
    table = tmp_path / "decisions.csv"
    table.write_text(
        "project,review,organ,officer,verdict,opinion,decision_id\n"
        "B-14,,jy-data-bureau,lin.yue,return,请补正,D-14\n"
        f",{review},jy-data-bureau,lin.yue,approve,,\n",
        encoding="utf-8",
    )
    told = installation("decide", "--batch", table, "--json", "--at-once", "8")
    assert (told.code, outcomes(told)) == (1, ["counted", "refused"])
    counted, refused = lines(told)[:-1]
    assert (counted["row"], counted["decision_id"], counted["review_outcome"]) == (2, "D-14", "returned")
    assert "row 2" in refused["note"]["en"]


def test_a_decision_id_that_counts_for_another_decision_is_refused(installation: Tongchou, tmp_path: Path) -> None:
    review = installation.start("B-15", tmp_path)
    row = {**BUREAU, "review": review, "decision_id": "D-15"}
    assert installation("decide", "--batch", decisions(tmp_path, {**row, "verdict": "approve"})).code == 0
    told = installation("decide", "--batch", decisions(tmp_path, {**row, "verdict": "return"}))
    assert told.code == 1 and "已用于另一意见" in told.stdout


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("list.csv", "organ,officer\na,b\n", "must have the column 'verdict'"),
        ("list.csv", "organ,officer,verdict,colour\na,b,c,d\n", "colour"),
        ("list.txt", "x", ".csv, .jsonl or .yaml"),
        ("list.jsonl", "[1]\n", "must be one JSON object (got list)"),
        ("list.jsonl", '{"a": 1, "a": 2}\n', "stands twice"),
        ("list.jsonl", '{"a": NaN}\n', "NaN"),
        ("list.jsonl", "[" * 100_000, "must be one JSON object"),
        ("list.yaml", "a: 1\n", "must be a list of mappings"),
        ("list.yaml", "[]\n", "docs/bulk.md"),
    ],
)
def test_a_list_of_decisions_that_is_none_is_refused_whole(
    tongchou: Tongchou, tmp_path: Path, name: str, content: str, fault: str
) -> None:
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    told = tongchou("decide", "--batch", file)
    assert (told.code, told.stdout) == (2, "")
    assert fault in told.stderr


def test_the_lists_that_the_guide_shows_are_read_as_it_says(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "bulk.md").read_text(encoding="utf-8")
    applications, written = re.findall(r"```csv\n(.*?)```", guide, re.DOTALL)
    table = tmp_path / "list.csv"
    table.write_text(applications, encoding="utf-8")
    assert application_files(table) == [
        tmp_path / "parking" / "application.yaml",
        tmp_path / "water" / "application.yaml",
    ]
    table.write_text(written, encoding="utf-8")
    rows = [Listed(*row).row() for row in mappings(table, ("organ", "officer", "verdict"), [*Row.model_fields])]
    assert [row.verdict for row in rows] == ["approve", "return"]
    assert {name for name in Row.model_fields if f"`{name}`" not in guide} == set()


def test_a_row_without_an_id_is_the_same_decision_whenever_it_is_sent_and_another_once_it_says_something_else() -> None:
    said = {**BUREAU, "project": "B-1", "verdict": "approve"}
    first, again, other = (
        Listed(1, row).row() for row in (said, dict(reversed(said.items())), {**said, "opinion": "同意"})
    )
    assert first.id == again.id != other.id
    assert Listed(1, {**said, "conditions": "一|二"}).row().conditions == ("一", "二")


async def test_as_many_are_under_way_as_is_said_and_where_nothing_answers_the_rest_is_not_tried() -> None:
    under_way, most, told = 0, 0, list[Result]()

    async def work(item: Listed) -> Result:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        if item.place > 20:
            raise Unreachable(Text(zh="无应答", en="no answer"))
        return Result(item.names, item.title, Outcome.COUNTED)

    rows = [Listed(place, {"project": f"B-{place}"}) for place in range(1, 31)]
    summary = await Batch(rows, work, at_once=3).work_off(told.append)
    assert most == 3
    assert [result.names["row"] for result in told] == [*range(1, 31)]
    assert [result.outcome for result in told[:20]] == [Outcome.COUNTED] * 20
    assert told[-1].outcome is Outcome.NOT_TRIED
    assert summary.exit_code == Unreachable.code
    assert 3 <= summary.counts[Outcome.UNREACHABLE] <= 6


async def test_the_decisions_on_one_project_are_sent_one_after_the_other_however_its_review_is_named() -> None:
    named = [
        "B-1",
        "B-1/Application/admission/r1",
        "project:B-1",
        "B-2",
        "rectification:B-1-R1",
        "B-1-R1/verification/r1",
    ]
    rows = [Listed(place, {"review" if "/" in name else "project": name}) for place, name in enumerate(named)]
    under_way, seen = set[object](), list[int]()

    async def work(item: Listed) -> Result:
        assert item.lane not in under_way
        under_way.add(item.lane)
        await asyncio.sleep(0)
        under_way.remove(item.lane)
        seen.append(item.place)
        return Result(item.names, item.title, Outcome.COUNTED)

    await Batch(rows, work, at_once=8).work_off(lambda result: None)
    assert len({row.lane for row in rows}) == 3
    assert [place for place in seen if place < 3] == [0, 1, 2]
    assert [place for place in seen if place > 3] == [4, 5]
