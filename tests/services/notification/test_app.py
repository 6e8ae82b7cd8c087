"""The service over HTTP."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.notification.app import create_app
from services.notification.problems import ConfigurationError
from services.notification.registry import TEMPLATES
from services.notification.scopes import ROUTES
from services.notification.settings import NotificationSettings
from tests.services.notification.running import gateway, notice, serve, settings_in

JSON = {"Content-Type": "application/json"}
INBOX = "/inbox/organ/jy-data-bureau"


def test_a_new_notice_is_delivered_to_the_in_box(client: httpx.Client) -> None:
    answer = client.post("/messages", json=notice())
    assert answer.status_code == 201
    assert answer.json() == {"notice_id": "n-1", "state": "delivered", "template_version": 1}
    (item,) = client.get(INBOX).json()
    assert item["subject"] == "【项目办结】title-甲（project-甲）：outcome-甲"


def test_the_same_notice_again_returns_the_first_delivery(client: httpx.Client) -> None:
    first = client.post("/messages", json=notice())
    second = client.post("/messages", json=notice())
    assert (second.status_code, second.json()) == (200, first.json())
    assert len(client.get(INBOX).json()) == 1


def test_twenty_posts_of_one_notice_at_once_are_one_message(database_url: str, tmp_path: Path) -> None:
    with serve(settings_in(tmp_path, database_url=database_url)) as url, httpx.Client(base_url=url) as client:
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _: client.post("/messages", json=notice()), range(20)))
        assert sorted(a.status_code for a in answers) == [200] * 19 + [201]
        assert {a.text for a in answers} == {answers[0].text}
        assert len(client.get(INBOX).json()) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"template": "rectification_closed"},
        {"recipient": {"kind": "unit", "code": "jy-data-bureau"}},
        {"project": "JY-2026-0002"},
        {"variables": {"project": "a", "title": "b", "outcome": "c"}},
        {"language": "en"},
    ],
)
def test_a_different_notice_under_the_same_key_is_a_conflict(client: httpx.Client, change: dict[str, Any]) -> None:
    client.post("/messages", json=notice())
    answer = client.post("/messages", json=notice(**change))
    assert (answer.status_code, answer.json()["type"]) == (409, "NoticeConflict")
    assert client.get("/messages/n-1").json()["project"] == "JY-2026-0001"


def test_the_order_of_the_variables_makes_no_difference(client: httpx.Client) -> None:
    client.post("/messages", json=notice())
    turned = dict(reversed(notice()["variables"].items()))
    assert client.post("/messages", json=notice(variables=turned)).status_code == 200


@pytest.mark.parametrize(
    ("change", "type", "fault"),
    [
        ({"template": "admited"}, "UnknownTemplate", "template: must be one of"),
        ({"variables": {"project": "a", "title": "b"}}, "MissingVariable", "variables.outcome: is required"),
        ({"variables": {"project": "a", "title": "b", "outcome": []}}, "InvalidVariable", "variables.outcome: must be"),
        ({"notice_id": ""}, "InvalidInput", "notice_id: String should match"),
        ({"notice_id": "a b"}, "InvalidInput", "(got 'a b')"),
        ({"notice_id": "n" * 256}, "InvalidInput", "notice_id: String should match"),
        ({"project": "甲"}, "InvalidInput", "project: String should match"),
        ({"project": "p\x00"}, "InvalidInput", "project: String should match"),
        ({"recipient": {"kind": "person", "code": "x"}}, "InvalidInput", "recipient.kind: Input should be 'organ'"),
        ({"recipient": {"kind": "organ", "code": "\ud800"}}, "InvalidInput", "recipient.code: "),
        ({"language": "fr"}, "InvalidInput", "language: Input should be 'zh' or 'en' (got 'fr')"),
        (
            {"variables": {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}},
            "InvalidInput",
            "variables: Value error, must not",
        ),
    ],
)
def test_bad_input_is_refused_with_field_rule_and_value_and_stores_nothing(
    client: httpx.Client, change: dict[str, Any], type: str, fault: str
) -> None:
    answer = client.post("/messages", content=json.dumps(notice(**change)), headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (422, type)
    assert fault in answer.json()["detail"] and len(answer.json()["faults"]) >= 1
    assert client.get("/projects/JY-2026-0001/messages").json() == []


def test_a_newer_worker_may_send_what_this_service_does_not_know(client: httpx.Client) -> None:
    variables = notice()["variables"] | {"unheard_of": {"a": [1]}}
    assert client.post("/messages", json=notice(variables=variables, unheard_of=1)).status_code == 201


def test_a_notice_is_found_by_a_key_with_slashes_and_colons(client: httpx.Client) -> None:
    key = "project:JY-2026-0001/TechnicalCoordination/decision/1:review_opened"
    client.post("/messages", json=notice(key, language="en"))
    view = client.get(f"/messages/{key}").json()
    assert (view["notice_id"], view["language"], view["state"]) == (key, "en", "delivered")
    assert [m["channel"] for m in view["messages"]] == ["inbox"]
    assert view["subject"].startswith("[Closed]")


def test_an_unknown_notice_is_not_found(client: httpx.Client) -> None:
    answer = client.get("/messages/nowhere")
    assert (answer.status_code, answer.json()["type"]) == (404, "UnknownNotice")


def test_reading_a_letter_takes_it_out_of_the_unread_and_keeps_its_first_time(client: httpx.Client) -> None:
    for number in (1, 2):
        client.post("/messages", json=notice(f"n-{number}"))
    newest, oldest = client.get(INBOX).json()
    assert [newest["notice_id"], oldest["notice_id"]] == ["n-2", "n-1"]
    assert client.post(f"/inbox/{oldest['message_id']}/read").status_code == 204
    (read,) = client.get(INBOX, params={"unread": False}).json()
    assert client.post(f"/inbox/{oldest['message_id']}/read").status_code == 204
    assert client.get(INBOX, params={"unread": False}).json() == [read]
    assert [i["notice_id"] for i in client.get(INBOX, params={"unread": True}).json()] == ["n-2"]
    assert client.get("/messages/n-1").json()["state"] == "delivered"


def test_the_in_box_is_paged_from_the_newest_on(client: httpx.Client) -> None:
    for number in range(5):
        client.post("/messages", json=notice(f"n-{number}"))
    first = client.get(INBOX, params={"limit": 2}).json()
    second = client.get(INBOX, params={"limit": 2, "before": first[-1]["message_id"]}).json()
    assert [i["notice_id"] for i in first + second] == ["n-4", "n-3", "n-2", "n-1"]


def test_a_recipient_sees_only_its_own_letters(client: httpx.Client) -> None:
    client.post("/messages", json=notice())
    assert client.get("/inbox/unit/jy-data-bureau").json() == []
    assert client.get("/inbox/organ/another").json() == []


def test_a_letter_by_another_channel_is_not_in_the_in_box(tmp_path: Path) -> None:
    with gateway() as hook, serve(settings_in(tmp_path, hook.url)) as url, httpx.Client(base_url=url) as client:
        client.post("/messages", json=notice())
        hook.got.get(timeout=30)
        assert client.get(INBOX).json() == []
        assert client.post("/inbox/1/read").status_code == 404


def test_a_repeat_is_answered_although_its_recipient_has_left_the_channels_file(tmp_path: Path) -> None:
    with serve(settings_in(tmp_path)) as url:
        first = httpx.post(f"{url}/messages", json=notice())
    (tmp_path / "strict.yaml").write_text("strict: true", "utf-8")
    with serve(settings_in(tmp_path, channels=tmp_path / "strict.yaml")) as url:
        assert httpx.post(f"{url}/messages", json=notice()).json() == first.json()
        assert httpx.post(f"{url}/messages", json=notice("n-2")).json()["type"] == "UnknownRecipient"


def test_a_message_that_is_not_in_an_in_box_cannot_be_read(client: httpx.Client) -> None:
    answer = client.post("/inbox/7/read")
    assert (answer.status_code, answer.json()["type"]) == (404, "UnknownMessage")


def test_a_projects_notices_come_oldest_first_with_their_messages(client: httpx.Client) -> None:
    for number in (2, 1, 3):
        client.post("/messages", json=notice(f"n-{number}"))
    client.post("/messages", json=notice("other", project="JY-2026-0002"))
    views = client.get("/projects/JY-2026-0001/messages").json()
    assert [v["notice_id"] for v in views] == ["n-2", "n-1", "n-3"]
    assert [len(v["messages"]) for v in views] == [1, 1, 1]
    page = client.get("/projects/JY-2026-0001/messages", params={"offset": 1, "limit": 1}).json()
    assert [v["notice_id"] for v in page] == ["n-1"]


def test_a_receipt_counts_once_and_a_late_one_changes_nothing(tmp_path: Path) -> None:
    with gateway() as hook, serve(settings_in(tmp_path, hook.url)) as url, httpx.Client(base_url=url) as client:
        client.post("/messages", json=notice())
        hook.got.get(timeout=30)
        receipt = {"message_id": 1, "outcome": "delivered"}
        late = receipt | {"outcome": "permanent_failure", "reason": "mailbox full"}
        answers = [client.post("/receipts", json=body).json()["counted"] for body in (receipt, receipt, late)]
        assert answers == [True, False, False]
        (message,) = client.get("/messages/n-1").json()["messages"]
        assert (message["state"], message["reason"]) == ("delivered", "")


def test_a_receipt_of_a_temporary_failure_has_the_message_sent_again(tmp_path: Path) -> None:
    with gateway() as hook:
        impatient = settings_in(tmp_path, hook.url, retry_base_seconds=0.05)
        with serve(impatient) as url, httpx.Client(base_url=url) as client:
            client.post("/messages", json=notice())
            hook.got.get(timeout=30)
            client.post("/receipts", json={"message_id": 1, "outcome": "temporary_failure", "reason": "full"})
            hook.got.get(timeout=30)


def test_a_receipt_for_no_message_is_refused(client: httpx.Client) -> None:
    answer = client.post("/receipts", json={"message_id": 7, "outcome": "delivered"})
    assert (answer.status_code, answer.json()["type"]) == (404, "UnknownMessage")


def test_a_refusal_can_name_a_field_that_utf8_cannot_hold(client: httpx.Client) -> None:
    content = json.dumps({"message_id": 7, "outcome": "delivered", "\ud800": 1})
    answer = client.post("/receipts", content=content, headers=JSON)
    assert answer.status_code == 422 and "\\ud800" in answer.json()["detail"]


def test_the_service_reports_its_health_and_its_contract(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready", "templates": len(TEMPLATES)}
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == {route.split(" ")[1].replace(":path", "") for route in ROUTES}


def test_a_database_that_fails_is_answered_with_503_and_the_sender_waits_for_it(
    client: httpx.Client, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "notification.db")) as other:
        other.execute("ALTER TABLE notice RENAME TO elsewhere")
        answers = [client.post("/messages", json=notice()), client.get("/readyz")]
        assert [(a.status_code, a.json()["type"]) for a in answers] == [(503, "Unavailable")] * 2
        assert client.get("/healthz").status_code == 200, "no restart mends a database"
        other.execute("ALTER TABLE elsewhere RENAME TO notice")
    assert client.get("/readyz").status_code == 200
    assert client.post("/messages", json=notice()).status_code == 201


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
bodies = st.builds(
    lambda changes, dropped: {k: v for k, v in (notice() | changes).items() if k not in dropped},
    st.dictionaries(st.sampled_from([*notice(), "language"]), anything, max_size=3),
    st.sets(st.sampled_from([*notice()]), max_size=1),
)
paths = st.text(st.characters(exclude_characters="?#"), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(body=bodies | anything, path=paths)
def test_nothing_that_is_sent_is_answered_with_500(client: httpx.Client, body: object, path: str) -> None:
    content = json.dumps(body)
    escaped = "".join(f"%{byte:02x}" for byte in path.encode("utf-8", "surrogatepass"))
    answers = [client.post(f"/{name}", content=content, headers=JSON) for name in ("messages", "receipts")]
    answers += [client.get(f"/{name}/{escaped}") for name in ("messages", "inbox/organ", "projects")]
    answers += [client.get(f"/projects/{escaped}/messages"), client.post(f"/inbox/{escaped}/read")]
    assert all(answer.status_code < 500 for answer in answers)


@pytest.mark.parametrize("url", ["nonsense", "mysql://clerk:s3cret@host/db"])
def test_a_database_of_another_kind_is_refused_without_showing_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigurationError, match="database_url: must be") as refusal:
        create_app(settings_in(tmp_path, database_url=url))
    assert "s3cret" not in str(refusal.value)


def test_settings_name_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGCHOU_NOTIFICATION_PORT", "70000")
    with pytest.raises(ValueError, match="port"):
        NotificationSettings()
