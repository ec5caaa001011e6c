"""Makes the synthetic export of a national immunisation platform that the demonstration issues from.

Nobody in it exists. Identity numbers have the form of real ones (province, century and sex, birth year), with
`000` at the front of their six serial digits; lots are called TEST and health stations are numbered samples.
A part of the rows holds one planted fault each; `national-platform.faults.csv` says which.

    python examples/make_national_platform.py [FOLDER]
"""

from __future__ import annotations

import csv
import random
import sys
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

SEED = 20220315
EXPORTED_ON = date(2022, 5, 31)

Row = dict[str, str]

FAMILY_NAMES = {
    "Nguyễn": 38,
    "Trần": 11,
    "Lê": 9,
    "Phạm": 7,
    "Huỳnh": 5,
    "Phan": 4,
    "Vũ": 4,
    "Võ": 4,
    "Đặng": 3,
    "Bùi": 3,
    "Đỗ": 3,
    "Hoàng": 3,
    "Ngô": 2,
    "Dương": 2,
    "Lý": 1,
}
MIDDLE_NAMES = {
    "Nam": "Văn Đức Hữu Minh Quốc Công Thành Xuân Đình Ngọc Gia",
    "Nữ": "Thị Ngọc Thu Thanh Mỹ Kim Bích Diệu Phương Khánh",
}
GIVEN_NAMES = {
    "Nam": "An Bình Cường Dũng Đạt Hải Hiếu Hùng Huy Khôi Long Lộc Nghĩa Phong Phúc Quân Sơn Tài Tuấn Vinh",
    "Nữ": "Anh Chi Dung Giang Hà Hằng Hạnh Hiền Hoa Hương Lan Linh Mai My Nga Nhung Oanh Quỳnh Thảo Trang",
}
FOREIGNERS = (
    ("Kim Min Seo", "Nữ", "Hàn Quốc"),
    ("Sato Haruto", "Nam", "Nhật Bản"),
    ("Martin Camille", "Nữ", "Pháp"),
)
PROVINCES = {
    "01": "Thành phố Hà Nội",
    "31": "Thành phố Hải Phòng",
    "38": "Tỉnh Thanh Hóa",
    "40": "Tỉnh Nghệ An",
    "48": "Thành phố Đà Nẵng",
    "75": "Tỉnh Đồng Nai",
    "79": "Thành phố Hồ Chí Minh",
    "92": "Thành phố Cần Thơ",
}
STATIONS_PER_PROVINCE = 2


@dataclass(frozen=True)
class Vaccine:
    """One vaccine of the campaign: its share of the people and how it is given."""

    name: str
    people: int
    since: date
    primary_doses: int
    interval_days: tuple[int, int]


PFIZER = Vaccine("Comirnaty (Pfizer-BioNTech)", 64, date(2021, 7, 8), 2, (21, 28))
VACCINES = (
    Vaccine("AstraZeneca", 86, date(2021, 3, 8), 2, (56, 84)),
    PFIZER,
    Vaccine("Vero Cell (Sinopharm)", 48, date(2021, 6, 20), 2, (21, 28)),
    Vaccine("Moderna (Spikevax)", 12, date(2021, 7, 15), 2, (28, 35)),
    Vaccine("Abdala", 6, date(2021, 10, 1), 3, (14, 16)),
    Vaccine("Sputnik V", 4, date(2021, 4, 1), 2, (21, 28)),
    Vaccine("Hayat-Vax", 3, date(2021, 10, 10), 2, (21, 28)),
    Vaccine("Janssen", 3, date(2021, 12, 1), 1, (60, 70)),
)
BOOSTER_AFTER_DAYS = (90, 120)


@dataclass(frozen=True)
class Person:
    """One synthetic person."""

    name: str
    sex: str
    birth_date: str
    identity_number: str
    province: str
    nationality: str = "Việt Nam"


def vietnamese(rng: random.Random, serial: int, *, child: bool) -> Person:
    """A citizen: of the older ones, some have the old identity card and some only a birth year."""
    sex = rng.choice(("Nam", "Nữ"))
    family = rng.choices(list(FAMILY_NAMES), weights=list(FAMILY_NAMES.values()))[0]
    name = f"{family} {rng.choice(MIDDLE_NAMES[sex].split())} {rng.choice(GIVEN_NAMES[sex].split())}"
    year = rng.randrange(2004, 2010) if child else rng.randrange(1938, 2004)
    birth_date = f"{rng.randrange(1, 29):02d}/{rng.randrange(1, 13):02d}/{year}"
    province = rng.choice(list(PROVINCES))
    number = personal_number(province, sex, year, serial)
    if year < 1965 and rng.random() < 0.25:
        number = f"000{serial:06d}"
    if year < 1955 and rng.random() < 0.25:
        birth_date = str(year)
    return Person(name, sex, birth_date, number, province)


def personal_number(province: str, sex: str, year: int, serial: int) -> str:
    """A CCCD number: province, century and sex, birth year, serial number."""
    century_and_sex = 2 * (year // 100 - 19) + (sex == "Nữ")
    return f"0{province}{century_and_sex}{year % 100:02d}{serial:06d}"


def foreigner(rng: random.Random, serial: int, name: str, sex: str, nationality: str) -> Person:
    """A resident with a passport."""
    birth_date = f"{rng.randrange(1, 29):02d}/{rng.randrange(1, 13):02d}/{rng.randrange(1970, 2000)}"
    return Person(name, sex, birth_date, f"X0000{serial:04d}", rng.choice(("01", "79")), nationality)


def people_and_vaccines(rng: random.Random) -> Iterator[tuple[Person, Vaccine]]:
    """Everybody, each with the vaccine of the first dose."""
    vaccines = [vaccine for vaccine in VACCINES for _ in range(vaccine.people)]
    rng.shuffle(vaccines)
    for serial, vaccine in enumerate(vaccines, 1):
        if serial <= len(FOREIGNERS):
            yield foreigner(rng, serial, *FOREIGNERS[serial - 1]), vaccine
        else:
            child = vaccine is PFIZER and rng.random() < 0.15
            yield vietnamese(rng, serial, child=child), vaccine


def doses(rng: random.Random, person: Person, vaccine: Vaccine) -> list[Row]:
    """All doses of one person up to the day of the export, at most three."""
    rows = []
    day = vaccine.since + timedelta(days=rng.randrange(100))
    for number in range(1, 4):
        if day > EXPORTED_ON:
            break
        booster = number > vaccine.primary_doses
        given = rng.choice((PFIZER, vaccine)) if booster else vaccine
        rows.append(dose(rng, person, given.name, day, number, max(number, vaccine.primary_doses)))
        wait = BOOSTER_AFTER_DAYS if number >= vaccine.primary_doses else vaccine.interval_days
        day += timedelta(days=rng.randint(*wait))
    return rows


def dose(rng: random.Random, person: Person, vaccine: str, day: date, number: int, series: int) -> Row:
    """One row of the export."""
    row = {
        "HoVaTen": person.name,
        "NgaySinh": person.birth_date,
        "GioiTinh": person.sex,
        "CMTCCCD": person.identity_number,
        "QuocTich": person.nationality,
        "LanTiem": str(number),
        "SoMuiTiem": str(series),
        "NgayTiemChung": f"{day:%d/%m/%Y}",
        "LoaiThuocTiem": vaccine,
        "SoLoThuoc": f"TEST-{rng.randrange(1, 100):03d}",
    }
    return row | facility(rng, person.province)


def facility(rng: random.Random, province: str) -> Row:
    """One of the sample health stations of a province."""
    station = rng.randint(1, STATIONS_PER_PROVINCE)
    return {
        "CoSoYTeMa": f"{province}{station:03d}",
        "CoSoYTeTen": f"Trạm Y tế mẫu số {station}, {PROVINCES[province]}",
        "TinhMa": province,
        "TinhTen": PROVINCES[province],
    }


def clean_rows(rng: random.Random) -> list[Row]:
    """One row of most people, two or three of some, in no order."""
    rows = []
    for position, (person, vaccine) in enumerate(people_and_vaccines(rng)):
        received = doses(rng, person, vaccine)
        rows += received if position % 14 == 0 else [rng.choice(received)]
    rng.shuffle(rows)
    return rows


# Faults


def empty(column: str) -> Callable[[Row], None]:
    """The fault of a missing value."""
    return put(column, "")


def put(column: str, text: str) -> Callable[[Row], None]:
    """The fault of a certain wrong value."""

    def plant(row: Row) -> None:
        row[column] = text

    return plant


def change(column: str, changed: Callable[[str], str]) -> Callable[[Row], None]:
    """The fault of a value gone wrong."""

    def plant(row: Row) -> None:
        row[column] = changed(row[column])

    return plant


def later_year(years: int) -> Callable[[str], str]:
    """A date dd/mm/yyyy that many years on."""
    return lambda text: f"{text[:-4]}{int(text[-4:]) + years}"


def born_after_vaccination(row: Row) -> None:
    """A birth date past the dose, with an identity number that agrees with it."""
    day, month, year = map(int, row["NgayTiemChung"].split("/"))
    birth = date(year, month, day) + timedelta(days=30)
    row["NgaySinh"] = f"{birth:%d/%m/%Y}"
    serial = int(row["CMTCCCD"][6:])
    row["CMTCCCD"] = personal_number(row["CMTCCCD"][1:3], row["GioiTinh"], birth.year, serial)


def not_yet_licensed(row: Row) -> None:
    """A vaccine on the day before Viet Nam licensed it."""
    row["LoaiThuocTiem"], row["NgayTiemChung"] = "Abdala", "16/09/2021"


def unquoted_comma(row: Row) -> None:
    """A comma in the name of a facility that the export forgot to quote."""
    row["CoSoYTeTen"] = f"{UNQUOTED}{row['CoSoYTeTen']}"


UNQUOTED = "\0"
"""Marks a cell that is written without quotation marks."""

FAULTS: tuple[tuple[str, Callable[[Row], None]], ...] = (
    *(("identity-number-missing", empty("CMTCCCD")),) * 3,
    ("dose-number-past-schedule", put("LanTiem", "8")),
    ("identity-number-form", change("CMTCCCD", lambda number: f"O{number[1:]}")),
    ("identity-number-form", change("CMTCCCD", lambda number: f"{number}7")),
    *(("identity-number-length", change("CMTCCCD", lambda number: number.lstrip("0"))),) * 3,
    ("vaccination-date-before-licensing", not_yet_licensed),
    *(("identity-number-sex", change("GioiTinh", lambda sex: {"Nam": "Nữ", "Nữ": "Nam"}[sex])),) * 2,
    *(("identity-number-birth-year", change("NgaySinh", later_year(1))),) * 2,
    ("name-missing", empty("HoVaTen")),
    ("name-digits", change("HoVaTen", lambda name: f"{name} 2")),
    ("name-characters", change("HoVaTen", lambda name: name.encode().decode("cp1252", "replace"))),
    ("name-characters", change("HoVaTen", lambda name: name.encode("latin-1", "replace").decode("latin-1"))),
    ("birth-date-missing", empty("NgaySinh")),
    ("birth-date-impossible", put("NgaySinh", "30/02/1987")),
    ("birth-date-in-future", change("NgaySinh", later_year(100))),
    ("sex-missing", empty("GioiTinh")),
    ("sex-unknown", put("GioiTinh", "1")),
    ("vaccine-missing", empty("LoaiThuocTiem")),
    ("vaccine-unknown", put("LoaiThuocTiem", "Nanocovax")),
    ("vaccine-deprecated", put("LoaiThuocTiem", "Inactivated-SARS-CoV-2-Vero-Cell")),
    ("lot-missing", empty("SoLoThuoc")),
    ("dose-number-missing", empty("LanTiem")),
    ("dose-number-range", put("LanTiem", "12")),
    ("doses-in-series-missing", empty("SoMuiTiem")),
    ("doses-in-series-range", put("SoMuiTiem", "0")),
    ("vaccination-date-missing", empty("NgayTiemChung")),
    ("vaccination-date-impossible", put("NgayTiemChung", "31/09/2021")),
    ("vaccination-date-in-future", change("NgayTiemChung", later_year(100))),
    ("vaccination-date-before-birth", born_after_vaccination),
    ("vaccination-date-before-campaign", put("NgayTiemChung", "15/09/2020")),
    ("row-malformed", unquoted_comma),
)
DUPLICATES = 2


def can_take_any_fault(row: Row) -> bool:
    """A citizen with the new identity card, a whole birth date and a letter beyond ASCII in the name."""
    return len(row["CMTCCCD"]) == 12 and "/" in row["NgaySinh"] and not row["HoVaTen"].isascii()


def plant_faults(rng: random.Random, rows: list[Row]) -> dict[int, str]:
    """Spoil some rows of people with one row, and repeat some others at another facility.

    Returns:
        Position to code.
    """
    numbers = [row["CMTCCCD"] for row in rows]
    once = [i for i, row in enumerate(rows) if numbers.count(row["CMTCCCD"]) == 1 and can_take_any_fault(row)]
    chosen = rng.sample(once, len(FAULTS) + DUPLICATES)
    planted = {}
    for position, (code, plant) in zip(chosen, FAULTS, strict=False):
        plant(rows[position])
        planted[position] = code
    for position in chosen[len(FAULTS) :]:
        planted[len(rows)] = "duplicate-dose"
        other = rng.choice([province for province in PROVINCES if province != rows[position]["TinhMa"]])
        rows.append(rows[position] | facility(rng, other))
    return planted


def vary_writing(rows: list[Row], planted: dict[int, str]) -> None:
    """Write some of the other rows in ways that differ and are not wrong."""
    others = [row for position, row in enumerate(rows) if position not in planted]
    for row in others[::30]:
        row["HoVaTen"] = row["HoVaTen"].upper()
    for row in others[1::30]:
        row["HoVaTen"] = unicodedata.normalize("NFD", row["HoVaTen"])
    for row in others[2::30]:
        day, month, year = row["NgayTiemChung"].split("/")
        row["NgayTiemChung"] = f"{year}-{month}-{day}"


def write(folder: Path) -> None:
    """Write `national-platform.csv` and `national-platform.faults.csv`, the same bytes every time."""
    rng = random.Random(SEED)  # noqa: S311 - sample data
    rows = clean_rows(rng)
    planted = plant_faults(rng, rows)
    vary_writing(rows, planted)
    with (folder / "national-platform.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(rows[0])
        for row in rows:
            file.write(",".join(cell(text) for text in row.values()) + "\n")
    with (folder / "national-platform.faults.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("row", "code"))
        table.writerows((position + 1, planted[position]) for position in sorted(planted))


def cell(text: str) -> str:
    """One cell of CSV."""
    if text.startswith(UNQUOTED):
        return text.removeprefix(UNQUOTED)
    return f'"{text}"' if "," in text else text


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
