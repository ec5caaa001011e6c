"""How several revocation lists are asked as one, and what the verifier makes of the answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from test_vectors.samples import AT, DROP, IDENTIFIER, token
from tests.support.messages import key, text

import vaxcert as vc
from vaxcert.codec import container
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.errors import Reason
from vaxcert.findings import FindingCode
from vaxcert.trust.revocation.query import (
    NOT_COVERED,
    RevocationAnswer,
    RevocationLists,
    RevocationQuery,
    RevocationStatus,
)
from vaxcert.verify import Level

REVOKED, NOT_REVOKED, UNKNOWN = RevocationStatus
DAY = timedelta(days=1)


@dataclass
class Says:
    """A list that always answers the same, and keeps what it was asked."""

    status: RevocationStatus
    covers_all: bool = True
    name: str = "list"
    as_of: datetime | None = AT
    asked: RevocationQuery | None = None
    withdrawn: frozenset[bytes] = frozenset()

    def covers(self, query):
        return self.covers_all

    def answer(self, query, *, at):
        self.asked = query
        return RevocationAnswer(status=self.status, as_of=self.as_of, source=self.name, detail="why")


def test_lists_can_be_asked_together_with_others():
    one, other = Says(REVOKED, withdrawn=frozenset({b"12345678"})), Says(UNKNOWN)
    lists = RevocationLists([one, other])
    assert lists.sources == (one, other)
    assert lists.withdrawn == {b"12345678"}
    assert RevocationLists([]).withdrawn == frozenset()


def together(*sources):
    query = RevocationQuery(b"12345678", Algorithm.ES256, bytes(64), "VN", ())
    return RevocationLists(sources).answer(query, at=AT)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((REVOKED, NOT_REVOKED), REVOKED),
        ((NOT_REVOKED, REVOKED), REVOKED),
        ((UNKNOWN, REVOKED), REVOKED),
        ((UNKNOWN, NOT_REVOKED), UNKNOWN),
        ((NOT_REVOKED, UNKNOWN), UNKNOWN),
        ((NOT_REVOKED, NOT_REVOKED), NOT_REVOKED),
        ((UNKNOWN,), UNKNOWN),
        ((), UNKNOWN),
    ],
)
def test_lists_together(statuses, expected):
    assert together(*map(Says, statuses)).status is expected


def test_a_list_for_others_is_not_asked():
    other = Says(REVOKED, covers_all=False)
    assert together(other) == NOT_COVERED
    assert not NOT_COVERED.covered
    assert together(other, Says(NOT_REVOKED)).status is NOT_REVOKED
    assert other.asked is None


def test_not_revoked_is_as_of_the_oldest_list():
    old, new = Says(NOT_REVOKED, name="old", as_of=AT - DAY), Says(NOT_REVOKED, name="new")
    assert together(new, old).source == together(old, new).source == "old"
    undated = Says(NOT_REVOKED, name="undated", as_of=None)
    assert together(new, undated).source == "undated"


def report(says, claims=None, **policy):
    verifier = vc.Verifier(
        vc.TrustList([key()]), policy=vc.VerificationPolicy(**policy), revocation=RevocationLists([says])
    )
    return verifier.report(text(claims), at=AT)


def test_revoked_is_refused_and_still_authentic():
    made = report(Says(REVOKED, name="TEST list"))
    assert (made.reason, made.level) == (Reason.REVOKED, Level.AUTHENTIC)
    assert made.revocation.status is REVOKED
    assert "TEST list" in str(made.error)
    assert IDENTIFIER not in str(made.error) + repr(made)


def test_not_revoked_says_as_of_when():
    made = report(Says(NOT_REVOKED))
    assert (made.reason, made.findings, made.revocation.as_of) == (None, (), AT)


def test_unknown_is_refused_unless_the_policy_only_wants_to_know():
    made = report(Says(UNKNOWN))
    assert (made.reason, made.level) == (Reason.REVOCATION_UNKNOWN, Level.AUTHENTIC)
    assert "why" in str(made.error)
    made = report(Says(UNKNOWN), unknown_revocation="report")
    assert (made.reason, [finding.code for finding in made.findings]) == (
        None,
        [FindingCode.REVOCATION_UNANSWERED],
    )


def test_where_no_list_covers_the_issuer_that_is_said():
    made = report(Says(REVOKED, covers_all=False))
    assert (made.reason, made.revocation) == (None, NOT_COVERED)
    assert [finding.code for finding in made.findings] == [FindingCode.REVOCATION_UNANSWERED]


def test_without_lists_nothing_is_asked_and_nothing_is_said():
    made = vc.Verifier(vc.TrustList([key()])).report(text(), at=AT)
    assert (made.revocation, made.findings) == (None, ())


def test_what_a_list_is_asked():
    says = Says(NOT_REVOKED)
    message = container.read(text())
    report(says)
    asked = says.asked
    assert (asked.kid, asked.algorithm, asked.issuer) == (message.kid, Algorithm.ES256, "VN")
    assert asked.identifiers == (IDENTIFIER,)
    assert len(asked.signature) == 64
    assert IDENTIFIER not in repr(asked)
    assert asked.signature.hex() not in repr(asked)
    report(says, token(iss=DROP))
    assert says.asked.issuer is None


def test_what_is_not_authentic_is_not_asked_about():
    says = Says(REVOKED)
    made = report(says, token(iss="LA"))
    assert (made.reason, made.revocation, says.asked) == (Reason.ISSUER_NOT_AUTHORISED, None, None)


@pytest.mark.parametrize("name_of", [lambda one: one.kid, lambda one: one.digest], ids=["kid", "digest"])
def test_keys_that_a_revocation_list_withdraws_are_withdrawn(name_of):
    made = report(Says(NOT_REVOKED, withdrawn=frozenset({name_of(key())})))
    assert (made.reason, made.level) == (Reason.KEY_REVOKED, Level.WELL_FORMED)
    assert report(Says(NOT_REVOKED, withdrawn=frozenset({bytes(8), bytes(32)}))).reason is None
