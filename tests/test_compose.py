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
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from runtime.connect import connect
from runtime.settings import Settings
from services.catalog.__main__ import CatalogSettings
from services.codec.settings import CodecSettings
from services.notification.settings import NotificationSettings
from starter.folder import claimed
from starter.ports import Ports, settle
from starter.supervisor import Supervisor
from starter.temporal import RETENTION, binary, dev_server
from workflows.names import SEARCH_ATTRIBUTES

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ["catalog", "codec", "notification", "worker"]


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


@pytest.mark.parametrize("name", OURS)
def test_each_variable_is_one_that_the_process_reads(name: str) -> None:
    processes: tuple[type[BaseSettings], ...] = (Settings, CatalogSettings, CodecSettings, NotificationSettings)
    known = set().union(*map(known_variables, processes))
    assert {variable for variable in SERVICES[name]["environment"] if variable.startswith("TONGCHOU_")} <= known


def test_every_dependency_names_a_service_and_waits_for_a_state_that_it_can_reach() -> None:
    for name, service in SERVICES.items():
        for needed, how in service.get("depends_on", {}).items():
            healthy = how["condition"] == "service_healthy"
            assert healthy == ("healthcheck" in SERVICES[needed]), f"{name} waits for {needed}"


def test_no_password_is_written_down_and_none_has_a_default() -> None:
    required = re.compile(r"^\$\{POSTGRES_PASSWORD:\?.+\}$")
    secrets = {
        f"{name}.{variable}": value
        for name, service in SERVICES.items()
        for variable, value in service.get("environment", {}).items()
        if variable in {"POSTGRES_PASSWORD", "POSTGRES_PWD", "SQL_PASSWORD", "PGPASSWORD"}
    }
    assert len(secrets) == 9
    assert [where for where, value in secrets.items() if not required.match(value)] == []


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
    assert worker["depends_on"][f"{service}-tokens"] == {"condition": "service_completed_successfully"}


def test_the_key_ring_is_changed_in_one_place_and_read_elsewhere() -> None:
    mounts = {
        name: [v for v in service.get("volumes", []) if "payload-keys" in v] for name, service in SERVICES.items()
    }
    files = {name: service.get("environment", {}).get("TONGCHOU_PAYLOAD_KEYS") for name, service in SERVICES.items()}
    assert {name: found[0].endswith(":ro") for name, found in mounts.items() if found} == {
        "payload-keys": False,
        "codec": True,
        "worker": True,
    }
    assert {name for name, file in files.items() if file} == {"payload-keys", "codec", "worker"}
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
    assert all(re.search(r":[0-9]+\.[0-9]+(\.[0-9]+)?$", image) for image in images.values())


@pytest.mark.parametrize("name", ["temporal-schema", "temporal-setup"])
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
