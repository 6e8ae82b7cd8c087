"""The embedded stack: Temporal, both services and the worker as processes of this machine; their data in a folder."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client

from models.base import Text
from runtime.connect import TemporalUnreachable, connect
from runtime.shutdown import stop_requested
from starter.errors import AlreadyRunning, ProcessFailed, StackError
from starter.folder import Endpoints, Folder, claimed, running_stack
from starter.parts import environment_of, service, worker
from starter.ports import LOOPBACK, Ports, settle
from starter.supervisor import Supervisor
from starter.temporal import dev_server, keep_finished_runs, register_search_attributes

__all__ = ["AlreadyRunning", "Endpoints", "Ports", "ProcessFailed", "Stack", "StackError", "embedded", "running_stack"]

STABLE_SECONDS = 10.0
"""A process that ran this long is worth starting again; one that ends sooner would only end again."""


class Stack:
    """A running stack. `notes` tells what differs from the usual, such as a port that was taken."""

    def __init__(self, supervisor: Supervisor, endpoints: Endpoints, notes: tuple[Text, ...], folder: Folder) -> None:
        self.notes = notes
        self._supervisor, self._endpoints, self._folder = supervisor, endpoints, folder

    @property
    def endpoints(self) -> Endpoints:
        return self._endpoints.model_copy(update={"pids": self._supervisor.pids})

    async def restart(self, name: str) -> None:
        """Stop and start one process (`temporal`, `catalog`, `notification`, `worker`); KeyError for another name.

        Not while `serve` runs, which takes the stop for a failure.
        """
        await self._supervisor.restart(name)
        self._folder.publish(self.endpoints)

    async def serve(self, report: Callable[[ProcessFailed], None]) -> None:
        """Run until the process is asked to stop. A process that ends by itself is reported and started again.

        Raises `ProcessFailed` when one ends again soon after its start. Must be awaited in the main thread.
        """
        tasks = {asyncio.create_task(stop_requested()), asyncio.create_task(self._keep_running(report))}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_running(self, report: Callable[[ProcessFailed], None]) -> None:
        restarted: dict[str, float] = {}
        while True:
            failure = await self._supervisor.first_to_die()
            if time.monotonic() - restarted.get(failure.name, -STABLE_SECONDS) < STABLE_SECONDS:
                raise failure
            report(failure)
            restarted[failure.name] = time.monotonic()
            await self.restart(failure.name)


@asynccontextmanager
async def embedded(data_dir: Path, ports: Ports | None = None) -> AsyncIterator[Stack]:
    """Start the stack on that folder, and stop it when the block is left. Stop and start again loses nothing.

    A Temporal server that `TEMPORAL_ADDRESS` names is used instead of our own; it gets the search attributes, and keeps
    its retention. A port in use is replaced by a free one (`Stack.notes`).

    Raises `AlreadyRunning` when the folder is in use, `ProcessFailed` when a process does not come up, `StackError`
    otherwise; what had been started is then stopped.
    """
    chosen, notes = settle(ports or Ports())
    async with claimed(data_dir) as (folder, lock), Supervisor(folder, lock) as supervisor:
        client = await _temporal(supervisor, folder, chosen)
        await register_search_attributes(client)
        endpoints = _endpoints(client, chosen, folder)
        environment = environment_of(folder, endpoints)
        await supervisor.start(
            service("catalog", endpoints.catalog, environment),
            service("notification", endpoints.notification, environment),
            worker(client, environment),
        )
        stack = Stack(supervisor, endpoints, notes, folder)
        folder.publish(stack.endpoints)
        yield stack


async def _temporal(supervisor: Supervisor, folder: Folder, ports: Ports) -> Client:
    if os.environ.get("TEMPORAL_ADDRESS"):
        try:
            return await connect()
        except TemporalUnreachable as error:
            raise StackError(Text(zh=f"TEMPORAL_ADDRESS 指定的服务器无应答：{error}", en=str(error))) from error
    await supervisor.start(dev_server(folder, ports))
    client = await connect(f"{LOOPBACK}:{ports.temporal}")
    await keep_finished_runs(client)
    return client


def _endpoints(client: Client, ports: Ports, folder: Folder) -> Endpoints:
    return Endpoints(
        temporal=client.service_client.config.target_host,
        namespace=client.namespace,
        ui=f"http://{LOOPBACK}:{ports.ui}" if not os.environ.get("TEMPORAL_ADDRESS") else None,
        catalog=f"http://{LOOPBACK}:{ports.catalog}",
        notification=f"http://{LOOPBACK}:{ports.notification}",
        data_dir=folder.root,
    )
