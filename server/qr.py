"""QR symbols: login links drawn in microseconds from tables, any other text by the qrcode package.

At a fixed version, mask and error correction a QR matrix is an affine function over GF(2) of the
payload's bits. So the qrcode package is asked once per link prefix, a symbol per payload bit, and
afterwards a frame is 32 XORs (performance.md §5; it stays bit-identical, tests/server/test_qr.py).
"""

import re
import struct
import zlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_8BIT_BYTE, QRData

QUIET_MODULES = 4
TOKEN_LENGTH = 32
# Fixed, because the tables hold for one mask only; scanners read any of the eight. This one scored
# best on average (ISO/IEC 18004 penalty) over random login links of versions 4 and 5.
MASK = 2
_ASCII = 128
_DARK_RUN = re.compile("1+")
_PIXELS = bytes.maketrans(b"01", b"\xff\x00")
_HALF_BLOCKS = {"00": " ", "10": "▀", "01": "▄", "11": "█"}
_BLACK_ON_WHITE, _RESET = "\x1b[38;5;16;48;5;231m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Symbol:
    """One QR symbol. bits: the matrix row by row, MSB first, 1 = dark; size: modules per side."""

    bits: bytes
    size: int

    def base64(self) -> str:
        """Give the matrix as the `bits` field of a frame event carries it."""
        return b64encode(self.bits).decode()

    def rows(self) -> Iterator[str]:
        """Give the rows from the top as strings of "0" (light) and "1" (dark), `size` long."""
        text = f"{int.from_bytes(self.bits):0{8 * len(self.bits)}b}"
        return (text[start : start + self.size] for start in range(0, self.size**2, self.size))

    def svg(self) -> str:
        """Draw as an SVG document: a white ground with the quiet zone, one path for the modules."""
        side = self.size + 2 * QUIET_MODULES
        path = "".join(
            f"M{x + QUIET_MODULES} {y}h{end - x}v1h-{end - x}z"
            for y, row in enumerate(self.rows(), QUIET_MODULES)
            for x, end in (run.span() for run in _DARK_RUN.finditer(row))
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"'
            f' width="{8 * side}" height="{8 * side}" shape-rendering="crispEdges">'
            f'<rect width="{side}" height="{side}" fill="#fff"/><path d="{path}"/></svg>'
        )

    def png(self) -> bytes:
        """Draw as a 1-bit greyscale PNG of eight pixels per module: a module is just one byte."""
        side = self.size + 2 * QUIET_MODULES
        quiet = b"\xff" * QUIET_MODULES
        ground = (b"\0" + b"\xff" * side) * (8 * QUIET_MODULES)
        text = f"{int.from_bytes(self.bits):0{8 * len(self.bits)}b}".encode().translate(_PIXELS)
        # Each row stands there eight times, each time with filter type 0 before it.
        rows = [
            (b"\0" + quiet + text[start : start + self.size] + quiet) * 8
            for start in range(0, self.size**2, self.size)
        ]
        header = struct.pack(">IIBBBBB", 8 * side, 8 * side, 1, 0, 0, 0, 0)
        return (
            b"\x89PNG\r\n\x1a\n"
            + _chunk(b"IHDR", header)
            + _chunk(b"IDAT", zlib.compress(ground + b"".join(rows) + ground, 1))
            + _chunk(b"IEND", b"")
        )

    def terminal(self, *, colour: bool = True) -> str:
        """Draw with half blocks, two rows to a line, quiet zone included.

        colour: state black on white by escape sequences, right on any theme; without it the light
        modules are what is drawn, which reads right on a dark terminal only.
        """
        blank = "0" * (self.size + 2 * QUIET_MODULES)
        quiet = "0" * QUIET_MODULES
        rows = [blank] * QUIET_MODULES
        rows += [quiet + row + quiet for row in self.rows()]
        rows += [blank] * (QUIET_MODULES + len(rows) % 2)
        if not colour:
            rows = [row.translate(str.maketrans("01", "10")) for row in rows]
        lines = [
            "".join(_HALF_BLOCKS[above + below] for above, below in zip(*pair, strict=True))
            for pair in list(pairwise(rows))[::2]
        ]
        return "\n".join(f"{_BLACK_ON_WHITE}{line}{_RESET}" if colour else line for line in lines)


def symbol_of(text: str) -> Symbol:
    """Draw any text (the e-card platform's QR content, a poster): about 10 ms of processor time."""
    code = QRCode(error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    code.make()
    return _packed(code)


class QrTable:
    """The symbols of every link `prefix + 32-character token`, from tables built once.

    version and size are the same for every token, so an animated symbol never jumps.
    """

    def __init__(self, prefix: str) -> None:
        """Build the tables (under a second of processor time; take them from `qr_table`)."""
        head = prefix.encode()
        self.prefix = prefix
        self.version = _smallest_version(head + bytes(TOKEN_LENGTH))
        self._zero = self._matrix(head + bytes(TOKEN_LENGTH))
        self.size = 17 + 4 * self.version
        self._length = (self.size**2 + 7) // 8
        self._positions = [self._position(head, index) for index in range(TOKEN_LENGTH)]

    def bits(self, token: str) -> bytes:
        """Give the matrix of a token's link, row by row, packed MSB first.

        Refuses: ValueError for a token that is not 32 ASCII characters.
        """
        matrix = self._zero
        for column, byte in zip(self._positions, token.encode("ascii"), strict=True):
            matrix ^= column[byte]
        return matrix.to_bytes(self._length)

    def symbol(self, token: str) -> Symbol:
        """Give the symbol of a token's link, to be drawn."""
        return Symbol(self.bits(token), self.size)

    def svg(self, token: str) -> str:
        """Draw a token's link as an SVG document."""
        return self.symbol(token).svg()

    def png(self, token: str) -> bytes:
        """Draw a token's link as a PNG of eight pixels per module."""
        return self.symbol(token).png()

    def terminal(self, token: str, *, colour: bool = True) -> str:
        """Draw a token's link for a terminal (see Symbol.terminal)."""
        return self.symbol(token).terminal(colour=colour)

    def _position(self, head: bytes, index: int) -> list[int]:
        """What each ASCII byte at one place of the token changes in the all-zero matrix."""
        changes = [0] * _ASCII
        for bit in range(7):
            payload = bytearray(TOKEN_LENGTH)
            payload[index] = 1 << bit
            change = self._matrix(head + payload) ^ self._zero
            for byte in range(1 << bit, 2 << bit):
                changes[byte] = changes[byte ^ (1 << bit)] ^ change
        return changes

    def _matrix(self, payload: bytes) -> int:
        code = QRCode(version=self.version, error_correction=ERROR_CORRECT_M, mask_pattern=MASK)
        # Byte mode by force: left alone, the package would cut digits out into their own segment.
        code.add_data(QRData(payload, mode=MODE_8BIT_BYTE))
        code.make(fit=False)
        return int.from_bytes(_packed(code).bits)


@lru_cache(maxsize=8)
def qr_table(prefix: str) -> QrTable:
    """Give the table of a link prefix (`https://host/l/`), built at the first call.

    Call it once before serving: the build would hold up the event loop.
    """
    return QrTable(prefix)


def _smallest_version(payload: bytes) -> int:
    code = QRCode(error_correction=ERROR_CORRECT_M)
    code.add_data(QRData(payload, mode=MODE_8BIT_BYTE))
    return int(code.best_fit())


def _packed(code: QRCode) -> Symbol:
    size: int = code.modules_count
    text = "".join("1" if dark else "0" for row in code.modules for dark in row)
    length = (size**2 + 7) // 8
    return Symbol(int(text.ljust(8 * length, "0"), 2).to_bytes(length), size)


def _chunk(kind: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)


@lru_cache(maxsize=512)
def drawn_once(text: str) -> Symbol:
    """Give the symbol of a text that many will ask for (`symbol_of`, remembered)."""
    return symbol_of(text)
