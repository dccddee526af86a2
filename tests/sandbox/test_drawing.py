"""Pictures that the platforms answer with can be read by a QR reader that we did not write."""

import pytest

from sandbox.drawing import qr_jpeg


@pytest.mark.parametrize(
    ("text", "width"),
    [("c=1", 280), ("1AAAAAAAAAAAAAAAA000BBBBBBBBBBBB", 430), ("https://a.example/x", 1280)],
)
def test_a_drawn_code_is_read_back(text: str, width: int) -> None:
    cv2 = pytest.importorskip("cv2", reason="OpenCV is missing")
    numpy = pytest.importorskip("numpy")
    zxingcpp = pytest.importorskip("zxingcpp", reason="zxing-cpp is missing")

    picture = cv2.imdecode(numpy.frombuffer(qr_jpeg(text, width), numpy.uint8), 0)

    assert picture.shape == (width, width)
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [text]
