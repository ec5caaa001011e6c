import zlib

import pytest

from vaxcert.codec import deflate
from vaxcert.errors import DecodeError, LimitExceededError, Reason


def refusal(data, **options):
    with pytest.raises(DecodeError) as caught:
        deflate.inflate(data, **options)
    return caught.value


@pytest.mark.parametrize(
    ("size", "noise", "header"),
    [
        *((0, 0, "7801"), (1, 0, "7801"), (309, 0, "7801"), (310, 0, "78da"), (16 * 1024, 0, "78da")),
        *((373, 64, "7801"), (374, 64, "78da"), (565, 256, "7801"), (566, 256, "78da")),
        *((65_535, 65_535, "7801"), (65_536, 65_536, "78da")),
    ],
)
def test_round_trip_with_the_window_every_reader_expects(size, noise, header):
    data = (b"vaccination " * 6000)[:size]
    compressed = deflate.deflate(data, noise=noise)
    assert compressed[:2] == bytes.fromhex(header)
    if size > 16 * 1024:
        assert zlib.decompress(compressed) == data
        return
    assert deflate.inflate(compressed) == data
    assert zlib.decompress(compressed) == data


def test_what_is_stored_is_what_zlib_itself_stores():
    data = bytes(range(200))
    assert deflate.deflate(data) == zlib.compress(data, 0)


@pytest.mark.parametrize("level", range(10))
@pytest.mark.parametrize("window", [9, 12, 15])
def test_streams_of_every_level_and_window_are_read(level, window):
    stream = zlib.compressobj(level, zlib.DEFLATED, window)
    data = bytes(range(256)) * 2
    assert deflate.inflate(stream.compress(data) + stream.flush()) == data


def test_exactly_the_limit_is_read_and_one_byte_more_is_not():
    assert len(deflate.inflate(zlib.compress(bytes(16 * 1024)))) == 16 * 1024
    error = refusal(zlib.compress(bytes(16 * 1024 + 1)))
    assert isinstance(error, LimitExceededError)
    assert error.reason is Reason.ZLIB_TOO_LARGE
    assert deflate.inflate(zlib.compress(bytes(10)), limit=10) == bytes(10)
    assert refusal(zlib.compress(bytes(11)), limit=10).reason is Reason.ZLIB_TOO_LARGE


def test_a_bomb_is_not_inflated():
    bomb = zlib.compress(bytes(200_000_000), 9)
    assert refusal(bomb).reason is Reason.ZLIB_TOO_LARGE


def test_every_cut_is_refused():
    whole = deflate.deflate(b"HCERT" * 20)
    for length in range(2, len(whole)):
        assert refusal(whole[:length]).reason is Reason.ZLIB_CUT_SHORT
    assert refusal(b"").reason is Reason.ZLIB_CUT_SHORT


def test_trailing_data():
    whole = deflate.deflate(b"HCERT" * 20)
    assert refusal(whole + b"\0").reason is Reason.ZLIB_TRAILING_DATA
    assert refusal(whole + whole).reason is Reason.ZLIB_TRAILING_DATA


def test_preset_dictionary():
    stream = zlib.compressobj(9, zlib.DEFLATED, 15, 8, zlib.Z_DEFAULT_STRATEGY, b"dictionary of text")
    data = stream.compress(b"dictionary of text and more") + stream.flush()
    assert refusal(data).reason is Reason.ZLIB_DICTIONARY


def test_dictionary_is_asked_for_by_right_headers_only():
    asking = [
        int.from_bytes(bytes((window << 4 | 8, flags)), "big")
        for window in range(8)
        for flags in range(256)
        if flags & 0x20 and (window << 12 | 0x800 | flags) % 31 == 0
    ]
    found = [
        header
        for header in range(0x10000)
        if refusal(header.to_bytes(2, "big") + bytes(10)).reason is Reason.ZLIB_DICTIONARY
    ]
    assert found == asking
    assert len(found) > 20


def test_corruption():
    whole = bytearray(deflate.deflate(b"HCERT" * 20))
    whole[-1] ^= 1  # the checksum
    assert refusal(bytes(whole)).reason is Reason.ZLIB_CORRUPT
    assert refusal(b"not a zlib stream").reason is Reason.ZLIB_CORRUPT
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    assert refusal(raw.compress(b"HCERT" * 20) + raw.flush()).reason is Reason.ZLIB_CORRUPT
