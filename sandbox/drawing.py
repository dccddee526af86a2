"""Draws a QR code as a baseline JPEG: image answers are real images without an image library.

Every 8x8 block is one flat colour, which needs the DC coefficient only.
"""

import struct

import qrcode

BLACK, WHITE = -128, 127  # level-shifted samples; the quantiser step 8 makes them the DC values
BLOCK = 8

# Lengths of the standard luminance DC Huffman codes (ITU T.81, K.3), for magnitude classes 0 to 11.
_DC_COUNTS = bytes([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
_DC_CODES = ["00", "010", "011", "100", "101", "110", "1110", "11110", "111110", "1111110"]
_END_OF_BLOCK = "0"  # the only AC symbol there is


def qr_jpeg(text: str, width: int) -> bytes:
    """A QR code of text as JPEG, width pixels square (more when the code does not fit)."""
    blocks, side = _blocks(_modules(text), width)
    return _jpeg(blocks, side)


def _modules(text: str) -> list[list[bool]]:
    code = qrcode.QRCode(border=2)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(cell) for cell in row] for row in code.get_matrix()]


def _blocks(modules: list[list[bool]], width: int) -> tuple[list[list[int]], int]:
    across = -(-width // BLOCK)
    scale = max(1, across // len(modules))
    across = max(across, scale * len(modules))
    margin = (across - scale * len(modules)) // 2
    rows = [[WHITE] * across for _ in range(across)]
    for y, line in enumerate(modules):
        for x, dark in enumerate(line):
            if dark:
                for row in rows[margin + y * scale : margin + (y + 1) * scale]:
                    start = margin + x * scale
                    row[start : start + scale] = [BLACK] * scale
    return rows, max(width, scale * len(modules) * BLOCK)


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _jpeg(blocks: list[list[int]], side: int) -> bytes:
    quantiser = bytes([0, BLOCK]) + bytes([1] * 63)
    frame = struct.pack(">BHHBBBB", 8, side, side, 1, 1, 0x11, 0)
    dc_table = b"\x00" + _DC_COUNTS + bytes(range(12))
    ac_table = b"\x10" + bytes([1] + [0] * 15) + b"\x00"
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"),
            _segment(0xDB, quantiser),
            _segment(0xC0, frame),
            _segment(0xC4, dc_table),
            _segment(0xC4, ac_table),
            _segment(0xDA, b"\x01\x01\x00\x00\x3f\x00"),
            _entropy(blocks),
            b"\xff\xd9",
        )
    )


def _entropy(blocks: list[list[int]]) -> bytes:
    bits: list[str] = []
    before = 0
    for row in blocks:
        for value in row:
            bits.append(_difference(value - before) + _END_OF_BLOCK)
            before = value
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    octets = int(text, 2).to_bytes(len(text) // 8, "big")
    return octets.replace(b"\xff", b"\xff\x00")


def _difference(value: int) -> str:
    size = abs(value).bit_length()
    if size == 0:
        return _DC_CODES[0]
    magnitude = value if value > 0 else value + (1 << size) - 1
    return _DC_CODES[size] + format(magnitude, f"0{size}b")
