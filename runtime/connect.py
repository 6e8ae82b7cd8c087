"""The one way in which every process reaches Temporal: the standard `TEMPORAL_…` variables and profile files."""

from collections.abc import Sequence

from temporalio.client import Client, Interceptor
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter
from temporalio.envconfig import ClientConfig, ClientConnectConfig

DEFAULT_ADDRESS = "127.0.0.1:7233"


class TemporalUnreachable(ConnectionError):
    """No Temporal server answers at the configured address."""


def data_converter() -> DataConverter:
    """The converter of every client, worker, replayer and test environment; they must share one to read each other."""
    return pydantic_data_converter


async def connect(
    address: str | None = None, *, namespace: str | None = None, interceptors: Sequence[Interceptor] = ()
) -> Client:
    """Connect to Temporal.

    Without an address the environment decides (`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_PROFILE`, TLS and
    API keys as Temporal documents them), and then 127.0.0.1:7233. An address that is given is meant literally: neither
    the environment nor a profile file adds credentials to it.

    Raises `TemporalUnreachable` when no server answers. A profile file that cannot be read raises the SDK's own error.
    """
    config = ClientConnectConfig(target_host=address) if address else ClientConfig.load_client_connect_config()
    config.setdefault("target_host", DEFAULT_ADDRESS)
    if namespace is not None:
        config["namespace"] = namespace
    try:
        return await Client.connect(**config, data_converter=data_converter(), interceptors=interceptors)
    except RuntimeError as error:
        raise TemporalUnreachable(f"no Temporal server answers at {config['target_host']}: {error}") from error
