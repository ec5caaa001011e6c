from dataclasses import FrozenInstanceError

import cbor2
import pytest
from test_vectors.samples import DROP, dcc, dose, token
from tests.support import signers
from tests.support.messages import es256, message, text

import vaxcert as vc
from vaxcert.codec import cose
from vaxcert.errors import Reason


def reason(source):
    with pytest.raises(vc.VaxcertError) as caught:
        vc.inspect(source)
    return caught.value.reason


def test_layers_of_a_certificate():
    one = message()
    seen = vc.inspect(one)
    assert seen.message_bytes == one
    assert seen.message.kid == es256().kid
    assert seen.claims.issuer == "VN"
    assert seen.certificate.vaccination.dose_number == 2
    assert seen.findings == ()


def test_what_nobody_signed_is_shown_too():
    forged = cose.write(cose.protected_header(-257, b"nobody"), cbor2.dumps(token(iss="XX")), b"")
    seen = vc.inspect(forged)
    assert (seen.message.algorithm, seen.message.signature, seen.claims.issuer) == (-257, b"", "XX")


def test_findings_of_form_and_content():
    seen = vc.inspect(text(token(dcc(x=1, v=[dose(tg=" x", ma="x")]), extra={99: 1})))
    assert {(finding.code.value, finding.field) for finding in seen.findings} == {
        ("claim-unknown", "cwt"),
        ("field-unknown", "hcert"),
        ("field-padded", "v.tg"),
        ("code-unknown", "v.tg"),
        ("code-unknown", "v.ma"),
        ("product-holder-mismatch", "v.ma"),
    }


def test_content_of_an_undated_certificate_is_not_judged():
    seen = vc.inspect(text(token(dcc(v=[dose(ma="x")]), iat=DROP)))
    assert seen.findings == ()


def test_reasons_are_those_of_a_verifier():
    assert reason("") is Reason.INPUT_EMPTY
    assert reason("HC2:") is Reason.CONTEXT_IDENTIFIER
    assert reason(text()[:-1]) in (Reason.BASE45_LENGTH, Reason.BASE45_OVERFLOW, Reason.ZLIB_CUT_SHORT)
    assert reason(b"\xd2\x84") is Reason.CBOR_MALFORMED
    assert reason(text(payload=b"\xf6")) is Reason.CWT_STRUCTURE
    assert reason(text(token(hcert={2: 1}))) is Reason.PAYLOAD_PROFILE
    assert reason(None) is Reason.INPUT_TYPE


@pytest.mark.parametrize(
    ("source", "of_another_version"),
    [("HC2:X", True), ("HCA:", True), ("HC1", False), ("HC1;X", False), ("XX2:X", False), ("X", False)],
)
def test_another_version_is_told_from_no_certificate_at_all(source, of_another_version):
    with pytest.raises(vc.VaxcertError) as caught:
        vc.inspect(source)
    assert caught.value.reason is Reason.CONTEXT_IDENTIFIER
    assert ("another version" in str(caught.value)) is of_another_version


def test_inspection_cannot_be_taken_for_a_verification():
    seen = vc.inspect(text())
    with pytest.raises(TypeError, match="not a verification"):
        bool(seen)
    with pytest.raises(TypeError, match="not a verification"):
        assert seen
    assert not isinstance(seen, vc.VerifiedCertificate | vc.VerificationReport)
    assert not {"outcome", "level", "error", "at", "key"} & set(dir(seen))
    with pytest.raises(FrozenInstanceError):
        seen.certificate = None
    assert repr(seen) == "<Inspection UNVERIFIED>"


def test_inspecting_does_not_look_at_the_signature():
    by_another = text(by=signers.signer(), protected={1: -7, 4: es256().kid})
    assert vc.inspect(by_another).certificate == vc.inspect(text()).certificate
