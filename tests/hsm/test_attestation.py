"""Facilities sign dose records with a key in a token, as those of Viet Nam do."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import AT
from tests.support.attestations import anchor, content, signed_list
from tests.support.signers import NOW, signer
from vaxcert.adapters.attestation_files import read_attestation
from vaxcert.adapters.key_files import certificate_pem
from vaxcert.adapters.records.rows import read_records
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.trust import facility_list
from vaxcert.trust.facility_list import facility_entry

RECORDS = (
    "HoVaTen,NgaySinh,GioiTinh,CMTCCCD,LanTiem,SoMuiTiem,NgayTiemChung,LoaiThuocTiem,SoLoThuoc,CoSoYTeMa\n"
    "Nguyễn Bảo Duy,10/10/1983,Nam,001083000123,2,2,18/11/2021,Comirnaty,TEST-1,79001\n"
)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_records_attested_with_the_token_are_attested(run, token, tmp_path, algorithm):
    certificate = signer(algorithm).certificate
    records, cert, out = (tmp_path / name for name in ("records.csv", "cert.pem", "1.vxa"))
    records.write_text(RECORDS)
    cert.write_bytes(certificate_pem(certificate.der))
    done = run(
        *("records", "attest", records, "--facility", "79001", "--out", out, "--at", AT, "--cert", cert),
        *("--hsm", token.module, "--hsm-token", token.label, "--hsm-key", algorithm.name.lower()),
        *("--pin-file", token.pin_file),
    )
    assert (done.status, done.stderr) == (0, "")
    entry = facility_entry(certificate.public_key, facilities=frozenset({"79001"}))
    edition = {"issued": NOW, "next_update": NOW, "usable_until": NOW}
    facilities = facility_list.read(signed_list(content(entry, **edition)), (anchor(),))
    attestation = read_attestation(out, facilities, at=NOW)
    assert [attestation.attests(row.record) for row in read_records(records)] == [True]
