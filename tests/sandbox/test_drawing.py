"""Pictures that the platforms answer with can be read by a QR reader that we did not write."""

import io

import pytest
import zxingcpp
from PIL import Image

from sandbox.drawing import qr_jpeg


@pytest.mark.parametrize(
    ("text", "width"),
    [("c=1", 280), ("1AAAAAAAAAAAAAAAA000BBBBBBBBBBBB", 430), ("https://a.example/x", 1280)],
)
def test_a_drawn_code_is_read_back(text: str, width: int) -> None:
    picture = Image.open(io.BytesIO(qr_jpeg(text, width))).convert("L")

    assert picture.size == (width, width)
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [text]
