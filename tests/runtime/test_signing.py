"""Keys of officers on disk: nobody else reads them, nothing overwrites them, and a signature is for one statement only."""

import stat
import subprocess
from base64 import b64decode
from pathlib import Path

import pytest

from models.officer_key import key_id_of
from runtime import signing


def test_a_private_key_is_the_owners_alone_and_its_public_key_lies_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "chen.hao.pem"
    public_key = signing.create(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert signing.read_public_key(file.with_suffix(".pub")) == public_key
    assert signing.public_key_of(signing.load(file)) == public_key


@pytest.mark.parametrize("there", [".pem", ".pub"])
def test_a_key_that_lies_there_is_never_overwritten(tmp_path: Path, there: str) -> None:
    file = tmp_path / "chen.hao.pem"
    signing.create(file)
    before = {f.name: f.read_bytes() for f in tmp_path.iterdir()}
    ({".pem": file.with_suffix(".pub"), ".pub": file}[there]).unlink()
    with pytest.raises(FileExistsError) as refused:
        signing.create(file)
    assert refused.value.args == (str(file.with_suffix(there)),)
    assert [(f.name, f.read_bytes()) for f in tmp_path.iterdir()] == [(file.stem + there, before[file.stem + there])]


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "chen.hao.pem"
    signing.create(file)
    file.chmod(0o640)
    with pytest.raises(signing.KeyUnusable, match="chmod 600"):
        signing.load(file)


def test_an_encrypted_key_is_opened_by_its_passphrase_only(tmp_path: Path) -> None:
    file = tmp_path / "chen.hao.pem"
    public_key = signing.create(file, "correct horse")
    for wrong in (None, "", "battery staple"):
        with pytest.raises(signing.PassphraseWanted):
            signing.load(file, wrong)
    assert signing.public_key_of(signing.load(file, "correct horse")) == public_key


def test_what_is_no_ed25519_key_is_named(tmp_path: Path) -> None:
    file = tmp_path / "other.pem"
    for content in (b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
        file.write_bytes(content)
        file.chmod(0o600)
        with pytest.raises(signing.KeyUnusable, match=r"other\.pem"):
            signing.load(file)
        with pytest.raises(signing.KeyUnusable, match=r"other\.pem"):
            signing.read_public_key(file)


def test_a_signature_is_that_keys_over_those_bytes(tmp_path: Path) -> None:
    public_key, other = signing.create(tmp_path / "a.pem"), signing.create(tmp_path / "b.pem")
    signature = signing.sign(signing.load(tmp_path / "a.pem"), "意见")
    assert signing.is_signed("意见", signature, public_key)
    assert not signing.is_signed("意见 ", signature, public_key)
    assert not signing.is_signed("意见", signature, other)
    for nonsense in ("", "%", "AAAA", signature[:-4], signature + "AAAA", signature.lower()):
        assert not signing.is_signed("意见", nonsense, public_key)


def test_openssl_verifies_what_we_sign(tmp_path: Path) -> None:
    """The form is everybody's: a decision can be verified without a line of ours."""
    file = tmp_path / "a.pem"
    signing.create(file)
    (tmp_path / "statement").write_text("意见", encoding="utf-8")
    (tmp_path / "signature").write_bytes(b64decode(signing.sign(signing.load(file), "意见")))
    verify = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(file.with_suffix(".pub")), "-rawin"]
    verify += ["-in", str(tmp_path / "statement"), "-sigfile", str(tmp_path / "signature")]
    assert subprocess.run(verify, check=False, capture_output=True).returncode == 0
    (tmp_path / "statement").write_text("别的", encoding="utf-8")
    assert subprocess.run(verify, check=False, capture_output=True).returncode != 0


def test_a_key_id_is_the_beginning_of_the_digest_of_the_raw_key() -> None:
    assert key_id_of("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=") == "66687aadf862bd77"
    for wrong in ("", "AAAA", "no base64"):
        with pytest.raises(ValueError):
            key_id_of(wrong)
