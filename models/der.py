"""Walking DER just far enough to read a certificate that the library cannot load.

Reads what cryptography refuses: SM2 keys, names in GBK, odd algorithm parameters (platforms §5).
Raises ValueError for whatever is not a certificate, and nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

SEQUENCE, INTEGER, OCTETS, OID, CONTEXT_0 = 0x30, 0x02, 0x04, 0x06, 0xA0
_UTC_TIME, _BMP, _UNIVERSAL = 0x17, 0x1E, 0x1C


@dataclass(frozen=True, slots=True)
class Node:
    """One element: its tag, and where its head and its content lie."""

    data: bytes
    tag: int
    head: int
    start: int
    end: int

    @property
    def content(self) -> bytes:
        """What is in it."""
        return self.data[self.start : self.end]

    @property
    def whole(self) -> bytes:
        """The element with its head."""
        return self.data[self.head : self.end]

    def children(self) -> list["Node"]:
        """The elements in it, at most 64."""
        found: list[Node] = []
        at = self.start
        while at < self.end and len(found) < 64:
            found.append(node_at(self.data, at, self.end))
            at = found[-1].end
        return found


def node_at(data: bytes, at: int, limit: int) -> Node:
    """The element that begins here."""
    if at + 2 > limit:
        raise ValueError("cut off")
    tag, length, start = data[at], data[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        if not 1 <= size <= 4 or start + size > limit:
            raise ValueError("length")
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    if start + length > limit:
        raise ValueError("cut off")
    return Node(data, tag, at, start, start + length)


@dataclass(frozen=True, slots=True)
class Walked:
    """What was read. names: (OID in hex, text) in their order."""

    serial: str
    algorithm_oid: bytes
    issuer: list[tuple[str, str]]
    subject: list[tuple[str, str]]
    not_before: datetime
    not_after: datetime


def walk(der: bytes) -> Walked:
    """Read a certificate."""
    outer = node_at(der, 0, len(der))
    parts = outer.children()
    if outer.tag != SEQUENCE or len(parts) != 3 or parts[0].tag != SEQUENCE:
        raise ValueError("not a certificate")
    fields = [each for each in parts[0].children() if each.tag != CONTEXT_0]
    if len(fields) < 6 or fields[0].tag != INTEGER:
        raise ValueError("not a certificate")
    serial, algorithm, issuer, validity, subject = fields[:5]
    begins, ends = validity.children()
    oid = algorithm.children()[0]
    if oid.tag != OID:
        raise ValueError("algorithm")
    return Walked(
        serial=serial.content.hex().lstrip("0") or "0",
        algorithm_oid=oid.content,
        issuer=list(_names(issuer)),
        subject=list(_names(subject)),
        not_before=_moment(begins),
        not_after=_moment(ends),
    )


def embedded(data: bytes) -> Iterator[bytes]:
    """Every certificate inside something larger, such as a PKCS#7 with the OIDs of GM/T 0010."""
    at = 0
    while (at := data.find(b"\x30\x82", at)) >= 0:
        try:
            found = node_at(data, at, len(data)).whole
            walk(found)
        except ValueError:
            at += 1
            continue
        yield found
        at += len(found)


def leaves(node: Node, depth: int = 0) -> Iterator[bytes]:
    """The content of every element that holds no others, those inside octet strings too."""
    if node.tag & 0x20 or node.tag == OCTETS:
        try:
            inner = node.children()
        except ValueError:
            inner = []
        if inner and depth < 12:
            for each in inner:
                yield from leaves(each, depth + 1)
            return
    yield node.content


def _names(name: Node) -> Iterator[tuple[str, str]]:
    for group in name.children():
        for pair in group.children():
            oid, value = pair.children()[:2]
            yield oid.content.hex(), _text(value)


def _text(value: Node) -> str:
    known = {_BMP: "utf-16-be", _UNIVERSAL: "utf-32-be"}.get(value.tag)
    for encoding in (known,) if known else ("utf-8", "gb18030"):
        try:
            return value.content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return value.content.decode("latin-1")


def _moment(node: Node) -> datetime:
    digits = node.content.decode("ascii")
    if not digits.endswith("Z") or not digits[:-1].isdigit():
        raise ValueError("moment")
    if node.tag == _UTC_TIME:
        digits = ("19" if int(digits[:2]) >= 50 else "20") + digits
    return datetime.strptime(digits, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
