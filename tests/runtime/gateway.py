"""What stands before a Temporal server in production: a gateway that speaks TLS and asks for a client's certificate."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SERVER_NAME = "temporal.gov.internal"

HUFFMAN = ("012aceiost", " %-./3456789=A_bdfghlmnpru", ":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz")
"""The characters that have 5, 6 and 7 bits in HTTP/2's code for headers, each group in its order (RFC 7541, appendix B)."""


@dataclass(frozen=True)
class Identity:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path


class Authority:
    """A certificate authority of one test, whose files lie in the folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(name, self._key.public_key(), x509.BasicConstraints(ca=True, path_length=0))
        self.certificate = folder / f"{name}.pem"
        self.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str) -> Identity:
        """A certificate for that name."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternative = x509.SubjectAlternativeName([x509.DNSName(name)])
        certificate = self._signed(name, key.public_key(), x509.BasicConstraints(False, None), alternative)
        made = Identity(self._folder / f"{self._name}-{name}.pem", self._folder / f"{self._name}-{name}.key")
        made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        clear = serialization.NoEncryption()
        made.key.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, clear),
        )
        return made

    def _signed(self, name: str, key: ec.EllipticCurvePublicKey, *extensions: x509.ExtensionType) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self._name)]))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(self._key, hashes.SHA256())


@dataclass
class Gateway:
    """A running gateway. `clients` are the names of the certificates that came through, `sent` what they sent."""

    address: str
    clients: list[str] = field(default_factory=list)
    sent: bytearray = field(default_factory=bytearray)

    def was_sent(self, header: str) -> bool:
        """Whether some request carried a header of that value, as HTTP/2 writes it: in its own bit code, or as it is."""
        return huffman(header) in self.sent or header.encode() in self.sent


@asynccontextmanager
async def gateway(upstream: str, server: Identity, clients: Path | None) -> AsyncIterator[Gateway]:
    """TLS on a free loopback port before a server without it. `clients`: the authority whose certificates it wants."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=clients)
    context.load_cert_chain(server.certificate, server.key)
    context.set_alpn_protocols(["h2"])
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
    handlers: set[asyncio.Task[None]] = set()
    made = Gateway("")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handlers.add(task)
        task.add_done_callback(handlers.discard)
        certificate = writer.get_extra_info("peercert") or {"subject": ()}
        made.clients.extend(value for (pair,) in certificate["subject"] for _, value in [pair])
        host, _, port = upstream.rpartition(":")
        with suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError):
            inside_reader, inside_writer = await asyncio.open_connection(host, int(port))
            try:
                await asyncio.gather(
                    _carry(reader, inside_writer, made.sent), _carry(inside_reader, writer, bytearray())
                )
            finally:
                inside_writer.close()
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    made.address = f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        listener.close()
        for task in handlers:
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray) -> None:
    while data := await reader.read(65536):
        kept += data
        writer.write(data)
        await writer.drain()
    writer.close()


def huffman(text: str) -> bytes:
    """The text in HTTP/2's code for headers, which is canonical: shorter codes first, each group in its order."""
    codes, code = {}, 0
    for bits, group in enumerate(HUFFMAN, start=5):
        for character in group:
            codes[character] = f"{code:0{bits}b}"
            code += 1
        code <<= 1
    written = "".join(codes[character] for character in text)
    written += "1" * (-len(written) % 8)
    return int(written, 2).to_bytes(len(written) // 8, "big")
