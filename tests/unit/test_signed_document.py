import hashlib
import subprocess
from functools import cache

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from vaxcert.adapters.signers import BareKeySigner
from vaxcert.codec import cose
from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_DOCUMENT_SIGNATURES
from vaxcert.trust import signed_document
from vaxcert.trust.anchors import anchor_of

KIND = "application/vnd.vaxcert.trust-list+cbor"
OTHER_KIND = "application/vnd.vaxcert.revocation-list+cbor"
CONTENT = b"\xa1\x01\x02"


@cache
def ecdsa(name="a"):
    # a key for each name, the same in every run
    secret = int.from_bytes(hashlib.sha256(b"TEST " + name.encode()).digest(), "big") >> 1
    return BareKeySigner(ec.derive_private_key(secret, ec.SECP256R1()), deterministic=True)


@cache
def rsa_pss(bits=2048):
    return BareKeySigner(rsa.generate_private_key(65537, bits))


class SmallRsa:
    """Signs with a key that `BareKeySigner` would not take."""

    def __init__(self):
        self.key = rsa.generate_private_key(65537, 1024)  # noqa: S505 - too small on purpose
        self.public_key = self.key.public_key()
        self.algorithm = -37

    def sign(self, data):
        from vaxcert.crypto.keys import PSS_SHA256, SHA256

        return self.key.sign(data, PSS_SHA256, SHA256)


def _plain(document):
    mark, content, messages = document
    return mark, content, [(message.tag, message.value) for message in messages]


def anchors(*signers):
    return tuple(anchor_of(one.public_key) for one in signers)


def signed(*signers, content=CONTENT, kind=KIND):
    return signed_document.write(signed_document.sign(content, kind, signers))


def checked(data, pinned, threshold=1, kind=KIND):
    return signed_document.check(signed_document.read(data, kind), pinned, threshold=threshold)


def refusal(data, pinned, threshold=1, kind=KIND):
    with pytest.raises(TrustListError) as caught:
        checked(data, pinned, threshold, kind)
    assert "\n" not in str(caught.value)
    return caught.value.reason


A, B, C, STRANGER = (ecdsa(name) for name in ("a", "b", "c", "stranger"))
PINNED = anchors(A, B, C)


class TestRoundTrip:
    @pytest.mark.parametrize("length", [0, 1, 23, 24, 255, 256, 65535, 65536, 70000])
    def test_reads_what_it_writes(self, length):
        document = signed_document.sign(bytes(length), KIND, [A, B])
        data = signed_document.write(document)
        assert signed_document.read(data, KIND) == document
        assert signed_document.write(signed_document.read(data, KIND)) == data

    def test_is_what_rfc_9052_says(self):
        """Taken apart by a CBOR decoder alone, and the Sig_structure put together by hand."""
        mark, content, messages = cbor2.loads(signed(A))
        assert (mark, content) == ("vaxcert-signed-1", CONTENT)
        (message,) = messages
        protected, unprotected, payload, signature = message.value
        spki = A.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        assert message.tag == 18
        assert (unprotected, payload) == ({}, None)
        assert cbor2.loads(protected) == {1: -7, 3: KIND, 4: hashlib.sha256(spki).digest()[:8]}
        to_be_signed = cbor2.dumps(["Signature1", protected, b"", content])
        assert A.sign(to_be_signed) == signature

    @pytest.mark.parametrize("signer", [ecdsa("a"), rsa_pss()], ids=["ES256", "PS256"])
    def test_openssl_verifies_a_signature(self, tmp_path, signer):
        _, content, ((_, (protected, _, _, signature)),) = _plain(cbor2.loads(signed(signer)))
        (tmp_path / "signed").write_bytes(cbor2.dumps(["Signature1", protected, b"", content]))
        (tmp_path / "key").write_bytes(
            signer.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
        options = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"]
        if signer is A:
            options = []
            half = len(signature) // 2
            r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
            signature = encode_dss_signature(r, s)
        (tmp_path / "signature").write_bytes(signature)
        command = [
            "openssl",
            "dgst",
            "-sha256",
            "-verify",
            "key",
            *options,
            "-signature",
            "signature",
            "signed",
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)  # noqa: S603
        assert done.returncode == 0, done.stderr

    def test_is_recognised_by_its_beginning(self):
        assert signed_document.is_signed_document(signed(A))
        assert not signed_document.is_signed_document(signed(A)[1:])
        assert not signed_document.is_signed_document(b"")


class TestThreshold:
    """Two of three anchors."""

    @pytest.mark.parametrize("two", [(A, B), (A, C), (B, C)])
    def test_two_of_three_anchors_accepts_any_two(self, two):
        assert set(checked(signed(*two), PINNED, 2)) == set(anchors(*two))

    def test_two_of_three_anchors_accepts_all_three(self):
        assert set(checked(signed(A, B, C), PINNED, 2)) == set(PINNED)

    def test_two_of_three_anchors_accepts_two_beside_an_unknown_signer(self):
        assert set(checked(signed(A, B, STRANGER), PINNED, 2)) == set(anchors(A, B))

    def test_two_of_three_anchors_refuses_one(self):
        assert refusal(signed(A), PINNED, 2) is Reason.TRUST_LIST_THRESHOLD

    def test_two_of_three_anchors_refuses_one_twice(self):
        """The same key may sign again (RSA-PSS never signs alike); it counts once."""
        signer = rsa_pss()
        first, second = (signed_document.sign(CONTENT, KIND, [signer]).signatures[0] for _ in range(2))
        assert first != second
        document = signed_document.SignedDocument(KIND, CONTENT, (first, second))
        data = signed_document.write(document)
        pinned = anchors(signer, A, B)
        assert len(signed_document.read(data, KIND).signatures) == 2
        assert refusal(data, pinned, 2) is Reason.TRUST_LIST_THRESHOLD
        assert checked(data, pinned, 1) == anchors(signer)

    def test_two_of_three_anchors_refuses_one_that_is_pinned_twice(self):
        assert refusal(signed(A), (*anchors(A, A), *PINNED), 2) is Reason.TRUST_LIST_THRESHOLD

    def test_two_of_three_anchors_refuses_two_with_one_wrong(self):
        """Also when two others are right: who shows a wrong signature by an anchor is up to something."""
        good, other = (signed_document.sign(content, KIND, [A, B, C]) for content in (CONTENT, b"other"))
        for count in (2, 3):
            signatures = (*good.signatures[: count - 1], other.signatures[count - 1])
            data = signed_document.write(signed_document.SignedDocument(KIND, CONTENT, signatures))
            assert refusal(data, PINNED, 2) is Reason.TRUST_LIST_SIGNATURE

    def test_two_of_three_anchors_refuses_unknown_signers(self):
        assert refusal(signed(STRANGER, ecdsa("another")), PINNED, 2) is Reason.TRUST_LIST_SIGNATURE
        assert refusal(signed(A, STRANGER), PINNED, 2) is Reason.TRUST_LIST_THRESHOLD

    def test_more_than_there_are_anchors_is_never_met(self):
        assert refusal(signed(A, B, C), PINNED, 4) is Reason.TRUST_LIST_THRESHOLD

    def test_no_anchor_proves_nothing(self):
        assert refusal(signed(A), ()) is Reason.ANCHOR_MISSING

    @pytest.mark.parametrize("threshold", [0, -1])
    def test_a_threshold_that_asks_for_nothing_is_misuse(self, threshold):
        with pytest.raises(ValueError, match="threshold"):
            checked(signed(A), PINNED, threshold)

    def test_both_algorithms_count_together(self):
        both = anchors(A, rsa_pss())
        assert set(checked(signed(A, rsa_pss()), both, 2)) == set(both)


class TestKeys:
    def test_small_rsa_anchor_is_weak(self):
        small = SmallRsa()
        assert refusal(signed(small), anchors(small)) is Reason.WEAK_SIGNATURE

    def test_anchor_of_another_type_signs_nothing(self):
        p384 = ec.generate_private_key(ec.SECP384R1()).public_key()
        pinned = anchor_of(p384)
        forged = signed_document.DocumentSignature(pinned.digest[:8], bytes(64), -7)
        data = signed_document.write(signed_document.SignedDocument(KIND, CONTENT, (forged,)))
        assert refusal(data, (pinned,)) is Reason.TRUST_LIST_SIGNATURE
        assert checked(signed(A), (pinned, *PINNED)) == anchors(A)

    @pytest.mark.parametrize("algorithm", [-37, -257, -35, -8, 5, 0])
    def test_algorithm_is_the_one_of_the_key(self, algorithm):
        """Though the key did sign, under a header that names another algorithm."""
        kid = signed_document.key_identifier(A.public_key)
        protected = cbor2.dumps({1: algorithm, 3: KIND, 4: kid})
        signature = A.sign(cose.sig_structure(protected, CONTENT))
        other = signed_document.DocumentSignature(kid, signature, algorithm)
        data = signed_document.write(signed_document.SignedDocument(KIND, CONTENT, (other,)))
        assert refusal(data, PINNED) is Reason.TRUST_LIST_SIGNATURE

    def test_key_identifier_of_another_anchor_does_not_help(self):
        (mine,) = signed_document.sign(CONTENT, KIND, [STRANGER]).signatures
        kid = signed_document.key_identifier(A.public_key)
        named = signed_document.DocumentSignature(kid, mine.signature, mine.algorithm)
        data = signed_document.write(signed_document.SignedDocument(KIND, CONTENT, (named,)))
        assert refusal(data, PINNED) is Reason.TRUST_LIST_SIGNATURE


class TestMixAndMatch:
    def test_signatures_moved_between_documents(self):
        four, five = (signed_document.sign(content, KIND, [A, B]) for content in (b"list 4", b"list 5"))
        mixed = signed_document.SignedDocument(KIND, five.content, four.signatures)
        assert refusal(signed_document.write(mixed), PINNED) is Reason.TRUST_LIST_SIGNATURE

    def test_one_kind_of_document_is_not_read_as_another(self):
        with pytest.raises(TrustListError, match="content type is 'application/vnd") as it:
            checked(signed(A, kind=OTHER_KIND), PINNED)
        assert it.value.reason is Reason.TRUST_LIST_UNREADABLE

    def test_one_kind_of_document_is_not_signed_for_as_another(self):
        """The signatures of a revocation list under a header that says trust list."""
        other = signed_document.sign(CONTENT, OTHER_KIND, [A])
        relabelled = signed_document.SignedDocument(KIND, CONTENT, other.signatures)
        assert refusal(signed_document.write(relabelled), PINNED) is Reason.TRUST_LIST_SIGNATURE

    def test_signatures_for_two_kinds_make_no_document(self):
        data = signed(A) + b""
        other = signed(B, kind=OTHER_KIND)
        start = data.index(b"\x81\xd2") + 1
        both = data[: start - 1] + b"\x82" + data[start:] + other[other.index(b"\x81\xd2") + 1 :]
        assert refusal(both, PINNED) is Reason.TRUST_LIST_UNREADABLE


class TestCanonical:
    def test_signing_twice_gives_the_same_bytes(self):
        assert signed(A, B, C) == signed(A, B, C)

    def test_order_of_signers_does_not_matter(self):
        assert signed(A, B, C) == signed(C, A, B)

    def test_adding_later_gives_the_same_bytes(self):
        alone = signed_document.read(signed(C), KIND)
        both = signed_document.add_signature(alone, A)
        assert signed_document.write(both) == signed(A, C)

    @pytest.mark.parametrize("make", [ecdsa, rsa_pss])
    def test_a_right_signature_that_is_there_is_kept(self, make):
        document = signed_document.sign(CONTENT, KIND, [make(), B])
        assert signed_document.add_signature(document, make()) == document

    @pytest.mark.parametrize("make", [ecdsa, rsa_pss])
    def test_a_wrong_signature_that_is_there_is_replaced(self, make):
        wrong = signed_document.sign(b"another content", KIND, [make(), B]).signatures
        document = signed_document.SignedDocument(KIND, CONTENT, wrong)
        mended = signed_document.add_signature(signed_document.add_signature(document, make()), B)
        assert set(signed_document.check(mended, anchors(make(), B), threshold=2)) == set(anchors(make(), B))
        assert len(mended.signatures) == 2

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            pytest.param(b"\x43\xa1\x01\x02", b"\x58\x03\xa1\x01\x02", id="long head of the content"),
            pytest.param(b"\x43\xa1\x01\x02", b"\x5f\x43\xa1\x01\x02\xff", id="content in pieces"),
            pytest.param(b"\x81\xd2", b"\x98\x01\xd2", id="long head of the array"),
            pytest.param(b"\x81\xd2", b"\x81\xd8\x12", id="long head of the tag"),
            pytest.param(b"\x81\xd2\x84", b"\x81\x84", id="no tag"),
            pytest.param(b"\xa0\xf6", b"\xa1\x01\x02\xf6", id="something in the unprotected header"),
            pytest.param(b"\xa0\xf6", b"\xbf\xff\xf6", id="indefinite unprotected header"),
            pytest.param(b"\xa0\xf6", b"\xa0\x43\xa1\x01\x02", id="payload not detached"),
            pytest.param(b"\x83\x70", b"\x9f\x70", id="indefinite array"),
        ],
    )
    def test_no_other_encoding_is_read(self, old, new):
        data = signed(A)
        assert data.count(old) == 1
        assert refusal(data.replace(old, new), PINNED) is Reason.TRUST_LIST_UNREADABLE

    @pytest.mark.parametrize(
        "header",
        [
            {3: KIND, 1: -7, 4: signed_document.key_identifier(A.public_key)},
            {1: -7, 3: KIND, 4: signed_document.key_identifier(A.public_key), 5: 0},
            {1: -7, 2: [1], 3: KIND, 4: signed_document.key_identifier(A.public_key)},
            {1: -7, 3: KIND, 4: signed_document.key_identifier(A.public_key)[:7]},
            {1: "ES256", 3: KIND, 4: signed_document.key_identifier(A.public_key)},
            {1: True, 3: KIND, 4: signed_document.key_identifier(A.public_key)},
            {1: -7, 3: KIND},
            {3: KIND, 4: signed_document.key_identifier(A.public_key)},
            {1: -7, 4: signed_document.key_identifier(A.public_key)},
            {1: -7, 3: 60, 4: signed_document.key_identifier(A.public_key)},
            [],
        ],
    )
    def test_no_other_header_is_read_though_rightly_signed(self, header):
        protected = cbor2.dumps(header)
        signature = A.sign(cose.sig_structure(protected, CONTENT))
        message = cbor2.CBORTag(18, [protected, {}, None, signature])
        data = cbor2.dumps(["vaxcert-signed-1", CONTENT, [message]])
        assert refusal(data, PINNED) is Reason.TRUST_LIST_UNREADABLE

    @pytest.mark.parametrize(
        ("old", "new", "problem"),
        [
            (b"\x43\xa1\x01\x02", b"\x58\x03\xa1\x01\x02", "its encoding is not the one it has to have"),
            (b"\x43\xa1\x01\x02", b"\x5f\x43\xa1\x01\x02\xff", "a byte string expected as its content"),
            (b"\x81\xd2\x84", b"\x81\x84", "a signature is no COSE_Sign1 message with tag 18"),
            (b"\x81\xd2\x84", b"\x81\xd2\x83", "a signature is no COSE_Sign1 message with tag 18"),
            (b"\xa0\xf6", b"\xa1\x01\x02\xf6", "with protected header and detached payload only"),
            (b"\xa0\xf6", b"\xa0\x40", "with protected header and detached payload only"),
            (b"\x83\x70", b"\x82\x70", "it does not begin as one"),
        ],
    )
    def test_what_is_wrong_is_told(self, old, new, problem):
        data = signed(A).replace(old, new)
        if new.endswith(b"\x83"):
            data = data[: data.index(b"\xa0\xf6") + 2]  # the signature is left out
        with pytest.raises(TrustListError, match=problem) as caught:
            signed_document.read(data, KIND)
        assert caught.value.reason is Reason.TRUST_LIST_UNREADABLE

    @pytest.mark.parametrize(
        ("message", "problem"),
        [
            ([cbor2.dumps({}), {}, None, "text"], "with protected header and detached payload only"),
            (["text", {}, None, b"s"], "with protected header and detached payload only"),
            ([cbor2.dumps([]), {}, None, b"s"], "a protected header is not a map"),
            ([cbor2.dumps({1: -7}), {}, None, b"s"], f"its content type is None, {KIND} expected"),
            (
                [cbor2.dumps({3: "x" * 99}), {}, None, b"s"],
                f"its content type is '{'x' * 79}, {KIND} expected",
            ),
            (
                [cbor2.dumps({1: "ES256", 3: KIND, 4: bytes(8)}), {}, None, b"s"],
                "a signature needs an algorithm",
            ),
            (
                [cbor2.dumps({1: -7, 3: KIND, 4: "8 octets"}), {}, None, b"s"],
                "a signature needs an algorithm",
            ),
            ([cbor2.dumps({1: -7, 3: KIND, 4: bytes(9)}), {}, None, b"s"], "a signature needs an algorithm"),
        ],
    )
    def test_what_is_wrong_with_a_signature_is_told(self, message, problem):
        data = cbor2.dumps(["vaxcert-signed-1", CONTENT, [cbor2.CBORTag(18, message)]])
        with pytest.raises(TrustListError) as caught:
            signed_document.read(data, KIND)
        assert caught.value.reason is Reason.TRUST_LIST_UNREADABLE
        assert problem in str(caught.value)

    def test_signatures_out_of_order_are_not_read(self):
        mark, content, messages = cbor2.loads(signed(A, B))
        data = cbor2.dumps([mark, content, messages[::-1]])
        assert refusal(data, PINNED) is Reason.TRUST_LIST_UNREADABLE


class TestDamage:
    DATA = signed(A, B)

    @settings(max_examples=300)
    @given(st.integers(0, len(DATA) * 8 - 1))
    def test_flipped_bit_anywhere_is_refused(self, position):
        damaged = bytearray(self.DATA)
        damaged[position // 8] ^= 1 << position % 8
        assert refusal(bytes(damaged), anchors(A, B), 2) in {
            Reason.TRUST_LIST_UNREADABLE,
            Reason.TRUST_LIST_SIGNATURE,
            Reason.TRUST_LIST_THRESHOLD,  # a flipped key identifier names nobody
        }

    def test_cut_short_anywhere_is_unreadable(self):
        for end in range(len(self.DATA)):
            assert refusal(self.DATA[:end], PINNED) is Reason.TRUST_LIST_UNREADABLE

    def test_anything_after_the_end_is_unreadable(self):
        assert refusal(self.DATA + b"\0", PINNED) is Reason.TRUST_LIST_UNREADABLE

    @given(st.binary(max_size=200))
    def test_any_bytes_give_a_value_or_our_error(self, data):
        for candidate in (data, self.DATA[:17] + data, self.DATA[:21] + data):
            assert refusal(candidate, PINNED) is Reason.TRUST_LIST_UNREADABLE

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.binary(max_size=8) | st.text(max_size=4),
            lambda inner: (
                st.lists(inner, max_size=5)
                | st.dictionaries(st.integers(0, 5), inner, max_size=3)
                | inner.map(lambda value: cbor2.CBORTag(18, value))
            ),
            max_leaves=10,
        )
    )
    def test_any_structure_gives_our_error(self, messages):
        data = b"\x83" + cbor2.dumps("vaxcert-signed-1") + b"\x40" + cbor2.dumps(messages)
        assert refusal(data, PINNED) is Reason.TRUST_LIST_UNREADABLE


class TestBounds:
    def test_size(self):
        data = signed(A)
        assert signed_document.read(data, KIND, limit=len(data)).content == CONTENT
        with pytest.raises(TrustListError) as caught:
            signed_document.read(data, KIND, limit=len(data) - 1)
        assert caught.value.reason is Reason.TRUST_LIST_UNREADABLE

    def test_number_of_signatures(self):
        strangers = tuple(
            signed_document.DocumentSignature(n.to_bytes(8, "big"), bytes(64), -7)
            for n in range(MAX_DOCUMENT_SIGNATURES)
        )
        most = signed_document.SignedDocument(KIND, CONTENT, strangers)
        assert len(signed_document.read(signed_document.write(most), KIND).signatures) == 64
        with pytest.raises(ValueError, match="at most 64"):
            signed_document.add_signature(most, A)
        one = signed_document.sign(CONTENT, KIND, [A]).signatures
        more = signed_document.SignedDocument(KIND, CONTENT, (*strangers, *one))
        assert refusal(signed_document.write(more), PINNED) is Reason.TRUST_LIST_UNREADABLE

    def test_no_signature_is_no_document(self):
        with pytest.raises(ValueError, match="at least one"):
            signed_document.sign(CONTENT, KIND, [])
        nobody = signed_document.SignedDocument(KIND, CONTENT, ())
        assert refusal(signed_document.write(nobody), PINNED) is Reason.TRUST_LIST_UNREADABLE

    @pytest.mark.parametrize(
        ("length", "problem"),
        [(262_144, "an array of 1 to 64"), (262_145, "signatures take more than 262144")],
    )
    def test_length_of_all_signatures(self, length, problem):
        data = b"\x83" + cbor2.dumps("vaxcert-signed-1") + b"\x40" + cbor2.dumps(bytes(length - 5))
        with pytest.raises(TrustListError, match=problem):
            signed_document.read(data, KIND)

    @pytest.mark.parametrize("head", ["3f", "5b00000000000000", "5f", "60", "f6", ""])
    def test_content_is_a_byte_string_of_less_than_four_gibibytes(self, head):
        data = b"\x83" + cbor2.dumps("vaxcert-signed-1") + bytes.fromhex(head)
        with pytest.raises(TrustListError, match="a byte string expected as its content"):
            signed_document.read(data, KIND)

    def test_signatures_of_any_length_are_not_decoded(self):
        """A thousand bytes of content may not be followed by megabytes of signatures."""
        data = b"\x83" + cbor2.dumps("vaxcert-signed-1") + b"\x40\x9a\x00\x10\x00\x00" + b"\x80" * 2**20
        with pytest.raises(TrustListError, match="signatures take more than") as caught:
            signed_document.read(data, KIND)
        assert caught.value.reason is Reason.TRUST_LIST_UNREADABLE

    def test_a_content_that_claims_to_be_longer_is_unreadable(self):
        for head in (b"\x5a\xff\xff\xff\xff", b"\x5b" + b"\xff" * 8, b"\x5a", b"\x58", b"\x60", b"\x5f", b""):
            data = b"\x83" + cbor2.dumps("vaxcert-signed-1") + head
            assert refusal(data, PINNED) is Reason.TRUST_LIST_UNREADABLE
