"""Where an address is: private networks by themselves, the rest from a table of the operator."""

import csv
from bisect import bisect_right
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from models.address import read_address

LOCAL = "局域网"


class Places:
    """Looks up `province+city` for an address by the narrowest network that holds it.

    rows: (network, province, city). Unknown addresses give ''; the product ships no table, because
    none may be passed on.
    """

    def __init__(self, rows: Iterable[tuple[str, str, str]] = ()) -> None:
        tables: dict[int, list[tuple[int, int, str]]] = {4: [], 6: []}
        for network_text, province, city in rows:
            network: IPv4Network | IPv6Network = ip_network(network_text)
            first, last = int(network.network_address), int(network.broadcast_address)
            tables[network.version].append((first, last, province + city))
        self._tables = {version: sorted(table) for version, table in tables.items()}

    @classmethod
    def from_file(cls, path: str) -> "Places":
        """Read `network,province,city` lines. Raises ValueError or OSError for an unusable file."""
        if not path:
            return cls()
        with Path(path).open(encoding="utf-8", newline="") as lines:
            return cls((row[0], row[1], row[2]) for row in csv.reader(lines) if len(row) >= 3)

    def name(self, address: str) -> str:
        """`黑龙江哈尔滨`, `局域网`, or '' when nobody knows."""
        parsed = read_address(address)
        if parsed is None:
            return ""
        if parsed.is_private:
            return LOCAL
        table, number = self._tables[parsed.version], int(parsed)
        position = bisect_right(table, (number, 1 << 129, "")) - 1
        while position >= 0:
            first, last, name = table[position]
            if first <= number <= last:
                return name
            position -= 1
            if number - first > 1 << 32:
                break
        return ""
