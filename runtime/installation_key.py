"""The installation's own key: it signs what the installation vouches for, the anchors of the ledger and the dossiers.

It lies beside the anchors: an Ed25519 private key that only its owner can read, and its public key (runtime/signing.py).
"""

from contextlib import suppress
from pathlib import Path

from models.officer_key import key_id_of
from runtime import signing

FILE = "anchor.key"


class InstallationKey:
    """The key in a folder, ready to sign. `public_key` is base64 of the raw bytes."""

    def __init__(self, folder: Path) -> None:
        """Make the key where there is none yet. Raises KeyUnusable for a file that others may read, or that is no key."""
        file = folder / FILE
        with suppress(FileExistsError):
            if not file.exists():
                signing.create(file)
        self._private = signing.load(file)
        self.public_key = signing.public_key_of(self._private)

    def sign(self, text: str) -> str:
        """The signature over the text's UTF-8 bytes, in base64."""
        return signing.sign(self._private, text)

    def signature_of(self, text: str) -> dict[str, str]:
        """The signature with all that verifies it: `key_id`, `public_key` and `signature`."""
        return {"key_id": key_id_of(self.public_key), "public_key": self.public_key, "signature": self.sign(text)}


def public_key_file(folder: Path) -> Path:
    """Where the public key lies. It is there once something was signed."""
    return (folder / FILE).with_suffix(signing.PUBLIC)
