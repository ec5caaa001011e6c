"""Files of nothing but certificates, for which whoever hands them over vouches."""

import pytest
from tests.support.lists import holder
from tests.support.signers import signer

from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.formats import ReadingTerms, certificates
from vaxcert.trust.origin import Environment, Proof

ONE, TWO = (signer(country=country).certificate for country in ("VN", "LA"))
P384 = holder("P-384", "P-384").certificate


def test_keys_and_what_could_not_be_read() -> None:
    reading = certificates.read(ONE.der + b"\x30\x00" + P384.der + TWO.der, ReadingTerms(source="here"))
    assert [key.digest for key in reading.keys] == [ONE.digest, TWO.digest]
    assert [one.reason for one in reading.problems] == [Reason.CERTIFICATE_UNREADABLE, Reason.KEY_TYPE]
    assert (reading.entries, reading.environment) == (4, Environment.PRODUCTION)
    origin = reading.origin
    assert (origin.name, origin.format, origin.proof) == ("here", "certificates", Proof.VOUCHED)
    assert all(key.origin is origin for key in reading.keys)
    assert certificates.recognises(b"anything") is True


@pytest.mark.parametrize("environment", list(Environment))
def test_environment_is_what_the_reader_says(environment: Environment) -> None:
    reading = certificates.read(ONE.der, ReadingTerms(environment=environment))
    assert reading.environment is environment
    assert [key.environment for key in reading.keys] == [environment]


def test_nothing_to_read_is_a_problem() -> None:
    reading = certificates.read(b"", ReadingTerms())
    assert (reading.keys, reading.entries) == ((), 1)
    assert [str(one) for one in reading.problems] == ["no certificate in PEM or DER"]


def test_no_signature_can_be_asked_for() -> None:
    anchor = holder("anchor of nothing").anchor
    for terms in (ReadingTerms(anchors=(anchor,)), ReadingTerms(threshold=2)):
        with pytest.raises(TrustListError) as caught:
            certificates.read(ONE.der, terms)
        assert caught.value.reason is Reason.TRUST_LIST_UNSIGNED
