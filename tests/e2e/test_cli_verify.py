from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import cbor2
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image

import vaxcert as vc
from tests.e2e.conftest import AT
from tests.support import lists, messages
from tests.support import revocation as revocations
from tests.support.signers import NOW, certificate, issuer, person, signer
from tests.support.store_lists import anchor_signer, signed_list
from vaxcert.cli.output import Colour, Output
from vaxcert.codec import base45, container
from vaxcert.presentation.texts import load
from vaxcert.trust import own_list

KEYS = [
    "source",
    "outcome",
    "level",
    "reason",
    "kid",
    "algorithm",
    "issuer",
    "findings",
    "certificate",
    "trust",
    "revocation",
]
DECISION_5772_EN = [
    "Full name",
    "Date of birth",
    "Nationality",
    "Disease",
    "Doses received",
    "Date of vaccination",
    "Dose number",
    "Vaccine",
    "Vaccine product",
    "Manufacturer",
    "Certificate code",
]
DECISION_5772_VI = [
    "Họ và tên",
    "Ngày sinh",
    "Quốc tịch",
    "Bệnh được phòng",
    "Số mũi tiêm",
    "Ngày tiêm",
    "Liều số",
    "Vắc xin",
    "Sản phẩm vắc xin",
    "Nhà sản xuất",
    "Mã chứng nhận",
]


def verify(run, trust, *arguments, at=AT, **options):
    return run("verify", "--trust", trust, "--at", at, *arguments, **options)


def labels_of(stdout, mark):
    lines = [line[2:24].strip() for line in stdout.splitlines() if line.startswith(mark)]
    return [label for label in lines if label]


def tampered(text):
    message = bytearray(container.message_bytes(text))
    message[-1] ^= 1
    return container.write(bytes(message))


@pytest.mark.parametrize(("language", "fields"), [("en", DECISION_5772_EN), ("vi", DECISION_5772_VI)])
def test_accepted_card_shows_the_eleven_fields_of_decision_5772_in_order(run, trust, text, language, fields):
    done = verify(run, trust, "--lang", language, text)
    assert done.status == 0
    source, *labels = labels_of(done.stdout, "  ")
    assert source == "argument 1"
    assert labels[:11] == fields
    assert "✔ " + load(language).get("outcome", "accepted") in done.stdout.splitlines()
    assert "Nguyễn Bảo Duy" in done.stdout
    assert "NGUYEN<<BAO<DUY" in done.stdout


def test_accepted_card_reminds_of_the_travel_document(run, trust, text):
    last = verify(run, trust, text).stdout.splitlines()[-5:]
    assert last[0] == "1 certificate: 1 accepted, 0 refused, 0 unreadable."
    assert last[1].startswith("Compare name and date of birth with a travel document")
    assert last[3].startswith("Entry rules")


def test_no_line_is_wider_than_eighty_columns(run, trust, text):
    for language in ("en", "vi"):
        done = verify(run, trust, "--details", "--lang", language, text, tampered(text), "nothing.png")
        assert max(map(len, done.stdout.splitlines())) == 80


def test_json_has_exactly_the_contracted_keys(run, trust, text):
    done = verify(run, trust, "--json", text)
    (found,) = done.objects
    assert list(found) == KEYS
    assert found["source"] == "argument 1"
    assert (found["outcome"], found["level"], found["reason"]) == ("accepted", "acceptable", None)
    assert (found["kid"], found["algorithm"], found["issuer"]) == (signer().kid.hex(), "ES256", "VN")
    assert found["findings"] == []
    assert found["certificate"]["subject"]["family_name"] == "Nguyễn"
    assert found["certificate"]["subject"]["birth_date"] == "1983-10-10"
    assert found["certificate"]["vaccination"]["product"] == "EU/1/20/1528"
    assert found["certificate"]["test"] is None
    assert found["certificate"]["expires"] == "2023-06-01T08:30:00Z"
    assert done.stderr == ""


def test_json_below_authentic_tells_nothing_of_the_content(run, trust, text):
    (found,) = verify(run, trust, "--json", tampered(text)).objects
    assert list(found) == KEYS
    assert (found["outcome"], found["level"], found["reason"]) == ("refused", "well-formed", "bad-signature")
    assert found["kid"] == signer().kid.hex()
    assert (found["issuer"], found["findings"], found["certificate"]) == (None, [], None)


def test_json_of_an_unreadable_file_has_the_same_keys(run, trust):
    done = verify(run, trust, "--json", "nothing.png")
    (found,) = done.objects
    assert list(found) == KEYS
    assert (found["source"], found["outcome"], found["level"]) == ("nothing.png", "unreadable", "none")
    assert found["reason"] == "file-unreadable"
    assert done.status == 3


def test_findings_are_listed_once_each_with_severity(run, trust):
    odd = issuer().issue(certificate(dose_number=3), at=NOW).text
    (found,) = verify(run, trust, "--json", odd).objects
    assert found["findings"] == [{"code": "dose-past-series", "severity": "info"}]
    assert found["outcome"] == "accepted"


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        (["accepted"], 0),
        (["accepted", "accepted"], 0),
        (["refused"], 1),
        (["unreadable"], 3),
        (["accepted", "refused"], 1),
        (["accepted", "unreadable"], 3),
        (["unreadable", "refused", "accepted"], 1),
    ],
)
def test_worst_certificate_decides_the_status_and_order_is_kept(run, trust, text, kinds, status):
    texts = {"accepted": text, "refused": tampered(text), "unreadable": "HC1:*"}
    done = verify(run, trust, "--json", *(texts[kind] for kind in kinds))
    assert done.status == status
    assert [found["outcome"] for found in done.objects] == kinds
    assert [found["source"] for found in done.objects] == [f"argument {n + 1}" for n in range(len(kinds))]


def test_expired_certificate_is_authentic_and_every_field_is_marked_refused(run, trust, text):
    done = verify(run, trust, text, at="2024-01-01T00:00:00Z")
    assert done.status == 1
    assert "✘ REFUSED" in done.stdout
    assert "The certificate is past its technical expiry. [expired]" in done.stdout
    assert labels_of(done.stdout, "✘ ")[2:13] == DECISION_5772_EN
    assert not [line for line in done.stdout.splitlines() if "Nguyễn" in line and not line.startswith("✘ ")]
    assert "✔ well-formed ✔ authentic ✘ in date – acceptable" in " ".join(done.stdout.split())
    assert "travel document" not in done.stdout


def test_expiry_boundary_by_the_second(run, trust, text):
    # expires 2023-06-01T08:30:00Z, five minutes of clock skew
    assert verify(run, trust, text, at="2023-06-01T08:34:59Z").status == 0
    assert verify(run, trust, text, at="2023-06-01T08:35:00Z").status == 1


def test_time_may_have_any_offset(run, trust, text):
    assert verify(run, trust, text, at="2023-06-01T15:34:59+07:00").status == 0
    assert verify(run, trust, text, at="2023-06-01T15:35:00+07:00").status == 1


def test_unknown_key_is_refused(run, tmp_path, trust):
    other = issuer(signer(country="LA"), country="LA").issue(certificate(), at=NOW).text
    (found,) = verify(run, trust, "--json", other).objects
    assert (found["outcome"], found["reason"]) == ("refused", "unknown-key")


def test_strict_policy_refuses_what_default_notes(run, trust):
    odd = issuer().issue(certificate(dose_number=3), at=NOW).text
    assert verify(run, trust, odd).status == 0
    done = verify(run, trust, "--json", "--policy", "strict", odd)
    assert done.status == 1
    assert (done.objects[0]["reason"], done.objects[0]["level"]) == ("policy", "in-date")


def test_refuse_promotes_one_finding(run, trust):
    odd = issuer().issue(certificate(dose_number=3), at=NOW).text
    assert verify(run, trust, "--refuse", "dose-past-series", odd).status == 1
    assert verify(run, trust, "--refuse", "code-unknown", odd).status == 0


def test_signer_dates_now_refuses_a_key_that_has_expired_since(run, tmp_path):
    # certificate and key end together: within the clock skew both still count, strictly neither does
    short = signer(country="KH", valid_for=timedelta(days=30), starts=NOW - timedelta(days=29))
    der = tmp_path / "kh.der"
    der.write_bytes(short.certificate.der)
    old = issuer(short, country="KH").issue(certificate(), at=NOW).text
    later = (NOW + timedelta(days=1, minutes=4)).isoformat()
    assert verify(run, der, old, at=later).status == 0
    done = verify(run, der, "--json", "--policy", "strict", old, at=later)
    assert done.objects[0]["reason"] == "signer-expired"
    done = verify(run, der, "--json", "--policy", "strict", "--signer-dates", "at-issuance", old, at=later)
    assert done.objects[0]["reason"] == "expired"


def test_several_trust_paths_and_folders_are_joined(run, tmp_path, trust, text):
    other = tmp_path / "deep" / "er"
    other.mkdir(parents=True)
    (other / "la.DER").write_bytes(signer(country="LA").certificate.der)
    lao = issuer(signer(country="LA"), country="LA").issue(certificate(), at=NOW).text
    assert verify(run, trust, "--trust", tmp_path, text, lao).status == 0


def test_bad_trust_entry_is_reported_and_the_rest_is_used(run, tmp_path, trust, text):
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + trust.read_bytes())
    done = verify(run, bundle, text)
    assert done.status == 0
    assert done.stderr.startswith(f"vaxcert: certificate-unreadable: {bundle}: certificate 1: ")
    assert done.stderr.count("\n") == 1


def test_details_name_key_and_place_of_findings(run, trust):
    odd = issuer().issue(certificate(dose_number=3), at=NOW).text
    plain, detailed = verify(run, trust, odd).stdout, verify(run, trust, "--details", odd).stdout
    assert signer().kid.hex() not in plain
    assert signer().kid.hex() in detailed
    assert "[dose-past-series v.dn]" in detailed
    assert str(trust.name) in "".join(detailed.split())  # a long path goes over several lines


def png(text):
    return vc.qr.png(text)


def test_pictures_texts_and_binary_forms_are_told_apart_by_content(run, trust, tmp_path, text):
    message = container.message_bytes(text)
    forms = {
        "a.bin": png(text),
        "b.bin": text.encode(),
        "c.bin": text.encode() + b"\r\n",
        "d.bin": b"\xef\xbb\xbf" + text.encode() + b"\n\n",
        "e.bin": base45.decode(text[4:]),
        "f.bin": message,
    }
    for name, data in forms.items():
        (tmp_path / name).write_bytes(data)
    done = verify(run, trust, "--json", tmp_path)
    assert [Path(found["source"]).name for found in done.objects] == sorted(forms)
    assert {found["outcome"] for found in done.objects} == {"accepted"}


def test_picture_on_standard_input(run, trust, text):
    (found,) = verify(run, trust, "--json", "-", stdin=png(text)).objects
    assert (found["source"], found["outcome"]) == ("-", "accepted")


def test_lines_on_standard_input_in_their_order(run, trust, text):
    lines = f"{text}\n\nHC1:*\r\n{tampered(text)}".encode()
    found = verify(run, trust, "--json", "-", stdin=lines).objects
    assert [(one["source"], one["outcome"]) for one in found] == [
        ("-", "accepted"),
        ("-#3", "unreadable"),
        ("-#4", "refused"),
    ]


def test_pdf_with_several_codes_gives_several_certificates(run, trust, tmp_path, text):
    second = issuer().issue(certificate(dose_number=1), at=NOW).text
    pages = [Image.open(io.BytesIO(png(one))).convert("L") for one in (text, second)]
    pages[0].save(tmp_path / "two.pdf", save_all=True, append_images=pages[1:], resolution=300)
    found = verify(run, trust, "--json", tmp_path / "two.pdf").objects
    assert [Path(one["source"]).name for one in found] == ["two.pdf", "two.pdf#2"]
    assert {one["outcome"] for one in found} == {"accepted"}


def test_folder_is_searched_deep_and_in_order_and_other_files_are_left_alone(run, trust, tmp_path, text):
    for name in ("b/2.PNG", "a.txt", "b/1.txt", "c.csv", "d.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(png(text) if name.endswith("PNG") else text.encode())
    found = verify(run, trust, "--json", tmp_path).objects
    assert [str(Path(one["source"]).relative_to(tmp_path)) for one in found] == [
        "a.txt",
        "b/1.txt",
        "b/2.PNG",
    ]


def test_characters_that_steer_a_terminal_are_neutralised(run, trust, text):
    """An issuer less careful than ours signed them."""
    message = vc.inspect(text).message
    claims = cbor2.loads(message.payload)
    claims[-260][1]["nam"]["fn"] = "Ng\x1b[2J\u202euy\x9bn\nX"
    signed = messages.text(claims, by=signer())
    card = verify(run, trust, signed)
    assert card.status == 0
    line = next(line for line in card.stdout.splitlines() if "Full name" in line)
    assert "Ng�[2J�uy�n X" in line
    as_json = verify(run, trust, "--json", signed)
    assert as_json.stdout.removesuffix("\n").isprintable()
    assert as_json.objects[0]["certificate"]["subject"]["family_name"] == "Ng\x1b[2J\u202euy\x9bn\nX"


def test_partial_birth_date_is_shown_as_known(run, trust):
    partial = replace(certificate(), subject=person(birth_date=vc.PartialDate(1983, 10)))
    signed = issuer().issue(partial, at=NOW).text
    assert "Date of birth         1983-10\n" in verify(run, trust, signed).stdout
    assert "Ngày sinh             10/1983\n" in verify(run, trust, "--lang", "vi", signed).stdout


def test_test_and_recovery_certificates_show_their_own_fields(run, trust):
    recovery = vc.HealthCertificate(
        subject=person(),
        recovery=vc.Recovery(
            disease="840539006",
            first_positive=date(2022, 3, 1),
            valid_from=date(2022, 3, 12),
            valid_until=date(2022, 8, 28),
        ),
    )
    swab = vc.HealthCertificate(
        subject=person(),
        test=vc.Test(
            disease="840539006",
            test_type="LP6464-4",
            name="TEST PCR",
            sampled_at=NOW - timedelta(days=1),
            result="260415000",
            centre="TEST lab",
        ),
    )
    done = verify(run, trust, *(issuer().issue(one, at=NOW).text for one in (recovery, swab)))
    assert done.status == 0
    assert "First positive test   2022-03-01" in done.stdout
    assert "Sample taken          2022-05-31 08:30 UTC" in done.stdout


@pytest.mark.parametrize(
    ("variables", "word"),
    [
        ({"VAXCERT_LANG": "vi"}, "CHẤP NHẬN"),
        ({"LANG": "vi_VN.UTF-8"}, "CHẤP NHẬN"),
        ({"LANG": "de_DE.UTF-8"}, "ACCEPTED"),
        ({"VAXCERT_LANG": "en", "LANG": "vi_VN.UTF-8"}, "ACCEPTED"),
        ({}, "ACCEPTED"),
    ],
)
def test_language_comes_from_the_environment(run, monkeypatch, trust, text, variables, word):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert f"✔ {word}" in verify(run, trust, text).stdout


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "coloured"),
    [
        (Terminal(), {}, True),
        (io.StringIO(), {}, False),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "dumb"}, False),
    ],
)
def test_colour_only_on_a_terminal_that_wants_it(stream, environment, coloured):
    Output(stream, io.StringIO(), load("en"), environment).line("words", Colour.RED)
    assert stream.getvalue() == ("\x1b[1;31mwords\x1b[0m\n" if coloured else "words\n")


@pytest.mark.parametrize(
    ("stdout", "stderr", "among_results", "shown"),
    [
        (io.StringIO(), Terminal(), True, True),
        (Terminal(), Terminal(), True, False),
        (Terminal(), Terminal(), False, True),
        (io.StringIO(), io.StringIO(), False, False),
    ],
)
def test_progress_is_shown_where_it_is_seen_and_disturbs_no_results(stdout, stderr, among_results, shown):
    output = Output(stdout, stderr, load("en"), {})
    assert output.shows_progress(among_results=among_results) is shown


@pytest.fixture
def kept(run, tmp_path, monkeypatch):
    """The user's store, with a list of the TEST signer that its TEST anchor signed."""

    def keep(**changes):
        anchor = tmp_path / "anchor.pem"
        anchor.write_bytes(
            anchor_signer("TEST anchor").public_key.public_bytes(
                Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
            )
        )
        published = tmp_path / "list.vxl"
        entry = own_list.certificate_entry(signer().certificate)
        published.write_bytes(signed_list(3, entries=(entry,), **changes))
        monkeypatch.setenv("VAXCERT_TRUST", str(tmp_path / "store"))
        done = run("trust", "import", published, "--anchor", anchor, "--name", "eu", "--at", AT)
        assert done.status == 0
        return published, anchor

    return keep


def later(**passed):
    return (NOW + timedelta(**passed)).isoformat()


def test_store_of_the_user_is_used_without_trust(run, kept, text):
    kept()
    done = run("verify", "--json", "--at", AT, text)
    (found,) = done.objects
    assert (done.status, done.stderr, found["outcome"]) == (0, "", "accepted")
    assert found["trust"] == {
        "list": "eu",
        "format": "vaxcert",
        "proof": "signed",
        "number": 3,
        "issued": "2022-06-01T07:30:00Z",
        "usable_until": "2022-07-01T07:30:00Z",
        "environment": "production",
    }
    assert found["revocation"] is None


def test_without_store_and_trust_there_is_nothing_to_trust(run, monkeypatch, tmp_path, text):
    monkeypatch.setenv("VAXCERT_TRUST", str(tmp_path / "missing"))
    done = run("verify", "--at", AT, text)
    assert (done.status, done.stdout, done.stderr.split(": ")[1]) == (4, "", "trust-list-empty")


def test_list_file_needs_its_anchor(run, kept, text):
    published, anchor = kept()
    missing = verify(run, published, text)
    assert (missing.status, missing.stderr.split(": ")[1]) == (4, "anchor-missing")
    assert verify(run, published, "--anchor", anchor, text).status == 0
    too_few = verify(run, published, "--anchor", anchor, "--threshold", "2", text)
    assert (too_few.status, too_few.stderr.split(": ")[1]) == (4, "trust-list-threshold")


def test_unsigned_list_is_marked_in_every_report(run, tmp_path, text):
    published = tmp_path / "keys.json"
    published.write_bytes(lists.public_keys([signer()]).data)
    refused = verify(run, published, text)
    assert (refused.status, refused.stderr.split(": ")[1]) == (4, "trust-list-unsigned")
    done = verify(run, published, "--allow-unsigned", "--json", text, text)
    assert done.status == 0
    for found in done.objects:
        assert {"code": "list-unsigned", "severity": "warning"} in found["findings"]
        assert found["trust"]["proof"] == "unsigned"
    assert "[list-unsigned]" in verify(run, published, "--allow-unsigned", text).stdout


def test_stale_list_is_no_forgery(run, kept, text):
    kept()
    at = later(days=31)
    done = run("verify", "--json", "--at", at, text, text)
    assert done.status == 4
    assert [found["reason"] for found in done.objects] == ["stale-trust-list"] * 2
    assert [line.split(": ")[1] for line in done.stderr.splitlines()] == ["stale-trust-list"]
    card = run("verify", "--at", at, text).stdout
    assert card.splitlines()[1] == "? CANNOT DECIDE"
    assert "REFUSED" not in card
    assert "✘ in" not in card
    assert "say nothing about the certificate" in " ".join(card.split())
    reported = run("verify", "--json", "--stale", "report", "--at", at, text)
    assert (reported.status, reported.objects[0]["findings"][0]["code"]) == (0, "list-stale")
    assert reported.stderr == done.stderr


def test_forgery_beside_a_stale_list_is_still_refused(run, kept, text):
    kept()
    done = run("verify", "--json", "--at", later(days=31), text, tampered(text))
    assert [found["reason"] for found in done.objects] == ["stale-trust-list", "bad-signature"]
    assert done.status == 1


def test_unreadable_beside_a_stale_list(run, kept, text):
    kept()
    assert run("verify", "--at", later(days=31), text, "HC1:*").status == 4


def test_overdue_list_and_wrong_clock_are_said_first(run, kept, text):
    kept()
    overdue = run("verify", "--at", later(days=8), text)
    assert (overdue.status, overdue.stderr.split(": ")[1]) == (0, "list-overdue")
    behind = run("verify", "--json", "--at", "2022-05-31T08:30:00Z", text)
    assert behind.stderr.split(": ")[1] == "clock-before-list"


def test_warnings_begin_where_refusals_do(run, kept, text):
    # issued 07:30 and usable for 30 days, five minutes of clock skew
    kept()
    assert run("verify", "--at", "2022-07-01T07:35:00Z", text).status == 0
    assert "stale-trust-list" not in run("verify", "--at", "2022-07-01T07:35:00Z", text).stderr
    assert run("verify", "--at", "2022-07-01T07:35:01Z", text).stderr.startswith("vaxcert: stale-trust-list")
    assert run("verify", "--at", "2022-06-01T07:25:00Z", text).stderr == ""
    assert run("verify", "--at", "2022-06-01T07:24:59Z", text).stderr.startswith("vaxcert: clock-before-list")


def test_test_keys_count_only_where_asked_for(run, kept, text):
    kept(environment="test")
    refused = run("verify", "--json", "--at", AT, text)
    assert (refused.status, refused.objects[0]["reason"]) == (1, "test-key")
    assert refused.stderr.startswith("vaxcert: test-key: all keys of the lists are for tests")
    done = run("verify", "--json", "--environment", "test", "--at", AT, text)
    assert (done.status, done.objects[0]["trust"]["environment"]) == (0, "test")
    assert "test-key" not in done.stderr


def test_why_a_file_cannot_be_read(run, kept, tmp_path):
    kept()
    done = run("verify", "--at", AT, str(tmp_path / "frist.png"))
    assert done.status == 3
    assert "cannot read the input: No such file or directory" in done.stdout


@pytest.fixture
def revocation(tmp_path):
    """A revocation list, and the anchor it is signed by."""

    def write(*identifiers_revoked, **changes):
        file, anchor = tmp_path / "revoked.vxr", tmp_path / "revocation-anchor.pem"
        file.write_bytes(
            revocations.list_bytes(
                revocations.identifiers(*identifiers_revoked),
                issued=NOW,
                next_update=NOW + timedelta(days=1),
                usable_until=NOW + timedelta(days=30),
                **changes,
            )
        )
        anchor.write_bytes(
            revocations.anchor_key().public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
        return "--revocation", file, "--revocation-anchor", anchor

    return write


def test_revoked_not_revoked_and_unknown(run, trust, revocation):
    issued = issuer().issue(certificate(), at=NOW)
    clean = verify(run, trust, *revocation("URN:UVCI:01:VN:ANOTHER"), "--json", issued.text)
    assert clean.status == 0
    assert clean.objects[0]["revocation"]["status"] == "not-revoked"
    assert clean.objects[0]["revocation"]["as_of"] == "2022-06-01T08:30:00Z"
    options = revocation(issued.certificate_id)
    done = verify(run, trust, *options, "--json", issued.text)
    assert (done.status, done.objects[0]["reason"]) == (1, "revoked")
    assert done.objects[0]["revocation"]["status"] == "revoked"
    at = later(days=31)
    unknown = verify(run, trust, *revocation("URN:UVCI:01:VN:ANOTHER"), "--json", issued.text, at=at)
    assert (unknown.status, unknown.objects[0]["reason"]) == (4, "revocation-unknown")
    reported = verify(
        run, trust, *revocation("URN:UVCI:01:VN:ANOTHER"), "--unknown-revocation", "report",
        "--json", issued.text, at=at,
    )  # fmt: skip
    assert reported.status == 0
    assert "revocation-unanswered" in [one["code"] for one in reported.objects[0]["findings"]]


def test_card_says_as_of_when_a_certificate_is_not_revoked(run, trust, text, revocation):
    done = verify(run, trust, *revocation("URN:UVCI:01:VN:ANOTHER"), text)
    assert "  Revocation            not revoked (list of 2022-06-01)" in done.stdout.splitlines()
    assert "Revocation" not in verify(run, trust, text).stdout


def test_revocation_list_by_somebody_else_ends_it(run, trust, text, revocation, kept):
    _, other_anchor = kept()
    *options, _, _ = revocation("URN:UVCI:01:VN:ANOTHER")
    done = verify(run, trust.parent, *options, "--anchor", other_anchor, text)
    assert (done.status, done.stdout) == (4, "")
    assert done.stderr.splitlines()[-1].split(": ")[1] == "revocation-list-signature"


def test_anchors_refuse_plain_certificates_and_leave_folders_alone(run, kept, trust, text):
    published, anchor = kept()
    refused = verify(run, trust, "--anchor", anchor, text)
    assert (refused.status, refused.stderr.split(": ")[1]) == (4, "trust-list-unsigned")
    forced = verify(run, trust, "--anchor", anchor, "--format", "certificates", "--allow-unsigned", text)
    assert (forced.status, forced.stderr.split(": ")[1]) == (4, "trust-list-unsigned")
    both = ("--trust", trust.parent, "--trust", published)
    assert run("verify", *both, "--anchor", anchor, "--threshold", "1", "--at", AT, text).status == 0
    imported = run("trust", "import", trust, "--anchor", anchor, "--name", "pem", "--at", AT)
    assert (imported.status, imported.stderr.split(": ")[1]) == (4, "trust-list-unsigned")


def test_details_name_the_list_its_proof_and_its_date(run, kept, text):
    kept()
    lines = run("verify", "--details", "--at", AT, text).stdout.splitlines()
    assert "  Trusted through       eu" in lines
    assert "  Its list              signed, 2022-06-01" in lines
