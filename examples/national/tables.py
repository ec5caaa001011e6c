"""The words, places and vaccines that the synthetic nation is put together from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from examples import make_national_platform as small

EXPORTED_ON: Final = date(2022, 11, 30)
"""No dose is later."""

SEXES: Final = ("Nam", "Nữ")
"""In the order in which the identity number codes them."""

NATIONALITY: Final = "Việt Nam"

# Names

FAMILY_NAMES: Final = small.FAMILY_NAMES | {
    "Hồ": 2,
    "Trương": 2,
    "Đinh": 1,
    "Lâm": 1,
    "Đoàn": 1,
    "Trịnh": 1,
    "Mai": 1,
    "Cao": 1,
    "Lương": 1,
    "Tô": 1,
    "Châu": 1,
    "Hà": 1,
    "Tạ": 1,
    "Quách": 1,
    "Thái": 1,
}
MIDDLE_NAMES: Final = {
    "Nam": f"{small.MIDDLE_NAMES['Nam']} Anh Bảo Duy Hoàng Khắc Mạnh Nhật Phúc Quang Thanh Tiến Trọng Trung Tuấn Viết",
    "Nữ": f"{small.MIDDLE_NAMES['Nữ']} Ánh Bảo Cẩm Hải Hoài Hồng Huyền Minh Như Quỳnh Thùy Tố Tuyết Vân Yến",
}
GIVEN_NAMES: Final = {
    "Nam": f"{small.GIVEN_NAMES['Nam']} Anh Bảo Cảnh Chiến Duy Đăng Đông Giáp Hào Hiệp Hòa Hoàn Hoàng Hưng Kiên Khang "
    "Lâm Lực Mạnh Nam Nhân Phát Phước Quang Quyết Sang Tâm Thăng Thắng Thiện Thịnh Tín Toàn Trí Trung Tuân Tùng Vũ",
    "Nữ": f"{small.GIVEN_NAMES['Nữ']} Ánh Bích Châu Cúc Diễm Diệp Duyên Đào Hân Hậu Hồng Huệ Huyền Khuê Lam Lệ Liên "
    "Loan Lụa Mến Ngân Ngọc Nguyệt Nhi Phượng Quyên Sương Tâm Thắm Thoa Thu Thúy Thủy Thương Trâm Trinh Tuyết Uyên Vân "
    "Vy Xuân Yến",
}
FOREIGN_NAMES: Final = (
    *small.FOREIGNERS,
    ("Park Ji Hoon", "Nam", "Hàn Quốc"),
    ("Tanaka Yui", "Nữ", "Nhật Bản"),
    ("Wagner Lukas", "Nam", "Đức"),
    ("Silva Joana", "Nữ", "Bồ Đào Nha"),
    ("Chen Wei Ting", "Nữ", "Đài Loan"),
    ("Sharma Rohan", "Nam", "Ấn Độ"),
)

# Places

PROVINCES: Final = {
    "01": ("Thành phố Hà Nội", 8054),
    "02": ("Tỉnh Hà Giang", 855),
    "04": ("Tỉnh Cao Bằng", 530),
    "06": ("Tỉnh Bắc Kạn", 314),
    "08": ("Tỉnh Tuyên Quang", 785),
    "10": ("Tỉnh Lào Cai", 730),
    "11": ("Tỉnh Điện Biên", 599),
    "12": ("Tỉnh Lai Châu", 460),
    "14": ("Tỉnh Sơn La", 1248),
    "15": ("Tỉnh Yên Bái", 821),
    "17": ("Tỉnh Hòa Bình", 854),
    "19": ("Tỉnh Thái Nguyên", 1287),
    "20": ("Tỉnh Lạng Sơn", 782),
    "22": ("Tỉnh Quảng Ninh", 1320),
    "24": ("Tỉnh Bắc Giang", 1804),
    "25": ("Tỉnh Phú Thọ", 1463),
    "26": ("Tỉnh Vĩnh Phúc", 1151),
    "27": ("Tỉnh Bắc Ninh", 1369),
    "30": ("Tỉnh Hải Dương", 1892),
    "31": ("Thành phố Hải Phòng", 2029),
    "33": ("Tỉnh Hưng Yên", 1253),
    "34": ("Tỉnh Thái Bình", 1860),
    "35": ("Tỉnh Hà Nam", 853),
    "36": ("Tỉnh Nam Định", 1780),
    "37": ("Tỉnh Ninh Bình", 982),
    "38": ("Tỉnh Thanh Hóa", 3640),
    "40": ("Tỉnh Nghệ An", 3328),
    "42": ("Tỉnh Hà Tĩnh", 1289),
    "44": ("Tỉnh Quảng Bình", 895),
    "45": ("Tỉnh Quảng Trị", 632),
    "46": ("Tỉnh Thừa Thiên Huế", 1129),
    "48": ("Thành phố Đà Nẵng", 1134),
    "49": ("Tỉnh Quảng Nam", 1496),
    "51": ("Tỉnh Quảng Ngãi", 1232),
    "52": ("Tỉnh Bình Định", 1487),
    "54": ("Tỉnh Phú Yên", 961),
    "56": ("Tỉnh Khánh Hòa", 1231),
    "58": ("Tỉnh Ninh Thuận", 590),
    "60": ("Tỉnh Bình Thuận", 1231),
    "62": ("Tỉnh Kon Tum", 540),
    "64": ("Tỉnh Gia Lai", 1514),
    "66": ("Tỉnh Đắk Lắk", 1869),
    "67": ("Tỉnh Đắk Nông", 622),
    "68": ("Tỉnh Lâm Đồng", 1297),
    "70": ("Tỉnh Bình Phước", 995),
    "72": ("Tỉnh Tây Ninh", 1169),
    "74": ("Tỉnh Bình Dương", 2427),
    "75": ("Tỉnh Đồng Nai", 3097),
    "77": ("Tỉnh Bà Rịa - Vũng Tàu", 1149),
    "79": ("Thành phố Hồ Chí Minh", 8993),
    "80": ("Tỉnh Long An", 1689),
    "82": ("Tỉnh Tiền Giang", 1764),
    "83": ("Tỉnh Bến Tre", 1288),
    "84": ("Tỉnh Trà Vinh", 1009),
    "86": ("Tỉnh Vĩnh Long", 1023),
    "87": ("Tỉnh Đồng Tháp", 1599),
    "89": ("Tỉnh An Giang", 1908),
    "91": ("Tỉnh Kiên Giang", 1723),
    "92": ("Thành phố Cần Thơ", 1235),
    "93": ("Tỉnh Hậu Giang", 733),
    "94": ("Tỉnh Sóc Trăng", 1200),
    "95": ("Tỉnh Bạc Liêu", 907),
    "96": ("Tỉnh Cà Mau", 1194),
}
"""Code to name and inhabitants in thousands (census of 2019, rounded): the 63 provinces of the campaign."""

FACILITIES: Final = 11_000
"""Places of vaccination, about as many as there are health stations of communes."""

_INHABITANTS: Final = sum(people for _, people in PROVINCES.values())
STATIONS: Final = tuple(max(2, round(FACILITIES * people / _INHABITANTS)) for _, people in PROVINCES.values())
"""How many of them each province has."""

# Vaccines


@dataclass(frozen=True, slots=True)
class Vaccine:
    """One vaccine of the campaign.

    Attributes:
        spellings: How platforms write it.
        makers: How they write its manufacturer.
        weight: Its share of the people.
        since: Its first day in the campaign.
        primary_doses: Doses of the primary series.
        interval: Days between those, fewest and most.
    """

    spellings: tuple[str, ...]
    makers: tuple[str, ...]
    weight: int
    since: date
    primary_doses: int
    interval: tuple[int, int]


_SPELLINGS: Final = {
    "AstraZeneca": ("Vắc xin AstraZeneca", "COVID-19 Vaccine AstraZeneca", "ASTRAZENECA", "Vaxzevria"),
    "Comirnaty (Pfizer-BioNTech)": ("Pfizer", "Vắc xin Pfizer", "Comirnaty", "PFIZER-BIONTECH"),
    "Vero Cell (Sinopharm)": ("Vero Cell", "Vắc xin Vero Cell", "Sinopharm", "VERO CELL"),
    "Moderna (Spikevax)": ("Moderna", "Spikevax", "Vắc xin Moderna", "SPIKEVAX"),
    "Abdala": ("Vắc xin Abdala", "ABDALA"),
    "Sputnik V": ("Vắc xin Sputnik V", "Sputnik", "SPUTNIK V"),
    "Hayat-Vax": ("Vắc xin Hayat-Vax", "Hayat Vax", "HAYAT-VAX"),
    "Janssen": ("Vắc xin Janssen", "Johnson & Johnson", "JANSSEN"),
}
_MAKERS: Final = {
    "AstraZeneca": ("AstraZeneca", "AstraZeneca AB", "SK Bioscience", "ASTRAZENECA"),
    "Comirnaty (Pfizer-BioNTech)": ("Pfizer", "Pfizer-BioNTech", "BioNTech Manufacturing GmbH", "PFIZER"),
    "Vero Cell (Sinopharm)": ("Sinopharm", "CNBG", "Beijing Institute of Biological Products"),
    "Moderna (Spikevax)": ("Moderna", "ModernaTX", "Moderna Biotech Spain S.L."),
    "Abdala": ("CIGB", "AICA", "Center for Genetic Engineering and Biotechnology"),
    "Sputnik V": ("Gamaleya", "Gamaleya Research Institute", "Generium"),
    "Hayat-Vax": ("Julphar", "Gulf Pharmaceutical Industries"),
    "Janssen": ("Janssen", "Johnson & Johnson", "Janssen-Cilag International"),
}
VACCINES: Final = tuple(
    Vaccine(
        spellings=(vaccine.name, *_SPELLINGS[vaccine.name]),
        makers=_MAKERS[vaccine.name],
        weight=vaccine.people,
        since=vaccine.since,
        primary_doses=vaccine.primary_doses,
        interval=vaccine.interval_days,
    )
    for vaccine in small.VACCINES
)
ASTRAZENECA: Final = 0
PFIZER: Final = small.VACCINES.index(small.PFIZER)
JANSSEN: Final = next(index for index, vaccine in enumerate(small.VACCINES) if vaccine.name == "Janssen")

MOST_DOSES_OF_JANSSEN: Final = 3
"""It came so late that a fourth dose would be past the export."""

LICENSED_BEFORE_THE_CAMPAIGN: Final = np.array([vaccine.since < date(2021, 6, 1) for vaccine in VACCINES])
"""AstraZeneca and Sputnik V, whose licensing no record can be long before."""

FIRST_DOSES_WITHIN: Final = 120
"""Days after a vaccine's first in which its people have their first dose."""

BOOSTER_AFTER: Final = (95, 122)
"""Days, fewest and most, from the last primary dose to the first booster, and from one booster to the next."""

LOTS: Final = 900
"""Lots of each vaccine; all of them are called TEST."""
