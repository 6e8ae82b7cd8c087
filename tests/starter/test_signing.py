"""What the commands sign: a statement as the build verifies it with which the stage is."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.messages import Retraction
from models.project import Status
from models.review import Decision, Verdict
from models.statement import statement_of, statement_of_act
from runtime.signing import is_signed, public_key_of
from starter.signing import signed, signed_act

PRIVATE = Ed25519PrivateKey.generate()


@pytest.mark.parametrize(("life", "version"), [("one", "v2"), (None, "v1")])
def test_the_life_is_signed_where_the_status_tells_one(life: str | None, version: str) -> None:
    known: dict[str, Any] = {"project": "P", "review": None, "life": life}
    told = Status.model_construct(**known)
    decision = Decision(decision_id="d", review_id="P/S/g/r1", organ="o", officer="x", verdict=Verdict.APPROVE)
    retraction = Retraction(decision_id="d", organ="o", officer="x", reason="误")
    by_statement = {
        statement_of(decision, (), life): signed(decision, told, PRIVATE).signature,
        statement_of_act(retraction, "P", life): signed_act(retraction, told, PRIVATE).signature,
    }
    for statement, signature in by_statement.items():
        assert version in statement and signature
        assert is_signed(statement, signature, public_key_of(PRIVATE))
