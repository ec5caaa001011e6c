import io
import json
import struct
import xml.etree.ElementTree as ElementTree

import pytest

from vaxcert.cli import cleaning_picture, drawing
from vaxcert.cli.cleaning_table import MOST, write_cleaning
from vaxcert.cli.output import Output
from vaxcert.presentation.texts import load
from vaxcert.rules.records import RecordCode, refuses
from vaxcert.rules.records import summary as summaries
from vaxcert.rules.records.summary import CleaningSummary

HANOI = ("01", "Hà Nội", "01001", "Trạm Y tế mẫu số 1")
HANOI_2 = ("01", "Hà Nội", "01002", "Trạm Y tế mẫu số 2")
DA_NANG = ("48", "Đà Nẵng", "48001", "Trạm Y tế mẫu số 1")

ROWS = (
    (HANOI, ()),
    (HANOI, ("lot-missing",)),
    (HANOI_2, ("lot-missing", "sex-missing")),
    (HANOI_2, ("interval-too-short",)),
    (DA_NANG, ("sex-missing", "interval-too-short")),
    (DA_NANG, ()),
    ((None, None, None, None), ("row-malformed",)),
)


def summary_of(*rows):
    summary = CleaningSummary()
    for place, codes in rows:
        summary.add(*place, codes)
    return summary


def numbers(counts):
    return counts.records, counts.refused, counts.noted, dict(counts.codes)


def test_records_are_counted_as_accepted_noted_or_refused():
    total = summary_of(*ROWS).total
    codes = {"lot-missing": 2, "sex-missing": 2, "row-malformed": 1, "interval-too-short": 1}
    assert numbers(total) == (7, 4, 1, codes)
    assert total.refusing == [("lot-missing", 2), ("sex-missing", 2), ("row-malformed", 1)]
    assert total.noting == [("interval-too-short", 1)]


def test_of_a_refused_record_the_codes_that_refuse_are_counted():
    assert dict(summary_of(ROWS[4]).total.codes) == {"sex-missing": 1}


def test_counts_by_province_and_facility():
    summary = summary_of(*ROWS)
    provinces = [(code, name, *numbers(of)) for code, name, of in summary.provinces]
    assert provinces == [
        ("", "", 1, 1, 0, {"row-malformed": 1}),
        ("01", "Hà Nội", 4, 2, 1, {"lot-missing": 2, "sex-missing": 1, "interval-too-short": 1}),
        ("48", "Đà Nẵng", 2, 1, 0, {"sex-missing": 1}),
    ]
    facilities = [(place, name, of.records, of.refused) for place, name, of in summary.facilities]
    assert facilities == [
        (("", ""), "", 1, 1),
        (("01", "01001"), "Trạm Y tế mẫu số 1", 2, 1),
        (("01", "01002"), "Trạm Y tế mẫu số 2", 2, 1),
        (("48", "48001"), "Trạm Y tế mẫu số 1", 2, 1),
    ]


def test_a_place_without_code_goes_by_its_name():
    summary = summary_of(((None, "Hà Nội", "", "Trạm mẫu"), ()))
    assert [(code, name) for code, name, _ in summary.provinces] == [("Hà Nội", "Hà Nội")]
    assert [place for place, _, _ in summary.facilities] == [("Hà Nội", "Trạm mẫu")]


def test_codes_are_taken_as_codes_or_as_text():
    by_code = summary_of((HANOI, (RecordCode.LOT_MISSING, RecordCode.INTERVAL_TOO_SHORT)))
    by_text = summary_of((HANOI, ("lot-missing", "interval-too-short")))
    assert by_code.as_dict() == by_text.as_dict()
    assert json.loads(json.dumps(by_code.as_dict())) == by_text.as_dict()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("lot-missing", True),
        ("interval-too-short", False),
        ("identity-number-zeros-restored", False),
        (RecordCode.IDENTITY_NUMBER_PROVINCE, False),
        ("name-not-transliterable", True),  # the reason of an error, on the way to a certificate
    ],
)
def test_what_refuses(code, expected):
    assert refuses(code) is expected


@pytest.mark.parametrize("split", range(len(ROWS) + 1))
def test_parts_put_together_are_the_whole(split):
    summary = summary_of(*ROWS[:split])
    summary.merge(summary_of(*ROWS[split:]))
    assert summary.as_dict() == summary_of(*ROWS).as_dict()


def test_merging_leaves_the_other_as_it_is():
    part = summary_of(*ROWS)
    before = part.as_dict()
    summary = CleaningSummary()
    summary.merge(part)
    summary.merge(part)
    assert part.as_dict() == before
    assert summary.total.records == 2 * len(ROWS)


def test_it_survives_json():
    value = summary_of(*ROWS).as_dict()
    again = CleaningSummary.of_dict(json.loads(json.dumps(value)))
    assert again.as_dict() == value
    assert json.dumps(again.as_dict()) == json.dumps(value)


def test_the_order_of_records_does_not_change_the_text():
    value = json.dumps(summary_of(*ROWS).as_dict())
    assert json.dumps(summary_of(*reversed(ROWS)).as_dict()) == value


def test_memory_is_bounded_by_facilities(monkeypatch):
    monkeypatch.setattr(summaries, "MAX_FACILITIES", 2)
    summary = summary_of(*((("01", "Hà Nội", f"0100{n}", "Trạm"), ("lot-missing",)) for n in range(5)))
    assert [(place.facility, of.records) for place, _, of in summary.facilities] == [
        ("", 3),
        ("01000", 1),
        ("01001", 1),
    ]
    assert summary.total.refused == 5


def written(summary, language="en"):
    stream, texts = io.StringIO(), load(language)
    write_cleaning(summary, Output(stream, stream, texts, {}), texts, texts.sentences("reason", "record"))
    return stream.getvalue()


def test_the_table_says_why_how_often_and_where():
    text = written(summary_of(*ROWS))
    assert "4 of 7 records refused, by reason" in text
    assert "2 ✘ The lot number is missing. [lot-missing]" in text
    assert "Accepted with a note: 1" in text
    assert "interval-too-short" in text
    lines = [line.split() for line in text.splitlines()]
    assert ["Hà", "Nội", "4", "2", "50.0", "%", "lot-missing"] in lines
    assert "(no province)" in text
    assert "(no facility)" in text


def test_the_table_in_vietnamese():
    text = written(summary_of(*ROWS), "vi")
    assert "Thiếu số lô vắc xin. [lot-missing]" in text
    assert "50,0 %" in text


def test_a_run_without_problems_has_no_tables():
    text = written(summary_of((HANOI, ())))
    assert text == "0 of 1 records refused, by reason\n"


def test_the_places_with_most_refused_records_are_shown():
    rows = [
        ((str(n), f"Tỉnh {n:02}", str(n), f"Trạm {n:02}"), ("lot-missing",))
        for n in range(MOST + 3)
        for _ in range(n + 1)
    ]
    text = written(summary_of(*rows))
    assert "Tỉnh 12" in text
    assert "Tỉnh 03" in text
    assert "Tỉnh 02" not in text
    assert text.count("3 further ones") == 2


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_picture_has_a_bar_and_a_sentence_for_each_reason(language):
    texts = load(language)
    sentences = texts.sentences("record")
    drawn = cleaning_picture.draw(summary_of(*ROWS), texts, sentences)
    shown = " ".join(label.text for label in drawn.labels)
    assert len(drawn.boxes) == 3
    assert [box.width for box in drawn.boxes] == sorted((box.width for box in drawn.boxes), reverse=True)
    assert sentences["lot-missing"] in shown
    assert sentences["row-malformed"] in shown
    assert sentences["interval-too-short"] not in shown
    svg = ElementTree.fromstring(drawing.svg(drawn))  # noqa: S314 - our own bytes
    assert sentences["lot-missing"] in [text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")]


def test_the_picture_as_png():
    pytest.importorskip("PIL")
    texts = load("vi")
    png = drawing.png(cleaning_picture.draw(summary_of(*ROWS), texts, texts.sentences("record")))
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24])[0] == 2240


def test_everything_drawn_is_inside_the_picture():
    texts = load("en")
    rows = [(HANOI, (code.value,)) for code in RecordCode for _ in range(len(code))]
    drawn = cleaning_picture.draw(summary_of(*rows), texts, texts.sentences("record"))
    assert len(drawn.boxes) == 30
    assert any("further ones" in label.text for label in drawn.labels)
    assert all(box.x > 0 and box.x + box.width < drawn.width - 100 for box in drawn.boxes)
    assert all(0 < label.y < drawn.height for label in drawn.labels)
    assert max(len(label.text) for label in drawn.labels[1:]) <= 62


def test_the_picture_of_a_run_without_problems():
    texts = load("en")
    drawn = cleaning_picture.draw(summary_of((HANOI, ())), texts, {})
    assert drawn.boxes == ()
    assert [label.text for label in drawn.labels] == ["0 of 1 records refused, by reason"]
