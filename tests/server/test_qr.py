"""The drawn symbols: equal to the qrcode package bit by bit, and read by an independent reader."""

import random
import string
import time
from io import BytesIO
from typing import cast

import png
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_8BIT_BYTE, QRData

from server.qr import MASK, QUIET_MODULES, QrTable, Symbol, qr_table, symbol_of

ALPHABET = string.ascii_letters + string.digits + "-_"
PREFIX = "https://zhangban.example/l/"
TOKENS = st.text(ALPHABET, min_size=32, max_size=32)


def some_tokens(count: int, seed: int = 239900) -> list[str]:
    dice = random.Random(seed)
    return ["1" + "".join(dice.choices(ALPHABET, k=31)) for _ in range(count)]


def rows_by_qrcode(text: str, version: int) -> list[str]:
    code = QRCode(version=version, error_correction=ERROR_CORRECT_M, mask_pattern=MASK)
    code.add_data(QRData(text.encode(), mode=MODE_8BIT_BYTE))
    code.make(fit=False)
    return ["".join("1" if dark else "0" for dark in row) for row in code.modules]


def decoded(rows: list[bytes]) -> zxingcpp.Barcode:
    """Read a picture given as rows of grey bytes."""
    pixels = memoryview(b"".join(rows)).cast("B", shape=[len(rows), len(rows[0])])
    [found] = zxingcpp.read_barcodes(pixels)
    return found


def read(picture: bytes) -> zxingcpp.Barcode:
    _, _, rows, _ = png.Reader(BytesIO(picture)).asRGB8()
    return decoded([bytes(row)[::3] for row in rows])


def test_a_thousand_random_tokens_are_bit_equal_to_qrcode() -> None:
    table = qr_table(PREFIX)

    for token in some_tokens(1000):
        drawn = list(table.symbol(token).rows())

        assert drawn == rows_by_qrcode(PREFIX + token, table.version)


@settings(max_examples=60, deadline=None)
@given(token=TOKENS, host=st.text(string.ascii_lowercase, min_size=1, max_size=80))
def test_any_prefix_and_token_is_bit_equal_to_qrcode(token: str, host: str) -> None:
    table = qr_table(f"https://{host[:1] * (len(host) // 16 * 16 + 1)}/l/")

    drawn = list(table.symbol(token).rows())

    assert drawn == rows_by_qrcode(table.prefix + token, table.version)


@given(token=st.text(st.characters(max_codepoint=127), min_size=32, max_size=32))
def test_every_ascii_token_is_bit_equal_to_qrcode(token: str) -> None:
    table = qr_table(PREFIX)

    drawn = list(table.symbol(token).rows())

    assert drawn == rows_by_qrcode(PREFIX + token, table.version)


def test_an_independent_reader_decodes_sixty_pictures() -> None:
    table = qr_table(PREFIX)

    for token in some_tokens(60, seed=1):
        assert read(table.png(token)).text == PREFIX + token


def test_a_picture_is_readable_and_eight_pixels_a_module_wide() -> None:
    table = qr_table(PREFIX)
    [token] = some_tokens(1)

    picture = table.png(token)

    width, height, _, facts = png.Reader(BytesIO(picture)).read()
    assert width == height == (table.size + 2 * QUIET_MODULES) * 8
    assert (facts["greyscale"], facts["bitdepth"]) == (True, 1)
    assert read(picture).text == PREFIX + token


def test_the_version_never_changes_from_token_to_token() -> None:
    table = qr_table(PREFIX)

    drawn = [
        cast("dict[str, str]", read(table.png(token)).extra) for token in some_tokens(10, seed=2)
    ]
    lengths = {len(table.bits(token)) for token in [*some_tokens(200, seed=3), "1" * 32, "_" * 32]}

    assert {(seen["Version"], seen["ECLevel"]) for seen in drawn} == {(str(table.version), "M")}
    assert lengths == {(table.size**2 + 7) // 8}
    assert table.size == 17 + 4 * table.version


def test_a_sixty_character_link_is_version_four() -> None:
    table = qr_table("https://" + "h" * 17 + "/l/")

    assert len(table.prefix) + 32 == 60
    assert (table.version, table.size) == (4, 33)


def test_the_svg_draws_the_same_modules_as_the_bits() -> None:
    table = qr_table(PREFIX)
    [token] = some_tokens(1, seed=4)
    svg = table.svg(token)
    side = table.size + 2 * QUIET_MODULES
    canvas = [["0"] * side for _ in range(side)]

    assert svg.count("<path") == 1
    for run in svg.split('d="')[1].split('"')[0].removeprefix("M").split("M"):
        x, rest = run.split(" ")
        y, width = rest.split("h")[:2]
        for offset in range(int(width.removesuffix("v1"))):
            canvas[int(y)][int(x) + offset] = "1"

    inside = slice(QUIET_MODULES, -QUIET_MODULES)
    assert ["".join(row[inside]) for row in canvas[inside]] == list(table.symbol(token).rows())
    assert sum(row.count("1") for row in canvas) == sum(
        row.count("1") for row in table.symbol(token).rows()
    )


@pytest.mark.parametrize("colour", [True, False])
def test_the_terminal_drawing_decodes(colour: bool) -> None:
    table = qr_table(PREFIX)
    [token] = some_tokens(1, seed=5)
    dark, light = (0, 255) if colour else (255, 0)
    halves = {" ": (light, light), "▀": (dark, light), "▄": (light, dark), "█": (dark, dark)}

    lines = table.terminal(token, colour=colour).split("\n")

    bare = [line.removeprefix("\x1b[38;5;16;48;5;231m").removesuffix("\x1b[0m") for line in lines]
    rows = [
        bytes(halves[mark][half] for mark in line for _ in range(4))
        for line in bare
        for half in (0, 1)
        for _ in range(4)
    ]
    assert decoded(rows).text == PREFIX + token
    assert {len(line) for line in bare} == {table.size + 2 * QUIET_MODULES}


@pytest.mark.parametrize("token", ["", "short", "x" * 31, "x" * 33, "x" * 31 + "码"])
def test_a_token_of_another_form_is_not_drawn(token: str) -> None:
    table = qr_table(PREFIX)

    with pytest.raises(ValueError):  # noqa: PT011 -- three causes, three texts of the language's own
        table.bits(token)


@pytest.mark.parametrize("text", ["https://card.example/q?c=1", "1234567890", "电子社保卡扫码登录"])
def test_any_other_text_is_drawn_too(text: str) -> None:
    symbol = symbol_of(text)

    assert read(symbol.png()).text == text
    assert symbol.base64()


def test_a_table_is_built_in_under_a_second_and_once_per_prefix() -> None:
    started = time.process_time()
    QrTable("https://built-anew.example/l/")
    built_s = time.process_time() - started

    assert built_s < 1
    assert qr_table(PREFIX) is qr_table(PREFIX)


def test_bits_are_hundreds_of_times_cheaper_than_the_package() -> None:
    table = qr_table(PREFIX)
    tokens = some_tokens(2000, seed=6)
    started = time.process_time()
    for token in tokens:
        table.bits(token)
    ours_s = (time.process_time() - started) / len(tokens)
    started = time.process_time()
    for token in tokens[:5]:
        symbol_of(PREFIX + token).png()
    package_s = (time.process_time() - started) / 5

    assert package_s / ours_s > 300


def test_symbols_are_plain_values() -> None:
    [token] = some_tokens(1, seed=7)

    assert qr_table(PREFIX).symbol(token) == Symbol(qr_table(PREFIX).bits(token), 33)
