"""Base45 and QR pictures against the packages of that purpose."""

from __future__ import annotations

from collections.abc import Sequence

import vaxcert as vc
from benchmarks import sample
from benchmarks.figures import Bound, Figure
from benchmarks.peers.client import Peers
from benchmarks.rounds import Race, race, timer
from vaxcert.codec import base45

CERTIFICATES = 1000
_A_BASE45_ROUND = 50
_A_PICTURE_ROUND = 20
_PREFIX = len("HC1:")


def figures(peers: Peers, certificates: int = CERTIFICATES) -> list[Figure]:
    """Both, over the same certificates."""
    country = sample.es256_country()
    issuer = country.issuer
    people = sample.certificates(certificates + _A_BASE45_ROUND)
    texts = [issuer.issue(person, at=country.at).text for person in people]
    return [*_base45(peers, [text[_PREFIX:] for text in texts]), *_pictures(peers, texts)]


def _base45(peers: Peers, texts: Sequence[str]) -> list[Figure]:
    messages = [base45.decode(text) for text in texts]
    decoding = race(
        {
            "vaxcert": timer(base45.decode, texts),
            "base45 package": peers.load("base45.decode", texts).seconds,
        },
        items=len(texts) - _A_BASE45_ROUND,
        a_round=_A_BASE45_ROUND,
    )
    encoding = race(
        {
            "vaxcert": timer(base45.encode, messages),
            "base45 package": peers.load("base45.encode", messages).seconds,
        },
        items=len(texts) - _A_BASE45_ROUND,
        a_round=_A_BASE45_ROUND,
    )
    return [
        *_pair(decoding, "base45 decode", "base45 package", 1e6, "µs"),
        *_pair(encoding, "base45 encode", "base45 package", 1e6, "µs"),
    ]


def _pictures(peers: Peers, texts: Sequence[str]) -> list[Figure]:
    # The qrcode package's own default size, and no more pixels than ours has for 42 mm at 600 dots per inch.
    setup = {"level": "Q", "pixels_a_module": 10, "quiet_zone": 4}
    drawing = race(
        {
            "vaxcert": timer(vc.qr.png, texts),
            "qrcode package": peers.load("qrcode.png", texts, **setup).seconds,
            "segno package": peers.load("segno.png", texts, **setup).seconds,
        },
        items=len(texts) - _A_BASE45_ROUND,
        a_round=_A_PICTURE_ROUND,
    )
    pictures = [vc.qr.png(text) for text in texts]
    reading = race(
        {"vaxcert": timer(vc.qr.read, pictures)}, items=len(texts) - _A_BASE45_ROUND, a_round=_A_PICTURE_ROUND
    )
    return [
        *_pair(drawing, "QR PNG", "qrcode package", 1e3, "ms", Bound("ratio", ">=", 10)),
        _pair(drawing, "QR PNG", "segno package", 1e3, "ms")[1],
        Figure("QR read, vaxcert", reading.median("vaxcert") * 1e3, "ms"),
    ]


def _pair(
    timed: Race, deed: str, peer: str, scale: float, unit: str, bound: Bound | None = None
) -> list[Figure]:
    """Our figure, and the peer's with how many times longer it takes."""
    ratio = timed.ratio(peer, "vaxcert")
    return [
        Figure(f"{deed}, vaxcert", timed.median("vaxcert") * scale, unit),
        Figure(f"{deed}, {peer}", timed.median(peer) * scale, unit, ratio, "vaxcert", bound),
    ]
