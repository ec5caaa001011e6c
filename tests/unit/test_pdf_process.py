import io

import pytest
from PIL import Image

from vaxcert import qr
from vaxcert.adapters import pdf_process
from vaxcert.errors import DecodeError, LimitExceededError, Reason

TEXT = "HC1:NCFOXN%TS3DH3ZSUZK+.V0ETD%65NL-AH"


def pdf(*texts):
    pages = [Image.open(io.BytesIO(qr.png(text, dpi=300))) for text in texts]
    data = io.BytesIO()
    pages[0].save(data, "PDF", save_all=True, append_images=pages[1:])
    return data.getvalue()


def nested_forms(depth, drawn):
    """A page that draws a form, which draws a form, and so on."""
    resources = b"/Resources<</XObject<</F %d 0 R>>>>"
    content = b"/F Do " * drawn
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 400]/Contents 4 0 R%s>>" % (resources % 5),
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    ]
    for number in range(5, 5 + depth):
        below = resources % (number + 1) if number < 4 + depth else b""
        drawing = content if below else b"0 0 50 50 re f " * drawn
        entries = b"/Type/XObject/Subtype/Form/BBox[0 0 400 400]%s/Length %d" % (below, len(drawing))
        objects.append(b"<<%s>>stream\n%s\nendstream" % (entries, drawing))
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % pair for pair in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer<</Size %d/Root 1 0 R>>\n%%%%EOF" % (len(objects) + 1)


def test_texts_are_those_read_in_this_process():
    data = pdf(TEXT, TEXT + "A")
    assert pdf_process.certificate_texts(data) == qr.certificate_texts(data) == (TEXT, TEXT + "A")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pdf("no certificate".upper()), Reason.PICTURE_OTHER_CODE),
        (b"%PDF-1.4 and nothing more", Reason.PICTURE_UNREADABLE),
        (nested_forms(2, 2), Reason.PICTURE_NO_CODE),
    ],
)
def test_reasons_are_those_given_in_this_process(data, reason):
    with pytest.raises(DecodeError) as caught:
        pdf_process.certificate_texts(data)
    with pytest.raises(DecodeError) as expected:
        qr.certificate_texts(data)
    assert caught.value.reason is expected.value.reason is reason
    assert str(caught.value) == str(expected.value)


def test_a_file_that_draws_for_minutes_is_given_up():
    with pytest.raises(LimitExceededError) as caught:
        pdf_process.certificate_texts(nested_forms(8, 12), seconds=2)
    assert caught.value.reason is Reason.PICTURE_TOO_LARGE
    assert "2 seconds" in str(caught.value)


def test_a_child_that_dies_makes_the_file_unreadable(monkeypatch):
    monkeypatch.setattr(pdf_process.sys, "executable", "/bin/false")
    with pytest.raises(DecodeError) as caught:
        pdf_process.certificate_texts(pdf(TEXT))
    assert caught.value.reason is Reason.PICTURE_UNREADABLE
