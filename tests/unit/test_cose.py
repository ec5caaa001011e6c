import cbor2
import pytest
from cbor2 import CBORTag

from vaxcert.codec import cose
from vaxcert.errors import DecodeError, Reason, UnsupportedError

PROTECTED = cose.protected_header(-7, b"12345678")
PARTS = [PROTECTED, {}, b"payload", bytes(64)]


def message(*changes, tags=(18,)):
    """A message with parts replaced: (index, value) pairs."""
    parts = list(PARTS)
    for index, value in changes:
        parts[index] = value
    value = parts
    for tag in reversed(tags):
        value = CBORTag(tag, value)
    return cbor2.dumps(value)


def refusal(data, error=DecodeError):
    with pytest.raises(error) as caught:
        cose.read(data)
    return caught.value.reason


def test_written_message_reads_back_with_the_same_bytes():
    data = cose.write(PROTECTED, b"payload", b"s" * 64)
    read = cose.read(data)
    assert read.protected == PROTECTED
    assert read.payload == b"payload"
    assert read.signature == b"s" * 64
    assert read.unprotected_header == {}
    assert (read.algorithm, read.kid, read.kid_is_protected, read.tags) == (-7, b"12345678", True, (18,))
    assert data == cbor2.dumps(CBORTag(18, [PROTECTED, {}, b"payload", b"s" * 64]))


@pytest.mark.parametrize("size", [0, 23, 24, 255, 256, 65535])
def test_the_usual_form_needs_no_decoder(size):
    parts = (PROTECTED, bytes(size), b"s" * 64)
    assert cose._usual_parts(cose.write(*parts)) == parts


@pytest.mark.parametrize("size", [0, 23, 24, 255, 256, 65535])
def test_the_usual_form_cut_short_is_left_to_the_decoder(size):
    whole = cose.write(PROTECTED, bytes(size), b"s" * 64)
    for data in (whole[:-1], whole[: -len(b"s" * 64)], whole[:-66], whole + b"s"):
        assert cose._usual_parts(data) is None


def test_lengths_of_four_bytes_are_left_to_the_decoder():
    parts = (PROTECTED, bytes(65536), b"s" * 64)
    assert cose._usual_parts(cose.write(*parts)) is None
    assert cose.read(cose.write(*parts)).payload == bytes(65536)


@pytest.mark.parametrize("tags", [(), (18,), (61, 18)])
def test_the_three_tag_forms(tags):
    assert cose.read(message(tags=tags)).tags == tags


@pytest.mark.parametrize("tags", [(61,), (18, 61), (18, 18), (61, 61, 18)])
def test_other_tag_forms_are_not_sign1(tags):
    assert refusal(message(tags=tags)) is Reason.COSE_STRUCTURE


@pytest.mark.parametrize("tags", [(17,), (98,), (16, 18), (55799, 18)])
def test_unexpected_tags(tags):
    assert refusal(message(tags=tags)) is Reason.CBOR_TAG


@pytest.mark.parametrize(
    "data",
    [
        cbor2.dumps({}),
        cbor2.dumps([]),
        cbor2.dumps(PARTS[:3]),
        cbor2.dumps([*PARTS, b""]),
        message((0, {})),
        message((1, [])),
        message((2, None)),  # a detached payload
        message((2, {})),
        message((3, "s" * 64)),
    ],
)
def test_other_shapes(data):
    assert refusal(data) is Reason.COSE_STRUCTURE


def test_protected_header_must_be_a_map():
    assert refusal(message((0, cbor2.dumps([1])))) is Reason.COSE_HEADER
    assert refusal(message((0, b"\xa1\x01"))) is Reason.CBOR_MALFORMED
    assert refusal(message((0, b"\xa0\x00"))) is Reason.CBOR_TRAILING_DATA


def test_protected_header_is_kept_as_received():
    unusual = b"\xbf\x01\x38\x06\xff"  # indefinite map, -7 in two bytes
    read = cose.read(message((0, unusual)))
    assert read.protected == unusual
    assert read.algorithm == -7
    assert unusual in read.sig_structure()


def test_sig_structure_is_that_of_the_rfc():
    read = cose.read(message())
    assert read.sig_structure() == cbor2.dumps(["Signature1", PROTECTED, b"", b"payload"])
    for size in (0, 23, 24, 255, 256, 65535, 65536):
        assert cose.sig_structure(b"", bytes(size)) == cbor2.dumps(["Signature1", b"", b"", bytes(size)])
        assert cose.byte_string_head(bytes(size)) + bytes(size) == cbor2.dumps(bytes(size))


def test_algorithm_counts_only_in_the_protected_header():
    assert cose.read(message((0, b""), (1, {1: -7}))).algorithm is None
    assert cose.read(message((0, cbor2.dumps({1: "ES256"})))).algorithm is None
    assert cose.read(message((0, cbor2.dumps({1: -7})), (1, {1: -37}))).algorithm == -7


def test_kid_comes_from_the_protected_header_else_from_the_other():
    bare = cbor2.dumps({1: -7})
    read = cose.read(message((0, bare), (1, {4: b"unsigned"})))
    assert (read.kid, read.kid_is_protected) == (b"unsigned", False)
    read = cose.read(message((1, {4: b"unsigned"})))
    assert (read.kid, read.kid_is_protected) == (b"12345678", True)
    assert cose.read(message((0, bare))).kid is None
    assert cose.read(message((0, bare), (1, {4: "text"}))).kid is None


@pytest.mark.parametrize("critical", [[99], [1, 99], ["x"], [True]])
def test_critical_header_not_understood(critical):
    header = cbor2.dumps({1: -7, 2: critical, 99: 0})
    assert refusal(message((0, header)), UnsupportedError) is Reason.COSE_CRITICAL_HEADER


@pytest.mark.parametrize("header", [{1: -7, 2: []}, {1: -7, 2: 1}, {1: -7, 2: None}, {1: -7, 2: [4]}])
def test_malformed_critical_header(header):
    assert refusal(message((0, cbor2.dumps(header)))) is Reason.COSE_HEADER


def test_critical_header_must_be_protected():
    assert refusal(message((1, {2: [1]}))) is Reason.COSE_HEADER


def test_critical_header_of_understood_labels():
    header = cbor2.dumps({1: -7, 2: [1, 4], 4: b"12345678"})
    assert cose.read(message((0, header))).algorithm == -7


def test_repr_shows_headers_and_no_content():
    assert repr(cose.read(message())) == "<Sign1 alg=-7 kid=3132333435363738>"
