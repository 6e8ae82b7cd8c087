"""docker-compose.yml against the rest of the project. There is no Docker here: what can be run without one is run."""

import importlib
import importlib.util
import os
import re
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml
from pydantic_settings import BaseSettings
from sqlalchemy import make_url
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from models.effects import Recipient
from runtime.connect import connect
from runtime.health import CHECK_SECONDS, Health
from runtime.settings import Settings
from services.catalog.__main__ import CatalogSettings
from services.catalog.scopes import ROUTES as CATALOG_ROUTES
from services.codec.scopes import ROUTES as CODEC_ROUTES
from services.codec.settings import CodecSettings
from services.notification.channels import load_channels
from services.notification.scopes import ROUTES as NOTIFICATION_ROUTES
from services.notification.settings import NotificationSettings
from starter.folder import claimed
from starter.ports import Ports, settle
from starter.supervisor import Supervisor
from starter.temporal import RETENTION, binary, dev_server
from worker import DRAIN
from workflows.names import SEARCH_ATTRIBUTES

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ["catalog", "codec", "notification", "worker"]
"""What serves as `python -m MODULE`, with settings of its own."""
BUILT = [name for name, service in SERVICES.items() if "build" in service]
"""Everything that runs in our image, jobs too."""
ENDS = {name for name, service in SERVICES.items() if service["restart"] == "on-failure:5"}
"""The jobs."""


def known_variables(settings: type[BaseSettings]) -> set[str]:
    prefix = settings.model_config["env_prefix"]
    return {f"{prefix}{field}".upper() for field in settings.model_fields}


@pytest.mark.parametrize("name", OURS)
def test_the_command_of_each_process_is_a_module_of_this_project(name: str) -> None:
    python, flag, module = SERVICES[name]["command"]
    assert (python, flag) == ("python", "-m")
    found = importlib.util.find_spec(module)
    assert found is not None and found.origin is not None
    assert Path(found.origin).is_relative_to(ROOT)


@pytest.mark.parametrize("name", BUILT)
def test_each_variable_is_one_that_the_process_reads(name: str) -> None:
    processes: tuple[type[BaseSettings], ...] = (Settings, CatalogSettings, CodecSettings, NotificationSettings)
    known = set().union(*map(known_variables, processes), {"PGSERVICE", "PGSERVICEFILE"})
    temporal = {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"}
    assert SERVICES[name]["environment"].keys() <= known | temporal


@pytest.mark.parametrize("name", OURS)
def test_each_value_is_one_that_the_process_takes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"catalog": CatalogSettings, "codec": CodecSettings, "notification": NotificationSettings}
    for variable, value in SERVICES[name]["environment"].items():
        monkeypatch.setenv(variable, value)
    assert settings.get(name, Settings)().model_fields_set


def test_every_dependency_names_a_service_and_waits_for_a_state_that_it_can_reach() -> None:
    for name, service in SERVICES.items():
        for needed, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if needed in ENDS else "service_healthy"
            assert how == {"condition": wanted}, f"{name} waits for {needed}"


def test_whatever_goes_on_running_says_whether_it_is_well_and_no_job_does() -> None:
    # The UI's image has no shell of ours to ask with, and nothing waits for it.
    assert {name for name, service in SERVICES.items() if "healthcheck" not in service} == ENDS | {"temporal-ui"}


@pytest.mark.parametrize("name", [name for name in BUILT if "healthcheck" in SERVICES[name]])
def test_the_health_check_asks_a_page_that_the_process_has_where_it_listens(name: str) -> None:
    test = SERVICES[name]["healthcheck"]["test"]
    asked = re.search(r"urlopen\('http://127\.0\.0\.1:(\d+)(/\w+)', timeout=(\d+)\)", test[3])
    assert asked is not None and test[:3] == ["CMD", "python", "-c"]
    port, page, patience = asked.groups()
    environment = SERVICES[name]["environment"]
    addresses = {
        "worker": environment.get("TONGCHOU_HEALTH_ADDRESS"),
        "metrics": SERVICES["metrics"]["command"][-1],
    }
    listens = addresses.get(name) or f"0.0.0.0:{environment.get(f'TONGCHOU_{name.upper()}_PORT')}"
    assert listens == f"0.0.0.0:{port}"
    routes = {"catalog": CATALOG_ROUTES, "codec": CODEC_ROUTES, "notification": NOTIFICATION_ROUTES}
    pages = {route.removeprefix("GET ") for route in routes[name]} if name in routes else set(Health({}).pages)
    assert page in pages
    # A check of /readyz may itself wait for a part that does not answer; then the answer is what is wanted.
    assert CHECK_SECONDS < int(patience) < int(SERVICES[name]["healthcheck"]["timeout"].removesuffix("s"))


def test_there_are_two_workers_and_each_drains_before_it_is_killed() -> None:
    assert SERVICES["worker"]["deploy"]["replicas"] == 2
    assert all(int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > DRAIN.total_seconds() for name in BUILT)


def test_no_secret_stands_in_the_file_or_in_a_variable() -> None:
    variables = {(name, variable) for name, service in SERVICES.items() for variable in service.get("environment", {})}
    assert {found for found in variables if re.search(r"(PASSWORD|_PWD|_KEY|_TOKEN)$", found[1])} == set()
    # Compose fills in nothing either: what it would fill in could be seen by whoever may look at a container.
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert re.findall(r"(?<!\$)\$\{", text) == []
    assert re.findall(r"://[^/@\s]+:[^/@\s]+@", text) == []


def test_each_secret_that_is_mounted_is_one_that_the_script_makes(tmp_path: Path) -> None:
    made = tmp_path / "secrets"
    first, second = (
        subprocess.run(["sh", ROOT / "operations" / "passwords.sh", made], check=True, capture_output=True, text=True)
        for _ in range(2)
    )
    named = {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()}
    assert {file.name for file in made.iterdir()} == named == set(COMPOSE["secrets"])
    assert len(first.stdout.splitlines()) == len(named) and second.stdout == ""
    assert len({file.read_text() for file in made.iterdir()}) == len(named)
    assert made.stat().st_mode & 0o777 == 0o700
    assert "/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def test_each_process_is_given_the_password_of_its_own_role_and_no_other() -> None:
    for name in BUILT:
        service = SERVICES[name]
        urls = [value for variable, value in service["environment"].items() if variable.endswith("DATABASE_URL")]
        urls += [word for word in service["command"] if word.startswith("postgresql")]
        roles = [make_url(url).username for url in urls]
        assert service.get("secrets", []) == roles, name
        assert [service["environment"].get("PGSERVICEFILE")] == [f"/run/secrets/{role}" for role in roles] or not roles


def test_whatever_is_mounted_from_the_project_or_from_the_file_is_there() -> None:
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            there = (ROOT / source).is_file() if source.startswith("./") else source in COMPOSE["volumes"]
            assert there, f"{name}: {volume}"
        for config in service.get("configs", []):
            assert (config["source"] if isinstance(config, dict) else config) in COMPOSE["configs"]


def test_prometheus_asks_everything_that_tells_figures_where_it_tells_them() -> None:
    jobs = yaml.safe_load((ROOT / "operations" / "prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
    asked = {target for job in jobs for at in job.get("static_configs", []) for target in at["targets"]}
    asked |= {f"{name}:{dns['port']}" for job in jobs for dns in job.get("dns_sd_configs", []) for name in dns["names"]}
    told = {f"{name}:{SERVICES[name]['environment'][f'TONGCHOU_{name.upper()}_PORT']}" for name in OURS[:3]}
    told |= {SERVICES["worker"]["environment"]["TONGCHOU_METRICS_ADDRESS"].replace("0.0.0.0", "worker")}
    told |= {SERVICES["metrics"]["command"][-1].replace("0.0.0.0", "metrics")}
    assert asked == told
    # The tokens are readable to their owner alone.
    assert SERVICES["prometheus"]["user"] == SERVICES["codec-tokens"]["user"]
    folders = {Path(job["authorization"]["credentials_file"]).parent for job in jobs if "authorization" in job}
    assert [f"secrets:{folder}:ro" in SERVICES["prometheus"]["volumes"] for folder in folders] == [True]


def test_our_image_runs_as_nobody_in_particular_and_writes_to_its_volumes_only() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (user,) = re.findall(r"^USER (\S+)$", dockerfile, re.MULTILINE)
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    for name in BUILT:
        service = SERVICES[name]
        assert (service["user"], service["read_only"], service["cap_drop"]) == (user, True, ["ALL"]), name


# Apprise asks for a module that Python is about to drop.
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_the_channels_file_is_one_that_the_service_takes(tmp_path: Path) -> None:
    mounted = SERVICES["notification"]["configs"][0]
    assert mounted["target"] == SERVICES["notification"]["environment"]["TONGCHOU_NOTIFICATION_CHANNELS"]
    file = tmp_path / "channels.yaml"
    file.write_text(script(mounted["source"]), encoding="utf-8")
    inbox, mail = load_channels(file).of(Recipient(kind="organ", code="jy-data-bureau"))
    assert inbox == "inbox" and mail.startswith("mailto")


@pytest.mark.parametrize("service", ["catalog", "notification"])
def test_the_worker_uses_the_token_that_is_made_for_it_and_waits_until_it_is(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, worker = SERVICES[f"{service}-tokens"], SERVICES["worker"]
    monkeypatch.setenv(f"TONGCHOU_{service.upper()}_DATABASE_URL", f"sqlite:///{tmp_path}/tokens.db")
    main = importlib.import_module(f"{made['command'][2]}.__main__").main
    folder = Path(made["command"][-1])
    assert main([*made["command"][3:-1], str(tmp_path / "secrets")]) == 0
    used = Path(worker["environment"][f"TONGCHOU_{service.upper()}_TOKEN_FILE"])
    assert used.parent == folder and (tmp_path / "secrets" / used.name).is_file()
    assert made["volumes"] == [f"secrets:{folder}"] and f"secrets:{folder}:ro" in worker["volumes"]
    assert worker["depends_on"][service] == {"condition": "service_healthy"}
    assert SERVICES[service]["depends_on"][f"{service}-tokens"] == {"condition": "service_completed_successfully"}


def test_the_key_ring_is_changed_in_one_place_and_read_elsewhere() -> None:
    mounts = {
        name: [v for v in service.get("volumes", []) if "payload-keys" in v] for name, service in SERVICES.items()
    }
    files = {name: service.get("environment", {}).get("TONGCHOU_PAYLOAD_KEYS") for name, service in SERVICES.items()}
    assert {name: found[0].endswith(":ro") for name, found in mounts.items() if found} == {
        "payload-keys": False,
        **dict.fromkeys(["codec", "worker", "schedules", "metrics"], True),
    }
    assert {name for name, file in files.items() if file} == {name for name, found in mounts.items() if found}
    assert len(set(filter(None, files.values()))) == 1


def test_everything_is_published_on_the_loopback_only() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_every_image_is_pinned_and_temporal_is_the_version_that_is_embedded() -> None:
    said = subprocess.run([binary(), "--version"], capture_output=True, text=True, check=True).stdout
    embedded = re.search(r"Server (\S+), UI (\S+)\)", said)
    assert embedded is not None
    server, ui = embedded.groups()
    images = {name: service["image"] for name, service in SERVICES.items()}
    assert images["temporal"] == f"temporalio/server:{server}"
    assert images["temporal-schema"] == images["temporal-setup"] == f"temporalio/admin-tools:{server}"
    assert images["temporal-ui"] == f"temporalio/ui:{ui}"
    assert all(re.search(r":v?[0-9]+\.[0-9]+(\.[0-9]+)?$", image) for image in images.values())


@pytest.mark.parametrize("name", ["databases", "temporal-schema", "temporal-setup"])
def test_each_script_is_one_that_a_shell_can_read(name: str) -> None:
    subprocess.run(["sh", "-n"], input=script(name), text=True, check=True)


@pytest_asyncio.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    ports, _ = settle(Ports.any_free())
    async with claimed(tmp_path) as (folder, lock), Supervisor(folder, lock) as supervisor:
        await supervisor.start(dev_server(folder, ports))
        yield await connect(f"127.0.0.1:{ports.temporal}", namespace="from-compose")


async def test_the_set_up_makes_the_namespace_that_the_workflows_need_however_often_it_runs(client: Client) -> None:
    for _ in range(2):
        run_against(client, script("temporal-setup"))
    namespace = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    registered = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    assert namespace.config.workflow_execution_retention_ttl.ToTimedelta() == RETENTION
    types = {name: int(kind) for name, kind in registered.custom_attributes.items()}
    assert types == {key.name: int(key.indexed_value_type) for key in SEARCH_ATTRIBUTES}


def script(name: str) -> str:
    """The script as the container sees it: Compose writes a dollar as two."""
    content: str = COMPOSE["configs"][name]["content"]
    return content.replace("$$", "$")


def run_against(client: Client, commands: str) -> None:
    environment = {
        "PATH": f"{Path(binary()).parent}:{os.environ['PATH']}",
        "TEMPORAL_ADDRESS": client.service_client.config.target_host,
        "TEMPORAL_NAMESPACE": client.namespace,
    }
    subprocess.run(["sh", "-eu"], input=commands, text=True, env=environment, check=True, timeout=60)
