"""The alert rules: sound for Prometheus itself, each seen to fire and not to fire, each with its place in the guide."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.catalog.scopes import CLIENTS as CATALOG_CLIENTS
from services.catalog.scopes import CatalogScope
from services.codec.scopes import CLIENTS as CODEC_CLIENTS
from services.codec.scopes import CodecScope
from services.notification.scopes import CLIENTS as NOTIFICATION_CLIENTS
from services.notification.scopes import NotificationScope
from starter.ports import Ports
from tests.operations.promtool import NoPromtool, promtool

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "operations"
GUIDE = ROOT / "docs" / "telemetry.md"


def read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text("utf-8"))


RULES = [rule for group in read("alerts.yaml")["groups"] for rule in group["rules"]]
ALERTS = [rule["alert"] for rule in RULES]


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", "alerts.yaml"),
        # The files of the tokens lie where Prometheus runs, not here.
        ("check", "config", "--syntax-only", "prometheus.yml"),
        ("test", "rules", "alerts.test.yaml"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_promtool_finds_no_fault(arguments: tuple[str, ...]) -> None:
    try:
        program = promtool()
    except NoPromtool as reason:
        pytest.skip(str(reason))
    done = subprocess.run([program, *arguments], cwd=FOLDER, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SUCCESS" in done.stdout


def test_every_alert_is_seen_to_fire_and_not_to_fire() -> None:
    fires: set[str] = set()
    rests: set[str] = set()
    for case in read("alerts.test.yaml")["tests"]:
        for asked in case["alert_rule_test"]:
            (fires if asked["exp_alerts"] else rests).add(asked["alertname"])
    assert fires == rests == set(ALERTS)


def test_every_alert_says_how_urgent_it_is_in_both_languages() -> None:
    for rule in RULES:
        assert rule["labels"]["severity"] in {"page", "ticket", "notice"}
        summary = rule["annotations"]["summary"]
        assert re.search("[一-鿿]", summary) and "/ " in summary, rule["alert"]


def test_the_guide_says_what_to_do_on_every_alert() -> None:
    named = re.findall(r"^\| `(Tongchou\w+)` \|", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(ALERTS)


def test_prometheus_asks_at_the_usual_ports_with_the_tokens_that_are_provisioned() -> None:
    jobs = {job["job_name"].removeprefix("tongchou-"): job for job in read("prometheus.yml")["scrape_configs"]}
    ports = Ports()
    assert jobs["figures"]["static_configs"][0]["targets"] == [f"metrics:{ports.figures}"]
    assert jobs["worker"]["dns_sd_configs"][0]["port"] == ports.worker_metrics
    for name, port, granted in (
        ("catalog", ports.catalog, CATALOG_CLIENTS["metrics"] == {CatalogScope.METRICS}),
        ("notification", ports.notification, NOTIFICATION_CLIENTS["metrics"] == {NotificationScope.METRICS}),
        ("codec", ports.codec, CODEC_CLIENTS["metrics"] == {CodecScope.METRICS}),
    ):
        assert jobs[name]["static_configs"][0]["targets"] == [f"{name}:{port}"]
        token = Path(jobs[name]["authorization"]["credentials_file"])
        assert token.name == f"{name}-metrics.token" and granted
