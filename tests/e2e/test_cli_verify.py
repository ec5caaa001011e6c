from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import cbor2
import pytest
from PIL import Image

import vaxcert as vc
from tests.e2e.conftest import AT
from tests.support import messages
from tests.support.signers import NOW, certificate, issuer, person, signer
from vaxcert.cli.output import Colour, Output
from vaxcert.cli.texts import load
from vaxcert.codec import base45, container

KEYS = ["source", "outcome", "level", "reason", "kid", "algorithm", "issuer", "findings", "certificate"]
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
    assert "The certificate has expired. [expired]" in done.stdout
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
    assert str(trust.name) in detailed


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
