from __future__ import annotations

import pickle
import unicodedata
from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.support.registries import AN, GIANG, LAN, codes, people, write_csv, write_parquet

from vaxcert.adapters.records.mapping import load_mapping
from vaxcert.adapters.registry import COLUMNS, REQUIRED, extract
from vaxcert.adapters.registry.extract import ExtractRegistry, open_extract
from vaxcert.errors import AdapterError, Reason

NAME, BIRTH_DATE, SEX = "name-mismatch", "birth-date-mismatch", "sex-mismatch"
NOT_FOUND = "not-found"


@pytest.fixture(params=["parquet", "csv"])
def extract_of(request, tmp_path):
    """Write an extract in either format."""
    write = {"parquet": write_parquet, "csv": write_csv}[request.param]
    return lambda *lines: write(tmp_path / f"population.{request.param}", lines)


def match(path, *lines, mapping=None):
    return codes(ExtractRegistry(path, mapping).match(people(*lines)))


def refusal(path, *lines, mapping=None):
    with pytest.raises(AdapterError) as caught:
        match(path, *(lines or (AN,)), mapping=mapping)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    return caught.value


# --- answers


def test_people_are_answered_in_the_order_of_the_question(extract_of):
    stranger = ("001090000099", *AN[1:])
    assert match(extract_of(AN, GIANG, LAN), GIANG, stranger, AN, GIANG) == [[], [NOT_FOUND], [], []]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ((AN[0], "NGUYỄN VĂN AN", *AN[2:]), []),
        ((AN[0], " nguyễn văn an", *AN[2:]), []),
        ((AN[0], "NGUYEN VAN AN", *AN[2:]), []),
        ((AN[0], unicodedata.normalize("NFD", AN[1]), *AN[2:]), []),
        ((AN[0], "An Nguyễn Văn", *AN[2:]), []),
        ((AN[0], "Ng. V. An", *AN[2:]), []),
        ((AN[0], "Nguyễn Văn Anh", *AN[2:]), [NAME]),
        ((AN[0], "Nguyễn Vân An", *AN[2:]), [NAME]),
        ((AN[0], "", *AN[2:]), [NAME]),
        ((AN[0], None, *AN[2:]), [NAME]),
        ((*AN[:2], "1990", AN[3]), []),
        ((*AN[:2], "1990-02", AN[3]), []),
        ((*AN[:2], "1990-02-27", AN[3]), [BIRTH_DATE]),
        ((*AN[:2], "1990-03", AN[3]), [BIRTH_DATE]),
        ((*AN[:2], "1991", AN[3]), [BIRTH_DATE]),
        ((*AN[:2], None, AN[3]), [BIRTH_DATE]),
        ((*AN[:2], "199", AN[3]), [BIRTH_DATE]),
        ((*AN[:3], "female"), [SEX]),
        ((*AN[:3], None), []),
        ((*AN[:3], "x"), []),
        ((AN[0], "Lê Bình", "1991-01-01", "female"), [NAME, BIRTH_DATE, SEX]),
        ((AN[0], AN[1], "1991-01-01", "female"), [BIRTH_DATE, SEX]),
        ((f" {AN[0]}\t", *AN[1:]), []),
        ((None, *AN[1:]), [NOT_FOUND]),
        (("", *AN[1:]), [NOT_FOUND]),
        ((AN[0][1:], *AN[1:]), [NOT_FOUND]),
    ],
)
def test_what_is_said_of_one_person(extract_of, asked, expected):
    assert match(extract_of(GIANG, AN), asked) == [expected]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ((AN[0], AN[1].upper(), "28/02/1990", "Nam"), []),
        ((AN[0], "NGUYEN VAN AN", "1990", "M"), []),
        ((AN[0], AN[1], "00/00/1990", "nam"), []),
        ((AN[0], AN[1], "1990-00-00", "male"), []),
        ((AN[0], AN[1], "02/1990", "male"), []),
        ((AN[0], AN[1], "28/2/1990", "male"), []),
        ((AN[0], AN[1], "00/03/1990", "male"), [BIRTH_DATE]),
        ((AN[0], AN[1], "28/02/90", "male"), [BIRTH_DATE]),
        ((AN[0], AN[1], "1990-02-30", "male"), [BIRTH_DATE]),
        ((AN[0], AN[1], "", "male"), [BIRTH_DATE]),
        ((AN[0], AN[1], "1990-02-28", "Nữ"), [SEX]),
        ((AN[0], AN[1], "1990-02-28", ""), []),
        ((AN[0], AN[1], "1990-02-28", "?"), []),
        ((AN[0], "", "1990-02-28", "male"), [NAME]),
        ((f"{AN[0]}  ", *AN[1:]), []),
        (("", *AN[1:]), [NOT_FOUND]),
    ],
)
def test_what_an_extract_may_hold(extract_of, entry, expected):
    assert match(extract_of(GIANG, entry, LAN), AN) == [expected]


def test_a_name_that_is_none_confirms_nothing(extract_of):
    dash = (AN[0], "-", *AN[2:])
    assert match(extract_of(dash), dash) == [[NAME]]


def test_a_number_that_is_there_twice_matches_where_one_entry_agrees_in_everything(extract_of):
    other_name, other_day = (AN[0], "Lê Bình", *AN[2:]), (*AN[:2], "1990-02-27", AN[3])
    assert match(extract_of(other_name, other_day), AN) == [[BIRTH_DATE]]
    assert match(extract_of(other_day, other_name), AN) == [[BIRTH_DATE]]
    assert match(extract_of(other_name, other_day, AN), AN) == [[]]


def test_each_row_of_one_number_is_judged_for_itself(extract_of):
    other = (AN[0], "Lê Bình", *AN[2:])
    assert match(extract_of(GIANG, AN), AN, other, AN, GIANG, other) == [[], [NAME], [], [], [NAME]]


def test_nobody_asked_and_nobody_there(extract_of):
    assert match(extract_of(AN)) == []
    assert match(extract_of(), AN) == [[NOT_FOUND]]
    assert match(extract_of(AN), (None, None, None, None)) == [[NOT_FOUND]]


def test_more_entries_than_are_compared_together(extract_of, monkeypatch):
    monkeypatch.setattr(extract, "_MOST_ENTRIES", 14)
    monkeypatch.setattr(extract, "_COMPARED_TOGETHER", 5)
    lines = [(f"{number:012}", f"Nguyễn Văn {'ABCDEF'[number % 6]}n", "1990", "male") for number in range(50)]
    found = match(extract_of(*lines), *reversed(lines), (lines[0][0], "Lê Bình", "1990", "male"))
    assert found == [[]] * 50 + [[NAME]]


def test_several_extracts_are_one_registry(tmp_path):
    paths = [write_parquet(tmp_path / "north.parquet", [AN]), write_csv(tmp_path / "south.csv", [GIANG])]
    assert match(paths, GIANG, AN, LAN) == [[], [], [NOT_FOUND]]


def test_further_columns_of_a_question_are_left_alone(extract_of):
    question = people(AN).append_column("row", pa.array([1]))
    assert codes(ExtractRegistry(extract_of(AN)).match(question)) == [[]]


def test_a_registry_goes_through_pickle_and_shows_nothing(extract_of):
    registry = pickle.loads(pickle.dumps(ExtractRegistry(extract_of(AN))))  # noqa: S301
    assert codes(registry.match(people(AN))) == [[]]
    assert repr(registry) == "<ExtractRegistry of 1>"


# --- columns of extracts


@pytest.mark.parametrize(
    "headings",
    [
        ("CMTCCCD", "HoVaTen", "NgaySinh", "GioiTinh"),
        ("Số định danh cá nhân", "Họ, chữ đệm và tên khai sinh", "Ngày, tháng, năm sinh", "Giới tính"),
        tuple(name.upper() for name in COLUMNS),
    ],
)
@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_headings_of_known_layouts(tmp_path, kind, headings):
    table = pa.Table.from_batches([people(AN, GIANG, names=headings)]).append_column("x", pa.array([1, 2]))
    path = tmp_path / "population"
    if kind == "parquet":
        pq.write_table(table.select([2, 4, 0, 3, 1]), path)
    else:
        pa.csv.write_csv(table, path)
    assert match(path, GIANG) == [[]]


@pytest.mark.parametrize("missing", COLUMNS)
def test_a_missing_column(tmp_path, missing):
    path = tmp_path / "population.parquet"
    pq.write_table(pa.Table.from_batches([people(AN)]).drop_columns([missing]), path)
    if missing in REQUIRED:
        error = refusal(path)
        assert error.reason is Reason.COLUMN_MISSING
        assert str(error) == (
            f"population.parquet has no column {missing}; expected the columns of the field names layout"
        )
    else:
        assert match(path, AN) == [[]]


def test_what_a_file_without_headings_begins_with_is_not_quoted(tmp_path):
    path = tmp_path / "population.csv"
    path.write_text(",".join(filter(None, AN)), "utf-8")
    error = refusal(path)
    assert error.reason is Reason.COLUMN_MISSING
    assert not any(fact in str(error) for fact in AN if fact)


def test_a_mapping_file(tmp_path):
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        'name = "the registry"\ndelimiter = "|"\ndate_order = "month-first"\n'
        '[columns]\nso = "identity_number"\nten = "full_name"\nsinh = "birth_date"\ngioi = "sex"\n'
        '[values.sex]\n"1" = "Nam"\n"2" = "Nữ"\n',
        "utf-8",
    )
    layout = load_mapping(mapping, required=REQUIRED)
    path = tmp_path / "population.txt"
    path.write_text(
        f"ten|so|gioi|sinh\n{AN[1]}|{AN[0]}|2|02/28/1990\n{LAN[1]}|{LAN[0]}|2|12/31/2000\n", "utf-8"
    )
    assert match(path, AN, LAN, mapping=layout) == [[SEX], []]
    path.write_text(f"ten|so|sinh\n{AN[1]}|{AN[0]}|02/28/1990\n", "utf-8")
    error = refusal(path, mapping=layout)
    assert error.reason is Reason.COLUMN_MISSING
    assert "no column gioi; expected the columns of the the registry layout" in str(error)


def test_a_mapping_needs_only_who_somebody_is(tmp_path):
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[columns]\nso = "identity_number"\nten = "full_name"\n', "utf-8")
    with pytest.raises(AdapterError) as caught:
        load_mapping(mapping, required=REQUIRED)
    assert caught.value.reason is Reason.MAPPING_UNUSABLE
    assert "birth_date" in str(caught.value)
    assert "vaccine" not in str(caught.value)


def test_two_columns_of_one_heading(tmp_path):
    path = tmp_path / "population.csv"
    path.write_text("identity_number,full_name,birth_date,sex,Sex\n", "utf-8")
    assert refusal(path).reason is Reason.FILE_UNREADABLE


# --- Parquet


def typed(path, **changed):
    table = pa.Table.from_batches([people(GIANG, AN)])
    for name, column in changed.items():
        table = table.set_column(COLUMNS.index(name), name, column)
    pq.write_table(table, path)
    return path


@pytest.mark.parametrize(
    "changed",
    [
        {"birth_date": pa.array([date(1981, 7, 1), date(1990, 2, 28)])},
        {"birth_date": pa.array([datetime(1981, 7, 1), datetime(1990, 2, 28, 5)], pa.timestamp("us"))},  # noqa: DTZ001
        {"sex": pa.array(["female", "male"]).dictionary_encode()},
        {"full_name": pa.array([GIANG[1], AN[1]], pa.large_string())},
        {"identity_number": pa.array([GIANG[0], AN[0]], pa.large_string())},
        {"identity_number": pa.array([GIANG[0], AN[0]]).dictionary_encode()},
        {"sex": pa.nulls(2)},
    ],
    ids=lambda changed: str(*(column.type for column in changed.values())),
)
def test_types_of_columns(tmp_path, changed):
    assert match(typed(tmp_path / "p", **changed), AN, GIANG) == [[], []]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"identity_number": pa.array([79181000065, 1090000012])}, "leading zeros"),
        ({"full_name": pa.array([1, 2])}, "expected text"),
        ({"birth_date": pa.array([1981, 1990])}, "expected text or dates"),
        ({"sex": pa.array([True, False])}, "expected text"),
        ({"full_name": pa.array([["x"], ["y"]])}, "expected text"),
    ],
)
def test_types_that_no_such_column_has(tmp_path, changed, expected):
    error = refusal(typed(tmp_path / "p", **changed))
    assert error.reason is Reason.COLUMN_TYPE
    assert expected in str(error)


def sorted_extract(path, count=1000, group=100):
    return write_parquet(
        path,
        [(f"{number:012}", *AN[1:]) for number in range(count)],
        row_group_size=group,
        compression="none",
    )


def spoil_group(path, group):
    """Make the pages of one row group unreadable."""
    with pq.ParquetFile(path) as file:
        row_group = file.metadata.row_group(group)
        columns = [row_group.column(number) for number in range(row_group.num_columns)]
    data = bytearray(path.read_bytes())
    for column in columns:
        start = column.dictionary_page_offset or column.data_page_offset
        data[start : start + 8] = b"\xff" * 8
    path.write_bytes(data)


def test_row_groups_that_hold_nobody_wanted_are_not_read(tmp_path):
    path = sorted_extract(tmp_path / "p")
    spoil_group(path, 5)
    wanted = [(f"{number:012}", *AN[1:]) for number in (0, 499, 600, 999, 1000)]
    assert match(path, *wanted) == [[], [], [], [], [NOT_FOUND]]
    for number in (500, 599):
        error = refusal(path, (f"{number:012}", *AN[1:]))
        assert (error.reason, str(error)) == (Reason.FILE_UNREADABLE, "p is damaged or cut short")


def test_of_many_who_are_wanted_not_only_the_sampled_ones_count(tmp_path):
    path = sorted_extract(tmp_path / "p", count=1000, group=2)
    wanted = [(f"{number:012}", *AN[1:]) for number in range(1, 1000, 2)]
    assert match(path, *wanted) == [[]] * 500


@pytest.mark.parametrize("blank", ["{} ", " {}"])
def test_blanks_around_numbers_do_not_hide_them(tmp_path, blank):
    lines = [(blank.format(f"{number:012}"), *AN[1:]) for number in range(20)]
    path = write_parquet(tmp_path / "p", lines, row_group_size=2)
    assert match(path, *[(f"{number:012}", *AN[1:]) for number in range(20)]) == [[]] * 20


def test_an_extract_without_statistics_is_read_through(tmp_path):
    path = write_parquet(tmp_path / "p", [AN, GIANG], row_group_size=1, write_statistics=False)
    assert match(path, GIANG) == [[]]


# --- files that are none


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\0\0\0\0\n", b"PAR1", b"PAR1 and no more", b"PARE....", b"\xff\xfe\xfa\n"]
)
def test_what_is_no_extract(tmp_path, content):
    path = tmp_path / "p"
    path.write_bytes(content)
    assert refusal(path).reason is Reason.FILE_UNREADABLE


def test_no_file_and_a_folder(tmp_path):
    for path in (tmp_path / "none", tmp_path):
        assert refusal(path).reason is Reason.FILE_UNREADABLE


def test_a_parquet_file_that_is_cut_short(tmp_path):
    path = write_parquet(tmp_path / "p", [AN] * 100)
    path.write_bytes(path.read_bytes()[:-200])
    assert refusal(path).reason is Reason.FILE_UNREADABLE


HEADING = "identity_number,full_name,birth_date,sex\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"{AN[0]},Canary,1990\n", "has 3 cells in row 2; expected 4"),
        (f"{AN[0]},Canary,1990,male\n{AN[0]},Ca,na,ry,1990,male\n", "has 6 cells in row 3; expected 4"),
    ],
)
def test_a_row_of_csv_that_cannot_be_taken_apart(tmp_path, text, problem):
    path = tmp_path / "p.csv"
    path.write_text(HEADING + text, "utf-8")
    error = refusal(path)
    assert (error.reason, str(error)) == (Reason.FILE_UNREADABLE, f"p.csv {problem}")


@pytest.mark.parametrize(
    ("lines_before", "problem"),
    [(0, "is neither Parquet nor text in utf-8"), (5000, "is damaged or cut short")],
)
def test_csv_that_is_not_utf8_shows_nothing_of_itself(tmp_path, lines_before, problem):
    path = tmp_path / "p.csv"
    line = f"{AN[0]},Canary Hà,1990,male\n"
    path.write_bytes(HEADING.encode() + lines_before * line.encode() + line.encode("latin-1"))
    error = refusal(path)
    assert (error.reason, str(error)) == (Reason.FILE_UNREADABLE, f"p.csv {problem}")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_delimiters_and_byte_order_marks(tmp_path, delimiter, start):
    path = tmp_path / "p.csv"
    lines = [COLUMNS, AN, GIANG]
    path.write_text(start + "".join(delimiter.join(line) + "\r\n" for line in lines), "utf-8", newline="")
    assert match(path, GIANG, AN) == [[], []]


def test_a_parquet_file_whose_text_is_not_utf8(tmp_path):
    names = pa.array([b"Nguy\xff", b"An"], pa.binary())
    spoiled = pa.StringArray.from_buffers(2, names.buffers()[1], names.buffers()[2])
    path = typed(tmp_path / "p", full_name=spoiled)
    error = refusal(path, GIANG)
    assert (error.reason, str(error)) == (Reason.FILE_UNREADABLE, "p holds what is not UTF-8 text")
    assert match(path, LAN) == [[NOT_FOUND]]


def test_an_extract_that_is_found_says_how_it_is_written(tmp_path):
    found = open_extract(write_csv(tmp_path / "p.csv", [AN]))
    assert found.layout.name == "field names"
    assert set(found.fields_by_heading.values()) == set(COLUMNS)
