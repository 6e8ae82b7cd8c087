"""Ed25519 (RFC 8032): private keys as files on the officer's machine, signatures over statements, and their verification.

A private key is PKCS #8 PEM, a public one SubjectPublicKeyInfo PEM, as `openssl genpkey -algorithm ed25519` writes them.
On record and in messages public keys and signatures are base64 of the raw bytes.
"""

import os
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from models.base import Text

PUBLIC = ".pub"
"""The ending of a public key's file, which lies beside the private one under the same name."""

OTHERS = 0o077
"""What nobody but the owner may do with a private key."""


class KeyUnusable(Exception):
    """A key file that cannot be used. `text` says why; the key itself is never in it."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class PassphraseWanted(KeyUnusable):
    """The private key is encrypted, and no passphrase was given, or a wrong one."""


def create(file: Path, passphrase: str | None = None) -> str:
    """Make a key: the private one at `file`, readable by its owner only, the public one beside it. The public key.

    With a passphrase the file is encrypted. Raises FileExistsError naming the file where one of the two is there already;
    then nothing was changed.
    """
    private = Ed25519PrivateKey.generate()
    encryption = _encryption(passphrase)
    for there in (file, file.with_suffix(PUBLIC)):
        if there.exists():
            raise FileExistsError(str(there))
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_new(file, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption), 0o600)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _write_new(file.with_suffix(PUBLIC), public, 0o644)
    return public_key_of(private)


def load(file: Path, passphrase: str | None = None) -> Ed25519PrivateKey:
    """The private key in that file.

    Raises FileNotFoundError, PassphraseWanted, and KeyUnusable for another kind of key or a file that others may read.
    """
    if file.stat().st_mode & OTHERS:
        zh, en = f"{file} 可被他人读取，请先 chmod 600", f"{file} can be read by others; chmod 600 first"
        raise KeyUnusable(Text(zh=zh, en=en))
    private = _loaded(file, passphrase)
    if not isinstance(private, Ed25519PrivateKey):
        raise _no_key(file)
    return private


def read_public_key(file: Path) -> str:
    """The public key in that PEM file. Raises OSError, and KeyUnusable for what is no Ed25519 public key."""
    try:
        public = load_pem_public_key(file.read_bytes())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _no_key(file) from error
    if not isinstance(public, Ed25519PublicKey):
        raise _no_key(file)
    return b64encode(public.public_bytes_raw()).decode()


def public_key_of(private: Ed25519PrivateKey) -> str:
    """Its public key."""
    return b64encode(private.public_key().public_bytes_raw()).decode()


def sign(private: Ed25519PrivateKey, statement: str) -> str:
    """The signature over the statement's UTF-8 bytes."""
    return b64encode(private.sign(statement.encode())).decode()


def is_signed(statement: str, signature: str, public_key: str) -> bool:
    """Whether the signature is that key's over the statement's UTF-8 bytes. What is no signature or no key is not."""
    try:
        Ed25519PublicKey.from_public_bytes(b64decode(public_key, validate=True)).verify(
            b64decode(signature, validate=True), statement.encode()
        )
    except (ValueError, InvalidSignature):
        return False
    return True


def _encryption(passphrase: str | None) -> KeySerializationEncryption:
    return BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()


def _write_new(file: Path, content: bytes, mode: int) -> None:
    # Opened with its final mode: there is no moment in which another user could read a private key.
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
        opened.write(content)


def _loaded(file: Path, passphrase: str | None) -> object:
    content = file.read_bytes()
    try:
        return load_pem_private_key(content, None)
    except TypeError:  # so the library says that the file is encrypted
        return _decrypted(file, content, passphrase)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _no_key(file) from error


def _decrypted(file: Path, content: bytes, passphrase: str | None) -> object:
    wanted = PassphraseWanted(Text(zh=f"{file} 的口令缺失或有误", en=f"the passphrase of {file} is missing or wrong"))
    if not passphrase:
        raise wanted
    try:
        return load_pem_private_key(content, passphrase.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise wanted from error


def _no_key(file: Path) -> KeyUnusable:
    return KeyUnusable(Text(zh=f"{file} 不是 Ed25519 密钥（PEM）", en=f"{file} holds no Ed25519 key (PEM)"))
