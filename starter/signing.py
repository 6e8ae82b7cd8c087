"""How a decision gets its officer's signature on this machine: which key, its passphrase, and what is signed."""

import os
import sys
from pathlib import Path
from typing import TypeVar

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.base import Text
from models.messages import SignedAct
from models.officer_key import key_id_of
from models.project import Status
from models.review import Decision
from models.statement import statement_of, statement_of_act
from runtime import signing
from runtime.settings import Settings
from starter.failures import BadInput, Refused

Act = TypeVar("Act", bound=SignedAct)

PASSPHRASE = "TONGCHOU_KEY_PASSPHRASE"
"""The variable that holds the passphrase of a private key, for whoever cannot be asked."""


def existing_key(settings: Settings, officer: str, named: Path | None = None) -> Path:
    """The file with the officer's private key: the one that was named, or the one in the folder of keys.

    Raises Refused where there is none, with what to do next.
    """
    file = named or settings.key_file(officer)
    if file.is_file():
        return file
    raise Refused(
        Text(
            zh=f"须经电子签名，但没有经办人 {officer} 的私钥：{file}",
            en=f"a signature is needed, and there is no private key of {officer}: {file}",
        ),
        advice=Text(
            zh=f"tongchou key create {officer} --register，或用 --key 指定私钥文件",
            en=f"tongchou key create {officer} --register, or name the file with --key",
        ),
    )


def signed(decision: Decision, status: Status, private: Ed25519PrivateKey) -> Decision:
    """The decision with its signature over the materials that lie before the open review now, for the life of its workflow."""
    materials = status.review.materials if status.review else ()
    statement = statement_of(decision, (material.sha256 for material in materials), status.life)
    key_id = key_id_of(signing.public_key_of(private))
    return decision.model_copy(update={"signature": signing.sign(private, statement), "key_id": key_id})


def signed_act(act: Act, status: Status, private: Ed25519PrivateKey) -> Act:
    """The retraction or the waiver with its signature, for the project and the life that the status tells."""
    signature = signing.sign(private, statement_of_act(act, status.project, status.life))
    return act.model_copy(update={"signature": signature, "key_id": key_id_of(signing.public_key_of(private))})


def opened(file: Path) -> Ed25519PrivateKey:
    """The private key in that file, whose passphrase is asked for where it has one. Raises BadInput and KeyUnusable."""
    try:
        return signing.load(file, os.environ.get(PASSPHRASE))
    except OSError as error:
        text = Text(zh=f"无法读取 {file}：{error.strerror}", en=f"{file} cannot be read: {error.strerror}")
        raise BadInput(text) from error
    except signing.PassphraseWanted:
        if PASSPHRASE in os.environ or not sys.stdin.isatty():
            raise
    return signing.load(file, typer.prompt(f"口令 passphrase {file.name}", hide_input=True, err=True))


def new_passphrase() -> str:
    """The passphrase for a new key: the variable's, or one that is asked for twice. Raises BadInput for an empty one."""
    given = os.environ.get(PASSPHRASE)
    if given is None:
        given = typer.prompt("口令 passphrase", hide_input=True, confirmation_prompt=True, err=True)
    if not given:
        raise BadInput(Text(zh="口令不得为空", en="passphrase: must not be empty"))
    return str(given)
