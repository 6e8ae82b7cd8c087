"""The one way in which every process reaches Temporal: the standard `TEMPORAL_…` variables and profile files."""

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path

from temporalio.client import Client, Interceptor
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.envconfig import ClientConfig, ClientConnectConfig

from runtime import tracing
from runtime.payloads.packing import PackingCodec
from runtime.payloads.policy import PayloadPolicy
from runtime.settings import Settings

DEFAULT_ADDRESS = "127.0.0.1:7233"

# What the SDK's text shows of a failure beneath the server's own answers, and of one that is beneath TLS too.
_TRANSPORT = "transport::Error"
_NO_CONNECTION = ("tcp connect error", "dns error")

_CAUSE = re.compile(r'(?:message|error): "([^"]+)"')
"""What the operating system said, in the middle of the SDK's text."""

_TLS_ADVICE = (
    "check the certificates: TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH for ours, "
    "TEMPORAL_TLS_SERVER_CA_CERT_PATH and TEMPORAL_TLS_SERVER_NAME for the server's"
)


class TemporalUnreachable(ConnectionError):
    """No Temporal server answers at the configured address, or none that we can speak to."""


def data_converter(payload_keys: Path | None = None, payloads: PayloadPolicy | None = None) -> DataConverter:
    """The converter of every client, worker, replayer and test environment; they must share one to read each other.

    It encrypts with the ring of that file, or else of `Settings.payload_keys`. Whether it takes clear text beside that is the
    policy's to say, or else `Settings.payloads`. Without a ring payloads are in clear text, and large ones packed.
    Messages and stack traces of failures are payloads too, then. Raises `KeyRingError` where the file is no key ring.
    """
    settings = Settings()
    file = payload_keys or settings.payload_keys
    if file is None:
        return dataclasses.replace(pydantic_data_converter, payload_codec=PackingCodec())
    # Whoever works in clear text does not wait for the ciphers to be imported.
    from runtime.payloads.codec import EncryptingCodec
    from runtime.payloads.converter import SayingConverter
    from runtime.payloads.live import LiveKeyRing

    return dataclasses.replace(
        pydantic_data_converter,
        payload_converter_class=SayingConverter,
        payload_codec=EncryptingCodec(LiveKeyRing(file), payloads or settings.payloads, lenient=True),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


async def connect(
    address: str | None = None,
    *,
    namespace: str | None = None,
    payload_keys: Path | None = None,
    payloads: PayloadPolicy | None = None,
    interceptors: Sequence[Interceptor] = (),
) -> Client:
    """Connect to Temporal.

    Without an address the environment decides (`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_PROFILE`, TLS and
    API keys as Temporal documents them), and then 127.0.0.1:7233. An address that is given is meant literally: neither
    the environment nor a profile file adds credentials to it.

    Raises `TemporalUnreachable` when no server answers there, when TLS fails, when the server refuses the API key, and
    when a profile or a file of the connection cannot be used.
    """
    converter = data_converter(payload_keys, payloads)
    try:
        config = ClientConnectConfig(target_host=address) if address else ClientConfig.load_client_connect_config()
    except (OSError, ValueError, RuntimeError) as error:
        raise TemporalUnreachable(f"the connection to Temporal is not configured well: {error}") from error
    config.setdefault("target_host", DEFAULT_ADDRESS)
    if namespace is not None:
        config["namespace"] = namespace
    if config.get("api_key") and config.get("tls") is False:
        raise TemporalUnreachable(
            f"an API key is not sent to {config['target_host']} without TLS (TEMPORAL_TLS is off)"
        )
    try:
        return await Client.connect(
            **config, data_converter=converter, interceptors=[*tracing.interceptors(), *interceptors]
        )
    except (RuntimeError, ValueError) as error:
        raise TemporalUnreachable(_unreachable(config, str(error))) from error


def _unreachable(config: ClientConnectConfig, reason: str) -> str:
    beneath_tls = _TRANSPORT not in reason or any(sign in reason for sign in _NO_CONNECTION)
    if not config.get("tls") or beneath_tls:
        told = _CAUSE.findall(reason)
        return f"no Temporal server answers at {config['target_host']}: {told[-1] if told else reason}"
    return f"TLS with the Temporal server at {config['target_host']} failed: {reason}; {_TLS_ADVICE}"
