"""Whatever a caller with a good token sends to the codec server: payloads, or a refusal in its own words; never a 500."""

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.payloads.keyring import Algorithm, PayloadKey, create
from services.access.tokens import Tokens
from services.codec.app import create_app
from services.codec.database import TOKENS, connect
from services.codec.scopes import CodecScope
from services.codec.settings import CodecSettings
from tests.input.hostile import json_values, texts, tried
from tests.services.fuzzing import client_of, started

Caller = tuple[Any, dict[str, str]]

METADATA = {
    "encoding": "binary/encrypted",
    "encryption-key-id": "first",
    "encryption-cipher": "AES-256-GCM",
    "format": "1",
}


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    folder = tmp_path_factory.mktemp("codec")
    create(folder / "ring", PayloadKey.fresh(Algorithm.AES_256_GCM, "first"))
    settings = CodecSettings(payload_keys=folder / "ring", database_url=f"sqlite:///{folder}/codec.db")
    engine, app = connect(settings.database_url), create_app(settings)
    with started(app), client_of(app) as client:
        yield client, {"Authorization": f"Bearer {Tokens(engine, TOKENS).create('fuzzer', list(CodecScope), 1)}"}
    engine.dispose()


def base64(content: bytes) -> str:
    return b64encode(content).decode()


values = st.one_of(
    st.binary(max_size=60).map(base64), texts, st.sampled_from([base64(v.encode()) for v in METADATA.values()])
)
payloads = st.fixed_dictionaries(
    {"metadata": st.dictionaries(st.sampled_from([*METADATA, "messageType"]), values, max_size=5), "data": values}
)
bodies = st.one_of(
    st.lists(payloads, max_size=3).map(lambda some: {"payloads": some}),
    json_values,
    st.dictionaries(st.sampled_from(["payloads", "@type"]), json_values),
).map(lambda value: json.dumps(value).encode())


@pytest.mark.parametrize("path", ["/payloads/decode", "/payloads/encode"])
def test_a_body_is_turned_or_refused(caller: Caller, path: str) -> None:
    client, headers = caller

    @tried(60)
    @given(
        st.one_of(
            bodies, bodies, st.binary(max_size=50), st.sampled_from([b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe{"])
        )
    )
    def holds(body: bytes) -> None:
        answer = client.post(path, data=body, headers=headers)
        assert answer.status_code in (200, 413, 422), answer.text
        assert "payloads" in answer.json() or answer.json() == {} if answer.ok else len(answer.json()["detail"]) < 300

    holds()


@tried(60)
@given(
    st.one_of(
        st.binary(max_size=80),
        st.just(b"token=" + b"x" * 2000),
        texts.map(lambda text: f"token={text}".encode(errors="replace")),
    )
)
def test_nobody_logs_in_with_nonsense(caller: Caller, form: bytes) -> None:
    client, _ = caller
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/payloads/login", data=form, headers=headers).status_code in (401, 413)
