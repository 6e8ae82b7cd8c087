"""The embedded stack: Temporal, both services and the worker as processes of this machine; their data in a folder."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from temporalio.client import Client

from models.base import Text
from runtime.connect import TemporalUnreachable, connect
from runtime.payloads import keyring
from runtime.payloads.policy import PayloadPolicy
from runtime.shutdown import stop_requested
from starter.errors import AlreadyRunning, ProcessFailed, StackError
from starter.folder import Endpoints, Folder, claimed, running_stack
from starter.parts import environment_of, figures, provide_tokens, service, worker
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
async def embedded(
    data_dir: Path,
    ports: Ports | None = None,
    *,
    payload_keys: Path | None = None,
    encrypted: bool = False,
    payloads: PayloadPolicy = PayloadPolicy.STRICT,
    watched: bool = False,
) -> AsyncIterator[Stack]:
    """Start the stack on that folder, and stop it when the block is left. Stop and start again loses nothing.

    A Temporal server that `TEMPORAL_ADDRESS` names is used instead of our own; it gets the search attributes, and keeps
    its retention. A port in use is replaced by a free one (`Stack.notes`).

    Payloads are encrypted with the ring of `payload_keys`, which has to be there, or else with the folder's own: that is
    made where `encrypted` asks for it, and used ever after. A codec server then runs too. `payloads` says whether clear text
    is taken beside that; a folder that ran in clear text needs it, to be encrypted from now on.

    `watched` has Prometheus' figures told: those of the worker, and by `tongchou metrics` those of the whole installation.

    Raises `AlreadyRunning` when the folder is in use, `ProcessFailed` when a process does not come up, `StackError`
    otherwise; what had been started is then stopped.
    """
    async with claimed(data_dir) as (folder, lock), Supervisor(folder, lock) as supervisor:
        keys = _key_ring(folder, payload_keys, encrypted, payloads)
        asking = ("catalog", "notification", *(("codec",) if keys else ()))
        await asyncio.gather(*(provide_tokens(name, folder) for name in asking))
        # Only now: a port that was found free can be taken by somebody else while the stack is still getting ready.
        chosen, notes = settle(_needed(ports or Ports(), keys, watched))
        client = await _temporal(supervisor, folder, chosen, keys)
        await register_search_attributes(client)
        endpoints = _endpoints(client, chosen, folder, keys, payloads, watched)
        environment = environment_of(folder, endpoints)
        await supervisor.start(
            service("catalog", endpoints.catalog, environment),
            service("notification", endpoints.notification, environment),
            worker(environment, endpoints.worker_health, endpoints.worker_metrics),
            *([service("codec", endpoints.codec, environment)] if endpoints.codec else []),
            *([figures(endpoints.figures, environment)] if endpoints.figures else []),
        )
        await _keep_up(client)
        stack = Stack(supervisor, endpoints, notes, folder)
        folder.publish(stack.endpoints)
        yield stack


async def _keep_up(client: Client) -> None:
    """Have the installation's own schedules kept: nobody has to think of anchoring the ledger."""
    # Schedules know the law, which is slow to import, and every command imports this module.
    from starter import upkeep

    await upkeep.apply(client)


def _key_ring(
    folder: Folder, named: Path | None, wanted: bool, payloads: PayloadPolicy = PayloadPolicy.STRICT
) -> Path | None:
    """The ring with which this stack encrypts; None for clear text."""
    file = named.resolve() if named else folder.payload_keys
    try:
        if named or file.exists():
            keyring.read(file)
        elif wanted:
            _refuse_to_lock_out(folder, payloads)
            keyring.create(file, keyring.PayloadKey.fresh(keyring.Algorithm.AES_256_GCM))
        else:
            return None
    except keyring.KeyRingError as error:
        raise StackError(Text(zh=f"密钥环不可用：{error}", en=f"the key ring cannot be used: {error}")) from error
    return file


def _refuse_to_lock_out(folder: Folder, payloads: PayloadPolicy) -> None:
    """What ran in clear text could not be gone on with, were only encrypted payloads taken from now on."""
    if folder.temporal_database.exists() and payloads is PayloadPolicy.STRICT:
        raise StackError(
            Text(
                zh=f"{folder.root} 此前未加密：请先以 TONGCHOU_PAYLOADS=mixed 启动，直至当时的流程全部办结",
                en=f"{folder.root} ran in clear text: begin with TONGCHOU_PAYLOADS=mixed, until what began then has ended",
            )
        )


def _needed(ports: Ports, keys: Path | None, watched: bool) -> Ports:
    """A port that nothing will listen on is no reason to say that it is taken."""
    ports = ports if keys else replace(ports, codec=0)
    return ports if watched else replace(ports, figures=0, worker_metrics=0)


async def _temporal(supervisor: Supervisor, folder: Folder, ports: Ports, keys: Path | None) -> Client:
    if os.environ.get("TEMPORAL_ADDRESS"):
        try:
            return await connect(payload_keys=keys)
        except TemporalUnreachable as error:
            raise StackError(Text(zh=f"TEMPORAL_ADDRESS 指定的服务器无应答：{error}", en=str(error))) from error
    await supervisor.start(dev_server(folder, ports, _codec_url(ports) if keys else None))
    client = await connect(f"{LOOPBACK}:{ports.temporal}", payload_keys=keys)
    await keep_finished_runs(client)
    return client


def _codec_url(ports: Ports) -> str:
    return f"http://{LOOPBACK}:{ports.codec}/payloads"


def _endpoints(
    client: Client, ports: Ports, folder: Folder, keys: Path | None, payloads: PayloadPolicy, watched: bool
) -> Endpoints:
    return Endpoints(
        temporal=client.service_client.config.target_host,
        namespace=client.namespace,
        ui=f"http://{LOOPBACK}:{ports.ui}" if not os.environ.get("TEMPORAL_ADDRESS") else None,
        catalog=f"http://{LOOPBACK}:{ports.catalog}",
        notification=f"http://{LOOPBACK}:{ports.notification}",
        data_dir=folder.root,
        codec=f"http://{LOOPBACK}:{ports.codec}" if keys else None,
        payload_keys=keys,
        payloads=payloads,
        worker_health=f"http://{LOOPBACK}:{ports.worker_health}",
        worker_metrics=f"http://{LOOPBACK}:{ports.worker_metrics}" if watched else None,
        figures=f"http://{LOOPBACK}:{ports.figures}" if watched else None,
    )
