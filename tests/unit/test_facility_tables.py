from base64 import b64encode
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.support.attestations import CLINIC, OTHER_CLINIC, PROVINCE, entry, private_key

from vaxcert.adapters.facility_tables import read_facility_table
from vaxcert.crypto.authority import create_csr
from vaxcert.errors import AdapterError, Reason, UnsupportedError, VaxcertError

HEADING = "key,facility,province,not_before,not_after,withdrawn\n"


@pytest.fixture
def table(tmp_path):
    """Writes a table beside the keys that it names, and reads it."""
    for name in ("clinic", "other clinic", "province"):
        write_key(tmp_path / f"{name}.pem", private_key(name))

    def read(text):
        path = tmp_path / "table.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_facility_table(path)

    return read


def write_key(path, key):
    path.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def refused(call, reason, error=AdapterError):
    with pytest.raises(error) as caught:
        call()
    assert caught.value.reason is reason
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_rows_are_grants(table):
    text = HEADING + "clinic.pem,79001,,,,\nprovince.pem,,79,,,no\nother clinic.pem,79002,,,,yes\n"
    assert table(text) == (
        entry("clinic", CLINIC),
        entry("province", PROVINCE),
        entry("other clinic", OTHER_CLINIC, withdrawn=True),
    )


def test_rows_of_one_key_with_the_same_limits_are_one_grant(table):
    (one, other) = table(
        HEADING
        + "clinic.pem,1,,2021-03-08,,\nclinic.pem,,79,2021-03-08,,\nclinic.pem,3,,,,\nclinic.pem,2,,2021-03-08,,\n"
    )
    assert (one.facilities, one.provinces) == ({"1", "2"}, {"79"})
    assert (other.facilities, other.not_before) == ({"3"}, None)


def test_days_are_whole_and_in_utc(table):
    (one,) = table(HEADING + "clinic.pem,1,,2021-03-08,2021-03-09,\n")
    assert one.not_before == datetime(2021, 3, 8, tzinfo=UTC)
    assert one.not_after == datetime(2021, 3, 9, 23, 59, 59, tzinfo=UTC)


def test_times_have_a_zone(table):
    (one,) = table(HEADING + "clinic.pem,1,,2021-03-08T07:00:00+07:00,,\n")
    assert one.not_before == datetime(2021, 3, 8, tzinfo=UTC)
    message = refused(
        lambda: table(HEADING + "clinic.pem,1,,2021-03-08T07:00:00,,\n"), Reason.FILE_UNREADABLE
    )
    assert "row 1" in message


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_forms_in_which_spreadsheets_write(table, delimiter):
    text = "Key,Province,FACILITY\r\n\r\nclinic.pem,, 79001 \r\n".replace(",", delimiter)
    assert table(b"\xef\xbb\xbf" + text.encode()) == (entry("clinic", CLINIC),)


def test_no_rows(table):
    assert table(HEADING) == ()


def test_missing_columns(table):
    for text, missing in (("", "key, facility, province"), ("key,facility\n", "province")):
        assert missing in refused(lambda text=text: table(text), Reason.COLUMN_MISSING)


@pytest.mark.parametrize(
    "row",
    [
        ",79001,,,,",
        "missing.pem,79001,,,,",
        "table.csv,79001,,,,",
        "clinic.pem,,,,,",
        "clinic.pem,79001,,yesterday,,",
        "clinic.pem,79001,,2021-02-30,,",
        "clinic.pem,79001,,2021-03-09,2021-03-08,",
        "clinic.pem,79001,,,,perhaps",
        f"clinic.pem,{'x' * 41},,,,",
    ],
)
def test_rows_that_are_wrong(table, row):
    message = refused(lambda: table(f"{HEADING}clinic.pem,1,,,,\n{row}\n"), Reason.FILE_UNREADABLE)
    assert "table.csv, row 2: " in message


def test_column_that_is_not_known(table):
    message = refused(
        lambda: table("key,facility,province,until\nclinic.pem,1,,2021\n"), Reason.FILE_UNREADABLE
    )
    assert "'until'" in message


def test_several_keys_in_a_file(table, tmp_path):
    keys = [(tmp_path / f"{name}.pem").read_bytes() for name in ("clinic", "province")]
    (tmp_path / "both.pem").write_bytes(b"".join(keys))
    assert "2 keys" in refused(lambda: table(HEADING + "both.pem,1,,,,\n"), Reason.FILE_UNREADABLE)


def test_type_of_key(table, tmp_path):
    write_key(tmp_path / "p384.pem", ec.generate_private_key(ec.SECP384R1()))
    refused(lambda: table(HEADING + "p384.pem,1,,,,\n"), Reason.KEY_TYPE, UnsupportedError)


@pytest.mark.parametrize(
    "text", [b"\xff\xfe", HEADING.encode() + b'"clinic', b"key,facility,province\n\0,1,2"]
)
def test_files_that_are_no_table(table, text):
    refused(lambda: table(text), Reason.FILE_UNREADABLE, VaxcertError)


def test_request_for_a_certificate(table, tmp_path):
    names = {"country": "VN", "organization": "TEST", "common_name": "TEST clinic"}
    request = create_csr(private_key("clinic"), **names).public_bytes(Encoding.PEM)
    (tmp_path / "clinic.csr").write_bytes(request)
    assert table(HEADING + "clinic.csr,79001,,,,\n") == (entry("clinic", CLINIC),)
    other = create_csr(private_key("province"), **names)
    der = bytearray(create_csr(private_key("clinic"), **names).public_bytes(Encoding.DER))
    der[-64:] = other.public_bytes(Encoding.DER)[-64:]
    body = b64encode(der).decode()
    (tmp_path / "forged.csr").write_text(
        f"-----BEGIN CERTIFICATE REQUEST-----\n{body}\n-----END CERTIFICATE REQUEST-----\n"
    )
    refused(lambda: table(HEADING + "forged.csr,79001,,,,\n"), Reason.FILE_UNREADABLE)
