"""Issue one certificate, draw it, read the picture back, and verify it: docs/tutorials/issuing-service.md."""

from datetime import UTC, date, datetime
from pathlib import Path

import vaxcert as vc
from vaxcert.adapters.key_files import load_signer
from vaxcert.adapters.trust_files import load_trust_list

folder = Path("tutorial")
now = datetime(2022, 6, 1, 8, tzinfo=UTC)  # vaxcert reads no clock: time is an argument

password = (folder / "password").read_text("utf-8").strip().encode()
signer = load_signer(folder / "signer.key.pem", folder / "trust/signer.pem", password=password)
issuer = vc.Issuer(signer, country="VN", authority="Bộ Y tế")

certificate = vc.HealthCertificate(
    subject=vc.Person(family_name="Đặng", given_name="Thử Nghiệm", birth_date=date(1990, 2, 28)),
    vaccination=vc.Vaccination(
        disease="840539006",  # COVID-19
        prophylaxis="1119349007",  # mRNA vaccine
        product="EU/1/20/1528",  # Comirnaty
        marketing_holder="ORG-100030215",  # BioNTech
        dose_number=2,
        doses_in_series=2,
        vaccinated_on=date(2021, 11, 18),
    ),
)
issued = issuer.issue(certificate, at=now)
(folder / "first.png").write_bytes(vc.qr.png(issued.text))
print("issued", issued.certificate_id[:14], "until", issued.expires.date(), "in", len(issued.text))

trust_list, problems = load_trust_list([folder / "trust"])
(text,) = vc.qr.certificate_texts((folder / "first.png").read_bytes())
verified = vc.Verifier(trust_list).verify(text, at=now)
print("genuine", verified.key.country, verified.certificate.subject.standard_family_name)

try:
    vc.Verifier(trust_list).verify(text, at=datetime(2024, 1, 1, tzinfo=UTC))
except vc.VaxcertError as error:
    print("refused", error.reason, "-", error)

mistaken = vc.HealthCertificate(
    subject=vc.Person(family_name="Đặng", given_name="Thử Nghiệm", birth_date=date(2090, 2, 28)),
    vaccination=certificate.vaccination,
)
try:
    issuer.issue(mistaken, at=now)
except vc.VaxcertError as error:
    print("refused", error.reason, "-", error)
