"""The embedded Temporal server: the official dev server on a SQLite file, and what its namespace needs for us."""

import os
import shutil
import sys
from datetime import timedelta
from pathlib import Path

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from models.base import Text
from runtime.connect import TemporalUnreachable, connect
from starter.advice import INSTALL_TEMPORAL
from starter.child import Child, Program
from starter.errors import StackError
from starter.folder import Folder
from starter.ports import LOOPBACK, Ports
from starter.supervisor import Part
from workflows.names import SEARCH_ATTRIBUTES

RETENTION = timedelta(days=90)
"""How long the server keeps a finished run. Each run's history is exported at its end, so this is for the UI only."""

BINARY_VARIABLE = "TONGCHOU_TEMPORAL_BIN"


def dev_server(folder: Folder, ports: Ports, codec: str | None = None) -> Part:
    """The dev server on the folder's database. It is ready when it answers for its default namespace.

    `codec` is where its UI has payloads decoded.

    Raises `StackError` when there is no `temporal` program.
    """
    address = f"{LOOPBACK}:{ports.temporal}"

    async def ready(_: Child) -> bool:
        try:
            client = await connect(address)
            await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
        except (TemporalUnreachable, RPCError):
            return False
        return True

    return Part(Program("temporal", _command(folder, ports, codec), {}), ready)


def _command(folder: Folder, ports: Ports, codec: str | None) -> list[str]:
    options = {
        "--ip": LOOPBACK,
        "--port": str(ports.temporal),
        "--ui-port": str(ports.ui),
        "--db-filename": str(folder.temporal_database),
        "--log-level": "warn",
        # A stage hands over by continue-as-new; by default the server lets a second pass between two runs of one id.
        "--dynamic-config-value": 'history.workflowIdReuseMinimalInterval="0s"',
    }
    if codec is not None:
        options["--ui-codec-endpoint"] = codec
    # Together 1.5 times faster than the default, and an acknowledged write still survives a kill.
    durable = ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=FULL"]
    return [binary(), "server", "start-dev", *(word for option in options.items() for word in option), *durable]


def binary() -> str:
    """The `temporal` program: the one that TONGCHOU_TEMPORAL_BIN names, the one installed with us, or the PATH's.

    Raises `StackError` when there is none.
    """
    named = os.environ.get(BINARY_VARIABLE)
    beside = Path(sys.executable).parent / "temporal"
    found = shutil.which(named or beside) or (None if named else shutil.which("temporal"))
    if found is None:
        raise StackError(_no_binary(named), advice=INSTALL_TEMPORAL)
    return found


def _no_binary(named: str | None) -> Text:
    if named:
        return Text(
            zh=f"{BINARY_VARIABLE} 指定的程序 {named} 不存在或不可执行",
            en=f"{BINARY_VARIABLE} names {named}, which does not exist or cannot be executed",
        )
    return Text(
        zh=f"找不到 temporal 程序；请安装它，或以 {BINARY_VARIABLE} 指定，或以 TEMPORAL_ADDRESS 指定已运行的服务器",
        en=f"there is no `temporal` program; install it, name it in {BINARY_VARIABLE}, or name a running server in "
        "TEMPORAL_ADDRESS",
    )


async def register_search_attributes(client: Client) -> None:
    """Register our search attributes in the client's namespace. A second call changes nothing.

    The dev server's own flag for this is passed over in silence when the database already exists, so an attribute that
    a new version brings would be missing. Raises `StackError` when one stands there under another type, which the
    server leaves as it is without a word, and RPCError when the server does not let us.
    """
    request = AddSearchAttributesRequest(namespace=client.namespace)
    for key in SEARCH_ATTRIBUTES:
        request.search_attributes[key.name] = IndexedValueType.ValueType(key.indexed_value_type)
    await client.operator_service.add_search_attributes(request)
    listing = ListSearchAttributesRequest(namespace=client.namespace)
    registered = (await client.operator_service.list_search_attributes(listing)).custom_attributes
    wrong = [name for name, kind in request.search_attributes.items() if registered.get(name) != kind]
    if wrong:
        raise StackError(_wrong_attributes(client.namespace, wrong))


def _wrong_attributes(namespace: str, names: list[str]) -> Text:
    return Text(
        zh=f"命名空间 {namespace} 中的搜索属性类型不符：{'、'.join(names)}；请改用另一命名空间（TEMPORAL_NAMESPACE）",
        en=f"search attributes of another type stand in namespace {namespace}: {', '.join(names)}; use another one "
        "(TEMPORAL_NAMESPACE)",
    )


async def keep_finished_runs(client: Client) -> None:
    """Set the namespace's retention; the dev server's default is one day. A second call changes nothing."""
    config = NamespaceConfig()
    config.workflow_execution_retention_ttl.FromTimedelta(RETENTION)
    await client.workflow_service.update_namespace(UpdateNamespaceRequest(namespace=client.namespace, config=config))
