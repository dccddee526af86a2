"""QR symbols: our tables against the qrcode package, in time and bit for bit (no server)."""

import io
import secrets
import time
from collections.abc import Callable
from typing import Any

import qrcode
from qrcode.constants import ERROR_CORRECT_M

from bench.record import SuiteResult
from bench.run import Run
from bench.stats import Estimate, paired_ratio, percentile

PREFIX = "https://login.example.invalid/l/"
LIMIT_S, QUICK_S = 120.0, 15.0
REPEATS = 15


def a_token() -> str:
    """32 characters of the frame token's alphabet."""
    return secrets.token_urlsafe(24)


def qrcode_png(token: str) -> bytes:
    """What a naive server does for each frame."""
    drawn = io.BytesIO()
    qrcode.make(PREFIX + token, error_correction=ERROR_CORRECT_M).save(drawn)
    return drawn.getvalue()


def timed(make: Callable[[str], object], count: int) -> float:
    """CPU seconds per call over `count` fresh tokens."""
    tokens = [a_token() for _ in range(count)]
    begin = time.process_time()
    for token in tokens:
        make(token)
    return (time.process_time() - begin) / count


def oracle(token: str, version: int, mask: int) -> bytes:
    """qrcode's own matrix at this version and mask, row by row, most significant bit first."""
    from qrcode.util import MODE_8BIT_BYTE, QRData

    code = qrcode.QRCode(version=version, error_correction=ERROR_CORRECT_M, mask_pattern=mask)
    code.add_data(QRData((PREFIX + token).encode(), mode=MODE_8BIT_BYTE))
    code.make(fit=False)
    text = "".join("1" if dark else "0" for row in code.modules for dark in row)
    length = (len(text) + 7) // 8
    return int(text.ljust(8 * length, "0"), 2).to_bytes(length)


def equal_share(table: Any, tokens: int) -> tuple[float, int | None]:
    """Share of random tokens drawn bit-equal to qrcode, and the mask they were drawn with."""
    first = a_token()
    masks = [m for m in range(8) if oracle(first, table.version, m) == table.bits(first)]
    if not masks:
        return 0.0, None
    drawn = [a_token() for _ in range(tokens)]
    same = sum(oracle(token, table.version, masks[0]) == table.bits(token) for token in drawn)
    return same / tokens, masks[0]


def decoded_share(table: Any, tokens: int) -> float | None:
    """Share of random tokens whose PNG zxing reads back; None without zxing or Pillow."""
    try:
        import zxingcpp
        from PIL import Image
    except ImportError:
        return None
    read = 0
    for token in (a_token() for _ in range(tokens)):
        found = zxingcpp.read_barcodes(Image.open(io.BytesIO(table.png(token))).convert("L"))
        read += bool(found) and found[0].text == PREFIX + token
    return read / tokens


async def measure(run: Run) -> SuiteResult:
    """Interleaved repeats of each way to draw; the control is qrcode timed twice."""
    result = SuiteResult("qr")
    try:
        from server.qr import QrTable
    except ImportError as missing:
        result.skipped = {
            goal.id: f"server.qr does not import: {missing}" for goal in run.goals.of("qr")
        }
        return result
    began = time.process_time()
    table: Any = QrTable(PREFIX)
    result.facts["table_build_s"] = time.process_time() - began
    _time(result, run, table)
    tokens = 200 if run.quick else 1000
    equal, mask = equal_share(table, tokens)
    decoded = decoded_share(table, tokens)
    if decoded is None:
        result.notes.append("zxing-cpp is absent: symbols compared bit for bit, not decoded")
    share = min(equal, 1.0 if decoded is None else decoded)
    result.given["G9.equal"] = Estimate.exact(share)
    result.facts |= {"tokens": tokens, "mask": mask, "version": table.version, "equal": equal,
                     "decoded": decoded}  # fmt: skip
    return result


def _time(result: SuiteResult, run: Run, table: Any) -> None:
    ways: dict[str, tuple[Callable[[str], object], int]] = {
        "qrcode_png": (qrcode_png, 4),
        "bits": (table.bits, 2000),
        "png": (table.png, 100),
        "svg": (table.svg, 50),
        "qrcode_png_again": (qrcode_png, 4),
    }
    for make, count in ways.values():
        timed(make, max(1, count // 4))
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(max(REPEATS, run.rounds)):
        order = list(ways) if turn % 2 == 0 else list(ways)[::-1]
        for name in order:
            seconds[name].append(timed(*ways[name]))
    naive = seconds["qrcode_png"]
    result.control = run.goals.control(paired_ratio(naive, seconds["qrcode_png_again"]))
    result.given["G9.bits"] = paired_ratio(naive, seconds["bits"])
    result.given["G9.png"] = paired_ratio(naive, seconds["png"])
    result.facts["us_min_median"] = {
        name: [min(taken) * 1e6, percentile(taken, 0.5) * 1e6] for name, taken in seconds.items()
    }
