"""Signed decisions as the worker judges them: whose key, valid when, over what; and what an unsigned one is worth."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from activities.registry import SqlRegistry
from models.authority import Authority, AuthorityQuestion, SignaturePolicy, SignedStatement
from models.officer_key import key_id_of
from models.review import Decision, Judgement, Verdict
from models.statement import statement_of
from records import database, delegations, migration, officer_keys, register
from runtime import signing

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
DAY = timedelta(days=1)
EXAMPLE = Path(register.__file__).parents[1] / "examples" / "jiangyin" / "register.yaml"
BUREAU = "jy-data-bureau"
MATERIALS = ("a" * 64, "b" * 64)
LIFE = "01a203de-2f28-7147-9c2a-4f129095eded"
DECISION = Decision(
    decision_id="d-1",
    review_id="JY-2026-0001/Application/admission/r1",
    organ=BUREAU,
    officer="chen.hao",
    verdict=Verdict.RETURN,
    opinion="请补正",
    judgements={"1": Judgement.MET, "2": Judgement.PARTLY},
)

REQUIRED, OFF = SignaturePolicy.REQUIRED, SignaturePolicy.OFF


class Bench:
    """A register with keys, and the activity that asks it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.private = {officer: Ed25519PrivateKey.generate() for officer in ("chen.hao", "lin.yue")}
        for officer, private in self.private.items():
            officer_keys.register(engine, officer, signing.public_key_of(private), by="admin", at=AT - DAY)

    def key_id(self, officer: str = "chen.hao") -> str:
        return key_id_of(signing.public_key_of(self.private[officer]))

    def signed(self, decision: Decision = DECISION, key_of: str = "chen.hao", **changes: Any) -> SignedStatement:
        """The decision on `MATERIALS` with the signature of that officer's key, and then changed."""
        statement = statement_of(decision, MATERIALS, LIFE)
        signature = signing.sign(self.private[key_of], statement)
        usual = {"statement": statement, "signature": signature, "key_id": self.key_id(key_of), "policy": REQUIRED}
        return SignedStatement(**usual | changes)

    def ask(
        self, signed: SignedStatement | None, *, worker: SignaturePolicy = OFF, at: datetime = AT, **changes: Any
    ) -> Authority:
        """The activity's answer, on a worker that was told this about signatures."""
        usual: dict[str, Any] = {"officer": "chen.hao", "organ": BUREAU, "at": at, "signed": signed}
        return SqlRegistry(self.engine, worker, simulation=True).authority(AuthorityQuestion(**usual | changes))

    def refusal(self, signed: SignedStatement | None, **asked: Any) -> str:
        answer = self.ask(signed, **asked)
        assert not answer.granted and not answer.signed and answer.reason and answer.reason.zh != answer.reason.en
        return answer.reason.en


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path_factory.mktemp('signatures')}/records.db"
    migration.upgrade(url)
    engine = database.connect(url)
    register.import_register(engine, EXAMPLE)
    yield engine
    engine.dispose()


@pytest.fixture
def bench(migrated: Engine) -> Bench:
    return Bench(migrated)


def test_a_good_signature_is_verified_under_every_policy(bench: Bench) -> None:
    for project in (REQUIRED, OFF):
        for worker in (REQUIRED, OFF):
            answer = bench.ask(bench.signed(policy=project), worker=worker)
            assert (answer.granted, answer.signed, answer.post) == (True, True, "项目管理科科长")


def test_a_missing_signature_counts_only_where_neither_the_project_nor_the_worker_requires_one(bench: Bench) -> None:
    def unsigned(policy: SignaturePolicy) -> SignedStatement:
        return bench.signed(signature=None, key_id=None, policy=policy)

    for project, worker in ((REQUIRED, REQUIRED), (REQUIRED, OFF), (OFF, REQUIRED)):
        assert "must be signed" in bench.refusal(unsigned(project), worker=worker)
    answer = bench.ask(unsigned(OFF), worker=OFF)
    assert (answer.granted, answer.signed) == (True, False)


def test_a_worker_that_was_told_nothing_requires_signatures(bench: Bench) -> None:
    question = AuthorityQuestion(
        officer="chen.hao", organ=BUREAU, at=AT, signed=bench.signed(signature=None, key_id=None, policy=OFF)
    )
    assert not SqlRegistry(bench.engine, simulation=True).authority(question).granted


def test_what_nobody_signs_needs_no_signature(bench: Bench) -> None:
    assert bench.ask(None, worker=REQUIRED).granted, "an extension, a pause, a submission"


def test_half_a_signature_is_refused_under_every_policy(bench: Bench) -> None:
    for half in (bench.signed(policy=OFF, signature=None), bench.signed(policy=OFF, key_id=None)):
        assert "together" in bench.refusal(half)


def test_an_unknown_key_is_refused_under_every_policy(bench: Bench) -> None:
    for key_id in ("0" * 16, "", "x" * 5000):
        assert "is registered" in bench.refusal(bench.signed(policy=OFF, key_id=key_id))


def test_a_key_of_another_officer_is_refused_though_the_signature_is_good(bench: Bench) -> None:
    reason = bench.refusal(bench.signed(key_of="lin.yue", policy=OFF))
    assert "belongs to lin.yue" in reason


def test_a_signature_under_the_name_of_ones_own_key_by_another_key_does_not_fit(bench: Bench) -> None:
    forged = bench.signed(key_of="lin.yue", key_id=bench.key_id("chen.hao"), policy=OFF)
    assert "does not fit" in bench.refusal(forged)


def test_a_revoked_key_is_refused_from_that_moment_on(bench: Bench) -> None:
    officer_keys.revoke(bench.engine, bench.key_id(), reason="遗失", by="admin", at=AT)
    reason = bench.refusal(bench.signed(policy=OFF))
    assert "revoked on 2026-03-02 09:30:00" in reason and "遗失" in reason
    assert bench.ask(bench.signed(), at=AT - timedelta(seconds=1)).signed


def test_a_key_that_was_registered_after_the_decision_is_refused(bench: Bench) -> None:
    assert "later than the decision" in bench.refusal(bench.signed(policy=OFF), at=AT - 2 * DAY)
    assert bench.ask(bench.signed(), at=AT - DAY).signed, "valid from its first moment"


def test_a_delegate_signs_with_a_key_of_their_own_and_never_with_the_principals(bench: Bench) -> None:
    day = AT.date()
    request = delegations.Request(
        principal="chen.hao",
        delegate="lin.yue",
        organ=BUREAU,
        valid_from=day,
        valid_until=day,
        reason="出差",
    )
    delegation = delegations.grant(bench.engine, request, by="admin", at=AT)
    decision = DECISION.model_copy(update={"officer": "lin.yue", "on_behalf_of": "chen.hao"})
    asked: dict[str, Any] = {"officer": "lin.yue", "on_behalf_of": "chen.hao"}
    answer = bench.ask(bench.signed(decision, "lin.yue"), worker=REQUIRED, **asked)
    assert (answer.granted, answer.signed, answer.delegation) == (True, True, delegation.id)
    assert "stood in for" in bench.refusal(bench.signed(decision, "chen.hao"), **asked)
    unsigned = bench.signed(decision, "lin.yue", signature=None, key_id=None)
    assert "must be signed" in bench.refusal(unsigned, **asked)
    in_own_name = statement_of(decision.model_copy(update={"on_behalf_of": None}), MATERIALS, LIFE)
    hidden = bench.signed(decision, "lin.yue", statement=in_own_name)
    assert "does not fit" in bench.refusal(hidden, officer="lin.yue"), "signed for another, sent in one's own name"


def test_whoever_may_not_decide_is_told_that_however_good_the_signature(bench: Bench) -> None:
    reason = bench.refusal(bench.signed(key_of="lin.yue"), officer="no.body")
    assert "no.body" in reason
    assert "jy-ops-centre" in bench.refusal(bench.signed(), organ="jy-ops-centre")


def test_a_signature_is_for_one_review_one_round_and_one_decision(bench: Bench) -> None:
    """Replayed: what was signed for one review is sent to another one, where the workflow builds that one's statement."""
    signature = bench.signed()
    for changes in (
        {"review_id": "JY-2026-0001/Application/admission/r2"},
        {"review_id": "JY-2026-0002/Application/admission/r1"},
        {"review_id": "JY-2026-0001/Application/forwarding/r1"},
        {"decision_id": "d-2"},
    ):
        elsewhere = statement_of(DECISION.model_copy(update=changes), MATERIALS, LIFE)
        assert "does not fit" in bench.refusal(signature.model_copy(update={"statement": elsewhere}))


@pytest.mark.parametrize("other", ["01a203de-478d-7082-a4ac-b2c05b2af67d", "", None])
def test_a_signature_is_for_one_life_of_one_workflow(bench: Bench, other: str | None) -> None:
    """Of another installation, or of a project that began anew; None: of a build whose statements named none."""
    signed = bench.signed()
    elsewhere = statement_of(DECISION, MATERIALS, other)
    assert "life" in bench.refusal(signed.model_copy(update={"statement": elsewhere, "life": other}))
    earlier = signing.sign(bench.private["chen.hao"], elsewhere)
    assert "life" in bench.refusal(signed.model_copy(update={"signature": earlier}))


def test_the_answer_tells_the_life_that_was_signed_and_none_where_nothing_was(bench: Bench) -> None:
    """A question of an earlier build, which is answered after an upgrade, is of a statement that names no life."""
    assert bench.ask(bench.signed(life=LIFE)).life == LIFE
    assert bench.ask(bench.signed(life=LIFE, signature=None, key_id=None, policy=OFF)).life is None
    statement = statement_of(DECISION, MATERIALS, None)
    signature = signing.sign(bench.private["chen.hao"], statement)
    answer = bench.ask(bench.signed(statement=statement, signature=signature))
    assert (answer.signed, answer.life) == (True, None)


def test_the_order_in_which_materials_lie_makes_no_difference_and_each_of_them_does(bench: Bench) -> None:
    signed = bench.signed()
    turned = signed.model_copy(update={"statement": statement_of(DECISION, reversed(MATERIALS), LIFE)})
    assert bench.ask(turned).signed
    for others in ((), MATERIALS[:1], (*MATERIALS, "c" * 64), ("a" * 64, "c" * 64)):
        changed = signed.model_copy(update={"statement": statement_of(DECISION, others, LIFE)})
        assert "does not fit" in bench.refusal(changed)


# ---------------------------------------------------------------- any change at all

CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "decision_id": st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True),
    "review_id": st.text(max_size=30),
    "organ": st.from_regex(r"[a-z][a-z-]{0,10}", fullmatch=True),
    "officer": st.from_regex(r"[a-z][a-z.]{0,10}", fullmatch=True),
    "verdict": st.sampled_from(Verdict),
    "opinion": st.text(max_size=30),
    "conditions": st.lists(st.text(min_size=1, max_size=5), max_size=3).map(tuple),
    "judgements": st.dictionaries(st.text(max_size=3), st.sampled_from(Judgement), max_size=3),
    "major_change": st.booleans(),
    "on_behalf_of": st.none() | st.from_regex(r"[a-z][a-z.]{0,10}", fullmatch=True),
}
"""How each field of a decision may be changed after it was signed."""

FIRST = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FIRST_SIGNATURE = signing.sign(FIRST, statement_of(DECISION, MATERIALS, LIFE))


def test_every_field_of_a_decision_is_signed() -> None:
    assert set(CHANGES) == set(Decision.model_fields) - {"signature", "key_id"}


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(CHANGES)).flatmap(lambda field: st.tuples(st.just(field), CHANGES[field])),
    st.lists(st.from_regex(r"[0-9a-f]{64}", fullmatch=True), max_size=3).map(tuple) | st.just(MATERIALS),
)
def test_whatever_single_field_or_material_is_changed_the_signature_breaks(
    change: tuple[str, Any], materials: tuple[str, ...]
) -> None:
    field, value = change
    changed = DECISION.model_copy(update={field: value})
    holds = signing.is_signed(statement_of(changed, materials, LIFE), FIRST_SIGNATURE, signing.public_key_of(FIRST))
    assert holds == (changed == DECISION and set(materials) == set(MATERIALS))
    assert signing.is_signed(statement_of(DECISION, MATERIALS, LIFE), FIRST_SIGNATURE, signing.public_key_of(FIRST))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(statement_of(DECISION, MATERIALS, LIFE).encode()) * 8 - 1))
def test_whatever_single_bit_of_the_statement_is_changed_the_signature_breaks(bit: int) -> None:
    raw = bytearray(statement_of(DECISION, MATERIALS, LIFE).encode())
    raw[bit // 8] ^= 1 << bit % 8
    try:
        changed = raw.decode()
    except UnicodeDecodeError:
        return
    assert not signing.is_signed(changed, FIRST_SIGNATURE, signing.public_key_of(FIRST))
