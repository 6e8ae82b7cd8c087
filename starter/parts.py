"""Our own processes as parts of the embedded stack: how each is started, what it is told, when it is ready."""

import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from models.base import Text
from starter import child
from starter.child import Child, Program
from starter.folder import Endpoints, Folder
from starter.supervisor import Part

ROOT = Path(__file__).parents[1]
_PATH = {"PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))}


def databases_of(folder: Folder) -> dict[str, str]:
    """The variables that name the databases. One that the operator chose is kept."""
    databases = {
        "TONGCHOU_DATABASE_URL": folder.database_url("tongchou"),
        "TONGCHOU_CATALOG_DATABASE_URL": folder.database_url("catalog"),
        "TONGCHOU_NOTIFICATION_DATABASE_URL": folder.database_url("notification"),
        "TONGCHOU_CODEC_DATABASE_URL": folder.database_url("codec"),
    }
    return {name: os.environ.get(name, default) for name, default in databases.items()}


def environment_of(folder: Folder, endpoints: Endpoints) -> dict[str, str]:
    """What every process of the stack finds in its environment."""
    keys = {"TONGCHOU_PAYLOAD_KEYS": str(endpoints.payload_keys)} if endpoints.payload_keys else {}
    payloads = {"TONGCHOU_PAYLOADS": endpoints.payloads.value}
    # The pages of another server's UI are the operator's to name.
    ui = {"TONGCHOU_CODEC_UI_ORIGIN": endpoints.ui} if endpoints.ui else {}
    # An own server has no TLS and no keys: a profile that the operator keeps for another one must not reach it.
    no_profile = {} if endpoints.ui is None else {"TEMPORAL_CONFIG_FILE": os.devnull, "TEMPORAL_PROFILE": ""}
    return {
        **_PATH,
        "TONGCHOU_DATA_DIR": str(folder.root),
        "TONGCHOU_CATALOG_URL": endpoints.catalog,
        "TONGCHOU_NOTIFICATION_URL": endpoints.notification,
        "TONGCHOU_CATALOG_TOKEN_FILE": str(folder.token_file("catalog", "worker")),
        "TONGCHOU_NOTIFICATION_TOKEN_FILE": str(folder.token_file("notification", "worker")),
        "TEMPORAL_ADDRESS": endpoints.temporal,
        "TEMPORAL_NAMESPACE": endpoints.namespace,
        **databases_of(folder),
        **keys,
        **payloads,
        **ui,
        **no_profile,
    }


async def provide_tokens(name: str, folder: Folder) -> None:
    """Let one of `services/` make the tokens with which the worker and the commands will reach it, where any is missing.

    Raises `ProcessFailed` when it cannot.
    """
    command = [*_python(f"services.{name}"), "token", "provision", str(folder.secrets)]
    running = await child.start(Program(name, command, {**_PATH, **databases_of(folder)}), folder.logs)
    if await running.process.wait():
        raise running.failed(Text(zh="无法签发访问令牌", en="cannot make its access tokens"))


def service(name: str, url: str, environment: Mapping[str, str]) -> Part:
    """One of `services/`, listening at that address. It is ready when its `/readyz` says so."""
    address = urlsplit(url)
    prefix = f"TONGCHOU_{name.upper()}"
    listens = {f"{prefix}_HOST": str(address.hostname), f"{prefix}_PORT": str(address.port)}
    return Part(Program(name, _python(f"services.{name}"), {**environment, **listens}), _says_ready(url))


def worker(environment: Mapping[str, str], health: str, metrics: str | None = None) -> Part:
    """`worker.py`, which tells its health and what Temporal's SDK counts at those addresses.

    It is ready when its `/readyz` says so: the records are current, and the server sees it ask for tasks.
    """
    told = {
        "TONGCHOU_HEALTH_ADDRESS": urlsplit(health).netloc,
        "TONGCHOU_METRICS_ADDRESS": urlsplit(metrics or "").netloc,
    }
    return Part(Program("worker", _python("worker"), {**environment, **told}), _says_ready(health))


def figures(url: str, environment: Mapping[str, str]) -> Part:
    """`tongchou metrics`, which tells the figures of the installation at that address."""
    command = [*_python("starter"), "metrics", "--address", urlsplit(url).netloc]
    return Part(Program("metrics", command, environment), _says_ready(url, "/healthz"))


def _says_ready(url: str, page: str = "/readyz") -> Callable[[Child], Awaitable[bool]]:
    async def ready(_: Child) -> bool:
        try:
            # No proxy of the environment may stand between us and a process of this machine.
            async with httpx.AsyncClient(trust_env=False, timeout=10.0) as http:
                return (await http.get(f"{url}{page}")).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    return ready


def _python(module: str) -> list[str]:
    # -P: a folder that happens to be called `services` where the operator stands must not be taken for ours.
    return [sys.executable, "-P", "-m", module]
