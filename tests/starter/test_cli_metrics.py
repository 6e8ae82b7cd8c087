"""`tongchou metrics`. What it tells is tested in tests/operations/."""

import pytest

from tests.starter.tongchou import Tongchou


@pytest.mark.parametrize("address", ["", "nowhere", "127.0.0.1", "127.0.0.1:port", "example.com:8704"])
def test_an_address_that_is_none_is_refused_before_anything_is_asked(tongchou: Tongchou, address: str) -> None:
    told = tongchou("metrics", "--address", address, "--lang", "en")
    assert told.code == 2 and "--address: must be IP:port" in told.stderr


def test_without_a_server_the_command_says_so_and_ends(tongchou: Tongchou) -> None:
    told = tongchou("metrics", "--lang", "en")
    assert told.code == 3, told
