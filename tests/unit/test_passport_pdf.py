"""The pages that come out: text, codes, structure, fonts, and names that want to be markup."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from unicodedata import is_normalized

import pikepdf
import pytest
from tests.support import pdf
from tests.support.pdf import Element, elements
from tests.support.signers import NOW, issuer, person, signer, trusted, vaccination

import vaxcert as vc
from vaxcert import qr
from vaxcert.adapters.passport import (
    MAX_PEOPLE,
    CertificateReader,
    Layout,
    Mark,
    PassportHolder,
    content,
    group_by_subject,
    passport_pdf,
)
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.model import value_sets

LABELS = (
    ("Họ và tên", "Full name"),
    ("Ngày sinh", "Date of birth"),
    ("Quốc tịch", "Nationality"),
    ("Bệnh được phòng", "Targeted disease"),
    ("Số mũi tiêm đã nhận", "Number of doses received"),
    ("Ngày tiêm", "Date of vaccination"),
    ("Liều số", "Dose number"),
    ("Vắc xin", "Vaccine"),
    ("Sản phẩm vắc xin", "Vaccine product"),
    ("Nhà cung cấp hoặc sản xuất", "Supplier or manufacturer"),
    ("Mã chứng nhận", "Certificate code"),
)
MARKS = {
    None: (),
    Mark.SPECIMEN: ("MẪU – KHÔNG CÓ GIÁ TRỊ", "SPECIMEN – NOT VALID"),
    Mark.UNVERIFIED: ("CHƯA KIỂM TRA CHỮ KÝ SỐ", "SIGNATURE NOT VERIFIED"),
}
LONG_CODE = "URN:UVCI:01:VN:" + "0123456789ABCDEF" * 4 + "0"
MARKUP = r'#eval("1+1") $x^2$ *b* _i_ [c] \ <d> `e` @f = g // h'
LAYOUTS = list(Layout)


def texts(subject: vc.Person, doses: int, algorithm: Algorithm = Algorithm.ES256) -> list[str]:
    return [
        issuer(signer(algorithm))
        .issue(
            vc.HealthCertificate(
                subject=subject,
                vaccination=vaccination(
                    dose_number=number,
                    doses_in_series=max(2, number),
                    vaccinated_on=date(2021, number, 5),
                ),
            ),
            at=NOW,
        )
        .text
        for number in range(1, doses + 1)
    ]


TRUSTED = trusted(*map(signer, Algorithm))


def holders(*certificates: str, nationality: str | None = "VN") -> list[PassportHolder]:
    reader = CertificateReader(vc.Verifier(TRUSTED), at=NOW)
    return list(group_by_subject(map(reader.read, certificates), nationality=nationality))


DUY = person(family_name="Nguyễn", given_name="Thị Bảo Duy")
DANG = person(family_name="Đặng", given_name="Hữu Phước", birth_date=vc.PartialDate(1950))
AN = person(family_name="An", given_name=None, birth_date=date(2009, 12, 1))
ALL_TEXTS = texts(DUY, 2) + texts(DANG, 7) + texts(AN, 1)
(ONE,) = holders(ALL_TEXTS[0])


def put(folder: Path, people: list[PassportHolder], layout: Layout = Layout.PAGE, **options: float) -> Path:
    path = folder / "passports.pdf"
    path.write_bytes(passport_pdf(people, layout=layout, **options))
    return path


@pytest.fixture(scope="module", params=LAYOUTS)
def printed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three persons: with two doses, with seven, with one name and one dose."""
    return put(tmp_path_factory.mktemp(request.param), holders(*ALL_TEXTS), request.param)


@pytest.fixture(scope="module")
def read_out(printed: Path) -> list[Element]:
    """What a screen reader reads."""
    return elements(printed)


def layout_of(path: Path) -> Layout:
    return Layout.SHEET if "sheet" in path.parent.name else Layout.PAGE


def figure_side(path: Path) -> float:
    """Of the only code, in millimetres."""
    (figure,) = (one for one in elements(path) if one.kind == "/Figure")
    left, bottom, right, top = figure.box
    assert right - left == pytest.approx(top - bottom, abs=0.1)
    return (right - left) * 25.4 / 72


def instructions(path: Path) -> list[bytes]:
    """The instructions of each page."""
    with pikepdf.open(path) as document:
        return [page.Contents.read_bytes() for page in document.pages]


def pages(path: Path) -> int:
    with pikepdf.open(path) as document:
        return len(document.pages)


def check_margins(path: Path, left: float, right: float) -> None:
    """No word reaches beyond these, in millimetres from the left."""
    edges = re.findall(r'<word xMin="([-\d.]+)"[^>]* xMax="([-\d.]+)"', pdf.copied_text(path, "-bbox"))
    assert min(float(start) for start, _ in edges) * 25.4 / 72 >= left - 0.1
    assert max(float(end) for _, end in edges) * 25.4 / 72 <= right + 0.1


# --- codes


def test_every_code_is_read_and_verified(printed, tmp_path):
    found = [text for page in pdf.pictures(printed, tmp_path) for text in qr.certificate_texts(page)]
    assert sorted(found) == sorted(ALL_TEXTS)
    names = {vc.Verifier(TRUSTED).verify(text, at=NOW).certificate.subject.family_name for text in found}
    assert names == {"Nguyễn", "Đặng", "An"}


@pytest.mark.parametrize(
    ("layout", "qr_mm"),
    [(Layout.PAGE, 35.0), (Layout.PAGE, 60.0), (Layout.SHEET, 35.0), (Layout.SHEET, 50.0)],
)
def test_codes_of_the_least_and_the_greatest_size_have_that_size(tmp_path, layout, qr_mm):
    path = put(tmp_path, [ONE], layout, qr_mm=qr_mm)
    modules = qr.draw(ALL_TEXTS[0]).size
    assert figure_side(path) == pytest.approx(qr_mm * (modules + 8) / modules, abs=0.2)
    assert vc.qr.read_pdf(path.read_bytes()) == ((ALL_TEXTS[0],),)


@pytest.mark.parametrize(
    ("layout", "qr_mm", "bounds"),
    [
        (Layout.PAGE, 34.9, "35 to 60"),
        (Layout.PAGE, 60.1, "35 to 60"),
        (Layout.SHEET, 34.9, "35 to 50"),
        (Layout.SHEET, 50.1, "35 to 50"),
        (Layout.PAGE, float("nan"), "35 to 60"),
    ],
)
def test_sizes_beyond_the_bounds_are_refused(layout, qr_mm, bounds):
    with pytest.raises(ValueError, match=bounds):
        passport_pdf([ONE], layout=layout, qr_mm=qr_mm)


def test_texts_of_rsa_signatures_are_drawn_with_larger_modules(tmp_path):
    (text,) = texts(DUY, 1, Algorithm.PS256)
    path = put(tmp_path, holders(text))
    assert vc.qr.read_pdf(path.read_bytes()) == ((text,),)
    modules = qr.draw(text, error_correction=qr.ErrorCorrection.M).size
    assert modules < qr.draw(text).size
    assert figure_side(path) == pytest.approx(42 * (modules + 8) / modules, abs=0.1)


# --- text


def test_text_that_is_copied_keeps_its_letters(printed):
    text = pdf.words(printed)
    assert is_normalized("NFC", text)
    for name in (
        "Nguyễn Thị Bảo Duy",
        "Đặng Hữu Phước",
        "NGUYEN<<THI<BAO<DUY",
        "DANG<<HUU<PHUOC",
        "Bộ Y tế",
    ):
        assert name in text


def test_all_fields_are_there_in_both_languages(printed):
    text = pdf.words(printed)
    for label in LABELS:
        assert " ".join(label) in text
    for value in (
        "10/10/1983 10 Oct 1983",
        "1950",
        "Việt Nam Viet Nam",
        "COVID-19",
        "05/02/2021 5 Feb 2021",
        "7 / 7",
        "Vắc xin mRNA phòng COVID-19 SARS-CoV-2 mRNA vaccine",
        "Pfizer (Comirnaty) Comirnaty",
        "BioNTech Manufacturing GmbH",
        "01/06/2022 1 Jun 2022",
        "01/06/2023 08:30 UTC 1 Jun 2023 08:30 UTC",
    ):
        assert value in text
    for certificate in ALL_TEXTS:
        assert vc.inspect(certificate).certificate.vaccination.certificate_id in text


def test_newest_dose_comes_first_and_seven_take_two_pages_or_a_card_each(printed, read_out):
    assert pages(printed) == {Layout.PAGE: 4, Layout.SHEET: 3}[layout_of(printed)]
    figures = [one.alt[-1] for one in read_out if one.kind == "/Figure"]
    assert figures == list("2176543211")


def test_what_nobody_states_is_said(tmp_path):
    (dose,) = ONE.doses
    bare = replace(dose, vaccination=vc.Vaccination(), issued_at=None, expires=None)
    empty = replace(ONE, subject=vc.Person(), doses=(bare,), nationality=None)
    # name, birth, nationality, disease, number, date, vaccine, product, manufacturer, code, and two dates of the code
    assert pdf.words(put(tmp_path, [empty])).count("không ghi not stated") == 12


@pytest.mark.parametrize(
    ("nationality", "shown"),
    [
        ("VNM", "Việt Nam Viet Nam"),
        ("việt nam", "Việt Nam Viet Nam"),
        ("Vietnam ", "Việt Nam Viet Nam"),
        ("fr", "Pháp France"),
        ("Ruritania", "Ruritania"),
        (" ", "không ghi not stated"),
    ],
)
def test_nationality_is_a_code_or_a_name(nationality, shown):
    value = content.person_content(replace(ONE, nationality=nationality))["nationality"]
    assert shown == ("không ghi not stated" if value is None else " ".join(value.values()))


def test_every_page_says_what_the_code_is_for_and_with_which_document(printed):
    text = pdf.words(printed)
    assert text.count("họ tên và ngày sinh.") == {Layout.PAGE: 4, Layout.SHEET: 10}[layout_of(printed)]
    assert (
        text.count("full name and date of birth.") == {Layout.PAGE: 4, Layout.SHEET: 10}[layout_of(printed)]
    )
    if layout_of(printed) is Layout.PAGE:
        assert text.count("is verified offline (EU DCC / WHO HCERT)") == 4
        assert "Trang 2/2 Page 2 of 2" in text


@pytest.mark.parametrize("layout", LAYOUTS)
def test_marks_are_part_of_what_is_read_out(tmp_path, layout):
    people = [replace(ONE, mark=mark) for mark in MARKS]
    path = put(tmp_path, people, layout)
    (document, *_) = elements(path)
    for words in MARKS.values():
        assert all(document.text.count(one) == 1 for one in words)
    assert document.text.count("CHỨNG NHẬN TIÊM CHỦNG") == 3


# --- accessibility


def test_document_says_what_it_is_and_in_which_language(printed):
    title = "Chứng nhận tiêm chủng / Vaccination certificate"
    with pikepdf.open(printed) as document:
        assert document.Root.Lang == "vi"
        assert document.Root.MarkInfo.Marked
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert document.docinfo.Title == title
        with document.open_metadata() as metadata:
            assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
            assert metadata.pdfa_status == "2A"
            assert metadata["dc:title"] == title
    for page in instructions(printed):
        assert set(re.findall(rb"/Lang ?\((\w+)\)", page)) == {b"en", b"vi"}


def test_codes_are_described_without_saying_whose_they_are(read_out):
    descriptions = {one.alt for one in read_out if one.kind == "/Figure"}
    assert descriptions == {f"Mã QR mũi {dose} / QR code of dose {dose}" for dose in range(1, 8)}


def test_labels_are_headers_and_each_value_has_its_own(read_out):
    headers = {one.id: one.text for one in read_out if one.kind == "/TH"}
    values = [one for one in read_out if one.kind == "/TD"]
    assert all(len(one.headers) == 1 for one in values)
    assert sorted(one.headers[0] for one in values) == sorted(headers)
    assert {one.scope for one in read_out if one.kind == "/TH"} == {"/Column"}
    assert {" ".join(label) for label in LABELS} <= set(headers.values())
    by_label = {headers[one.headers[0]]: one.text for one in reversed(values)}
    assert by_label["Họ và tên Full name"] == "Nguyễn Thị Bảo Duy NGUYEN<<THI<BAO<DUY"
    assert by_label["Liều số Dose number"] == "2 / 2"
    assert by_label["Sản phẩm vắc xin Vaccine product"] == "Pfizer (Comirnaty) Comirnaty"


def test_headings_begin_with_the_first_and_skip_none(printed, read_out):
    levels = [int(one.kind[2:]) for one in read_out if re.fullmatch(r"/H\d", one.kind)]
    assert levels[0] == 1
    assert levels.count(1) == {Layout.PAGE: 3, Layout.SHEET: 10}[layout_of(printed)]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_what_is_not_read_out_is_marked_so(printed, read_out):
    """All that a page shows is in the structure or an artifact; a further page repeats the name as one."""
    for page in instructions(printed):
        depth = 0
        for operator in re.findall(rb"(?<=[\s>\])])(BDC|BMC|EMC|TJ|Tj|Do|f|S)(?=\s)", page):
            depth += {b"BDC": 1, b"BMC": 1, b"EMC": -1}.get(operator, 0)
            assert depth or operator == b"EMC"
        assert b"/Artifact" in page
    if layout_of(printed) is Layout.PAGE:
        assert read_out[0].text.count("Đặng Hữu Phước") == 1
        assert "Trang 2/2" not in read_out[0].text


def test_nothing_but_the_text_holds_personal_data(printed, read_out):
    with pikepdf.open(printed) as document:
        whole = str(document.docinfo) + document.Root.Metadata.read_bytes().decode()
        assert document.Root.get("/Outlines", pikepdf.Dictionary()).get("/Count", 0) == 0
    whole += "".join(one.title + one.alt for one in read_out)
    assert not re.search("Nguyễn|NGUYEN|Đặng|1983|URN|HC1", whole)


def test_fonts_are_embedded_and_cut_down_to_what_is_used(printed):
    found = pdf.fonts(printed)
    assert {name.partition("+")[2][:10] for name, *_ in found} == {"Libertinus", "DejaVuSans"}
    assert {tuple(said) for _, *said in found} == {("yes", "yes", "yes")}


# --- names and worse


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("family", "given"),
    [
        ("Nguyễn", "Thị Hoàng Phượng Khánh Quỳnh Nguyễn Phước Tôn Nữ Công Tằng Bảo Duy Hương Gian"),
        ("W" * 80, "M" * 80),
    ],
    ids=["long", "no space"],
)
def test_long_names_are_neither_cut_nor_run_over_the_edge(tmp_path, layout, family, given):
    path = put(tmp_path, holders(*texts(person(family_name=family, given_name=given), 1)), layout)
    assert (family + given).replace(" ", "") in pdf.words(path).replace(" ", "")
    check_margins(path, *{Layout.PAGE: (17, 210 - 17), Layout.SHEET: (7, 105 - 7)}[layout])
    assert pages(path) == 1
    assert len(vc.qr.read_pdf(path.read_bytes())[0]) == 1


@pytest.mark.parametrize("layout", LAYOUTS)
def test_longest_values_of_every_field_stay_on_the_card_or_page(tmp_path, layout):
    (holder,) = holders(ALL_TEXTS[0])
    names = ("disease", "prophylaxis", "product", "marketing_holder", "authority")
    filled = {name: f"{name} {'Wm' * 40}"[:80] for name in names}
    doses = tuple(
        replace(one, vaccination=replace(one.vaccination, **filled, certificate_id=LONG_CODE))
        for one in holder.doses
    )
    subject = person(family_name="W" * 80, given_name="W" * 80)
    path = put(tmp_path, [replace(holder, subject=subject, doses=doses, nationality="Nm" * 40)], layout)
    assert pages(path) == 1
    check_margins(path, *{Layout.PAGE: (17, 210 - 17), Layout.SHEET: (7, 105 - 7)}[layout])
    letters = "".join(elements(path)[0].text.split())
    for value in (*filled.values(), LONG_CODE, "Nm" * 40, "W" * 160):
        assert value.replace(" ", "") in letters
    assert len(vc.qr.read_pdf(path.read_bytes())[0]) == 1


@pytest.mark.parametrize("layout", LAYOUTS)
def test_markup_is_text(tmp_path, layout):
    include = '#include "/etc/passwd"'
    subject = vc.Person(
        family_name=MARKUP, given_name=include, standard_family_name="A", standard_given_name="B"
    )
    (dose,) = ONE.doses
    spiked = replace(dose, vaccination=replace(dose.vaccination, product=MARKUP, authority=MARKUP))
    path = put(tmp_path, [replace(ONE, subject=subject, doses=(spiked,), nationality=MARKUP)], layout)
    letters = "".join(elements(path)[0].text.split())
    assert letters.count("".join(MARKUP.split())) == 4
    assert "".join(include.split()) in letters


@pytest.mark.parametrize(
    ("family", "given", "shown"),
    [
        ("王", "小明", "WANG XIAO MING"),
        ("Nguyễn\u202e", "An", "WANG XIAO MING"),
        ("Nguyễn\n", "An", "WANG XIAO MING"),
        ("Иванов", "Пётр", "Иванов Пётр"),
        ("Nguye\u0302\u0303n", "An", "Nguyễn An"),
    ],
)
def test_scripts_that_the_fonts_lack_are_printed_as_in_the_passport(tmp_path, family, given, shown):
    subject = vc.Person(
        family_name=family, given_name=given, standard_family_name="WANG", standard_given_name="XIAO<MING"
    )
    text = pdf.words(put(tmp_path, [replace(ONE, subject=subject)]))
    assert f"Full name {shown} WANG<<XIAO<MING" in text


def test_every_letter_that_is_let_through_is_in_the_fonts():
    letters = "".join(c for c in map(chr, range(0x20, 0x2100)) if not content._NOT_IN_FONT.search(c))
    assert len(letters) > 1000
    lines = [" ".join(letters[start : start + 60]) for start in range(0, len(letters), 60)]
    doses = tuple(
        replace(ONE.doses[0], vaccination=replace(ONE.doses[0].vaccination, product=line, authority=line))
        for line in lines
    )
    assert passport_pdf([replace(ONE, doses=doses)], layout=Layout.SHEET)


# --- API


def test_the_same_persons_give_the_same_bytes():
    assert passport_pdf([ONE]) == passport_pdf([ONE])


@pytest.mark.parametrize("count", [0, MAX_PEOPLE + 1])
def test_nobody_and_too_many_are_refused(count):
    with pytest.raises(ValueError, match=f"{count} persons; 1 to {MAX_PEOPLE} expected"):
        passport_pdf([ONE] * count)


def test_reprs_show_nobody():
    assert repr(ONE) == "<PassportHolder>"
    assert repr(ONE.doses[0]) == "<PassportDose>"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_not_measured_has_room(layout, monkeypatch):
    """With and without measuring, the bytes are the same for the longest names of the vaccines licensed in Viet Nam."""
    licensed = [product for product in value_sets.current().products.values() if product.licensed_in_vietnam]
    doses = tuple(
        replace(ONE.doses[0], vaccination=replace(ONE.doses[0].vaccination, prophylaxis=prophylaxis, **codes))
        for product in licensed
        for prophylaxis in sorted(product.prophylaxis)
        for codes in [{"product": product.code, "marketing_holder": product.holder}]
    )
    names = ("Nguyễn", "Thị Hoàng Phượng Khánh Quỳnh")
    subject = person(family_name=names[0], given_name=names[1])
    people = [
        replace(ONE, doses=doses[start : start + 2], subject=subject) for start in range(0, len(doses), 2)
    ]
    usual = [content.person_content(one) for one in people]
    assert all(one["usual"] and all(dose["usual"] for dose in one["doses"]) for one in usual)
    quick = passport_pdf(people, layout=layout)
    monkeypatch.setattr(content, "_USUAL", dict.fromkeys(content._USUAL, -1))
    assert passport_pdf(people, layout=layout) == quick
