"""The file from which a process takes its token."""

from pathlib import Path

import pytest

from runtime.tokens import TokenFileError, authorization
from starter.failures import BadInput, explained


def token_file(folder: Path, content: str = "tcg_1_2\n", mode: int = 0o600) -> Path:
    file = folder / "token"
    file.write_text(content, "utf-8")
    file.chmod(mode)
    return file


def test_the_token_is_sent_as_a_bearer_and_without_a_file_nothing_is(tmp_path: Path) -> None:
    assert authorization(token_file(tmp_path)) == {"Authorization": "Bearer tcg_1_2"}
    assert authorization(None) == {}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_that_others_can_read_is_refused_with_its_mode(tmp_path: Path, mode: int) -> None:
    with pytest.raises(TokenFileError, match=rf"{tmp_path}/token: .*got mode {mode:04o}.*chmod 600"):
        authorization(token_file(tmp_path, mode=mode))


@pytest.mark.parametrize("content", ["", "two words", "令牌"])
def test_a_file_that_holds_no_single_token_is_refused_without_showing_it(tmp_path: Path, content: str) -> None:
    with pytest.raises(TokenFileError, match=f"{tmp_path}/token") as refusal:
        authorization(token_file(tmp_path, content))
    assert not content or content not in str(refusal.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TokenFileError, match=f"{tmp_path}/absent"):
        authorization(tmp_path / "absent")


def test_a_command_tells_it_as_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as failure, explained():
        authorization(token_file(tmp_path, mode=0o644))
    assert "chmod 600" in str(failure.value.details)
