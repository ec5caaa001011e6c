"""Issue a certificate and verify it, with the TEST keys that `make demo` leaves in `demo-output`."""

from datetime import UTC, date, datetime
from pathlib import Path

import vaxcert as vc
from vaxcert.adapters.key_files import load_signer
from vaxcert.adapters.trust_files import load_trust_list

now = datetime(2022, 6, 1, 8, tzinfo=UTC)  # always an argument: vaxcert reads no clock
signer = load_signer(Path("demo-output/keys/ps256.key.pem"), Path("demo-output/trust/ps256.pem"))
trust_list, problems = load_trust_list([Path("demo-output/trust")])

person = vc.Person(family_name="Đặng", given_name="Thử Nghiệm", birth_date=date(1990, 2, 28))
dose = vc.Vaccination(
    disease="840539006",  # COVID-19
    prophylaxis="1119349007",  # mRNA vaccine
    product="EU/1/20/1528",  # Comirnaty
    marketing_holder="ORG-100030215",  # BioNTech
    dose_number=2,
    doses_in_series=2,
    vaccinated_on=date(2021, 11, 18),
)
issuer = vc.Issuer(signer, country="VN", authority="Bộ Y tế")
issued = issuer.issue(vc.HealthCertificate(subject=person, vaccination=dose), at=now)
picture = vc.qr.png(issued.text)

for text in vc.qr.certificate_texts(picture):
    verified = vc.Verifier(trust_list).verify(text, at=now)  # or VaxcertError, with a reason code
    print(verified.key.country, verified.claims.expires, verified.certificate.subject.standard_family_name)
