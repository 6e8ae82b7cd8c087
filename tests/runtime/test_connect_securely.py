"""Temporal behind TLS: certificates and API keys from the variables and profiles that Temporal documents."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from runtime.connect import TemporalUnreachable, connect
from starter.temporal import binary
from tests.runtime.gateway import SERVER_NAME, Authority, Gateway, Identity, gateway, huffman
from workflows.names import SEARCH_ATTRIBUTES, TASK_QUEUE

ROOT = Path(__file__).parents[2]
API_KEY = "k3yforthestation"
INBOX = ("inbox", "--organ", "jy-data-bureau", "--json")


@dataclass(frozen=True)
class Site:
    """A real Temporal server, the gateway before it that wants our certificates, and some of them."""

    server: Client
    gateway: Gateway
    ours: Authority
    worker: Identity
    foreign: Identity

    @property
    def trusting(self) -> dict[str, str]:
        """The variables of a client that knows the server's authority, and has nothing to show for itself."""
        return {
            "TEMPORAL_ADDRESS": self.gateway.address,
            "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(self.ours.certificate),
            "TEMPORAL_TLS_SERVER_NAME": SERVER_NAME,
        }

    def as_client(self, identity: Identity) -> dict[str, str]:
        shown = {
            "TEMPORAL_TLS_CLIENT_CERT_PATH": str(identity.certificate),
            "TEMPORAL_TLS_CLIENT_KEY_PATH": str(identity.key),
        }
        return {**self.trusting, **shown}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("certificates")
    ours, other = Authority(folder, "ours"), Authority(folder, "other")
    server = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(binary()), search_attributes=SEARCH_ATTRIBUTES
    )
    async with server:
        upstream = server.client.service_client.config.target_host
        async with gateway(upstream, ours.issue(SERVER_NAME), ours.certificate) as before:
            yield Site(server.client, before, ours, ours.issue("tongchou"), other.issue("tongchou"))


@pytest.fixture(autouse=True)
def no_other_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("TEMPORAL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)


def use(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


async def namespace_of(client: Client) -> str:
    request = DescribeNamespaceRequest(namespace=client.namespace)
    return (await client.workflow_service.describe_namespace(request)).namespace_info.name


# ---------------------------------------------------------------- certificates


async def test_our_certificate_is_shown_and_the_server_answers(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, site.as_client(site.worker))
    before = len(site.gateway.clients)
    assert await namespace_of(await connect()) == "default"
    assert site.gateway.clients[before:] == ["tongchou"]


async def test_a_profile_file_says_the_same_as_the_variables(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = f"""
[profile.production]
address = "{site.gateway.address}"
namespace = "default"

[profile.production.tls]
server_name = "{SERVER_NAME}"
server_ca_cert_path = "{site.ours.certificate}"
client_cert_path = "{site.worker.certificate}"
client_key_path = "{site.worker.key}"
"""
    (tmp_path / "temporal.toml").write_text(profile, "utf-8")
    use(monkeypatch, {"TEMPORAL_CONFIG_FILE": f"{tmp_path}/temporal.toml", "TEMPORAL_PROFILE": "production"})
    assert await namespace_of(await connect()) == "default"


@pytest.mark.parametrize("shown", ["none", "another authority's"])
async def test_a_client_without_a_certificate_of_ours_is_turned_away(
    site: Site, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, site.trusting if shown == "none" else site.as_client(site.foreign))
    with pytest.raises(TemporalUnreachable, match=f"TLS .* at {site.gateway.address} failed: .*CLIENT_CERT_PATH"):
        await connect()


@pytest.mark.parametrize(
    ("variable", "value"),
    [("TEMPORAL_TLS_SERVER_NAME", "elsewhere.internal"), ("TEMPORAL_TLS_SERVER_CA_CERT_PATH", "other.pem")],
)
async def test_a_server_that_is_not_the_one_we_mean_is_not_spoken_to(
    site: Site, variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = str(site.ours.certificate.with_name(value)) if value.endswith(".pem") else value
    use(monkeypatch, {**site.as_client(site.worker), variable: value})
    before = list(site.gateway.clients)
    with pytest.raises(TemporalUnreachable, match=f"TLS .* at {site.gateway.address} failed: .*InvalidCertificate"):
        await connect()
    assert site.gateway.clients == before


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"TEMPORAL_TLS_CLIENT_CERT_PATH": "/absent.pem"}, "not configured well: .*/absent.pem"),
        ({"TEMPORAL_ADDRESS": "127.0.0.1:1"}, "no Temporal server answers at 127.0.0.1:1: Connection refused"),
        ({"TEMPORAL_ADDRESS": "absent.invalid:1"}, "answers at absent.invalid:1: failed to lookup address information"),
        ({"TEMPORAL_PROFILE": "unheard-of"}, "not configured well: .*unheard-of"),
    ],
)
async def test_what_is_wrong_before_tls_begins_is_not_blamed_on_certificates(
    site: Site, changes: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, {**site.as_client(site.worker), **changes})
    with pytest.raises(TemporalUnreachable, match=told):
        await connect()


# ---------------------------------------------------------------- API keys


def test_the_code_of_headers_is_the_one_of_http2() -> None:
    assert huffman("www.example.com").hex() == "f1e3c2e5f23a6ba0ab90f4ff"  # RFC 7541, C.4.1


async def test_an_api_key_reaches_the_server_over_tls_as_a_bearer_token(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream = site.server.service_client.config.target_host
    async with gateway(upstream, site.ours.issue("keys.internal"), None) as cloud:
        variables = {**site.trusting, "TEMPORAL_ADDRESS": cloud.address, "TEMPORAL_TLS_SERVER_NAME": "keys.internal"}
        use(monkeypatch, {**variables, "TEMPORAL_API_KEY": API_KEY})
        assert await namespace_of(await connect()) == "default"
        assert cloud.was_sent(f"Bearer {API_KEY}")
        assert not cloud.was_sent("Bearer another")


@pytest.mark.parametrize(("tls", "told"), [({}, "TLS .* failed"), ({"TEMPORAL_TLS": "false"}, "is not sent")])
async def test_an_api_key_is_never_sent_in_clear_text(
    site: Site, tls: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = site.server.service_client.config.target_host
    use(monkeypatch, {"TEMPORAL_ADDRESS": plain, "TEMPORAL_API_KEY": API_KEY, **tls})
    with pytest.raises(TemporalUnreachable, match=told):
        await connect()


# ---------------------------------------------------------------- the product


async def test_the_worker_and_the_command_reach_temporal_through_the_gateway(site: Site, tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TEMPORAL_", "TONGCHOU_"))}
    data = {"TONGCHOU_DATA_DIR": str(tmp_path), "TONGCHOU_DATABASE_URL": f"sqlite:///{tmp_path}/tongchou.db"}
    environment = {**kept, **data, "TEMPORAL_CONFIG_FILE": os.devnull, "PYTHONPATH": str(ROOT)}
    right = {**environment, **site.as_client(site.worker)}
    before = len(site.gateway.clients)
    worker = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "worker.py"), cwd=tmp_path, env=right, stderr=PIPE
    )
    try:
        await polled(site.server, worker)
        listing = await tongchou(right, tmp_path)
        assert listing[0] == 0, listing
        assert len(site.gateway.clients) >= before + 2
        code, told = await tongchou({**environment, **site.trusting}, tmp_path)
        assert code == 3 and "TLS" in told and site.gateway.address in told, told
    finally:
        worker.terminate()
        await worker.communicate()
    assert worker.returncode == 0


async def polled(server: Client, worker: asyncio.subprocess.Process) -> None:
    """Wait until the server, asked behind the gateway, sees the worker."""
    request = DescribeTaskQueueRequest(
        namespace=server.namespace,
        task_queue=TaskQueue(name=TASK_QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    async with asyncio.timeout(60):
        while True:
            answer = await server.workflow_service.describe_task_queue(request)
            if any(poller.identity.startswith(f"{worker.pid}@") for poller in answer.pollers):
                return
            if worker.returncode is not None:
                assert worker.stderr is not None
                raise AssertionError((await worker.stderr.read()).decode())
            await asyncio.sleep(0.1)


async def tongchou(environment: dict[str, str], folder: Path) -> tuple[int | None, str]:
    """`tongchou inbox`: its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "starter", *INBOX, cwd=folder, env=environment, stdout=PIPE, stderr=PIPE
    )
    out, err = await process.communicate()
    return process.returncode, (out + err).decode()
