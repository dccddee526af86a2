"""The certificates of the small set: one of every kind that people may meet (domain §6.2)."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from models.vocabulary import CertificateState
from server.demo.shapes import DemoCertificate, DemoGrant, DemoUnit

COUNT = 26
ISSUER, UNKNOWN_ISSUER = "演示电子认证服务有限公司", "来历不明认证中心"
ENDS_IN_A_WEEK, UNRECOGNISED = "clerk-13", "clerk-14"
"""Whose units have the certificates that P19 and P20 show."""

_YEAR = 365
_DAYS_LEFT = (-400, -10, 0, 1, 3, 15, 30, 89, 200)
_NOT_YET_VALID = (20, 20 + _YEAR)


def certificates_of(
    units: Sequence[DemoUnit], grants: Sequence[DemoGrant]
) -> list[DemoCertificate]:
    """26 of them, for registered units only; the first two belong to P19 and P20."""
    unit_of = {grant.clerk_key: grant.uscc for grant in grants}
    told = [
        _lasting(unit_of[ENDS_IN_A_WEEK], 1, 7),
        DemoCertificate(
            unit_of[UNRECOGNISED],
            serial=_serial(2),
            issuer=UNKNOWN_ISSUER,
            from_day=-100,
            to_day=-100 + _YEAR,
            state=CertificateState.UNRECOGNISED,
            problems="issuer_unknown",
        ),
    ]
    shown = {each.uscc for each in told}
    others = [unit.uscc for unit in units if unit.registered and unit.uscc not in shown]
    rest = iter(others)
    for left in _DAYS_LEFT:
        told.append(_lasting(next(rest), len(told) + 1, left))
    told.append(_lasting(next(rest), len(told) + 1, 150, state=CertificateState.REVOKED))
    wrong = _lasting(next(rest), len(told) + 1, 250, state=CertificateState.UNRECOGNISED)
    told.append(replace(wrong, problems="wrong_uscc"))
    begins, ends = _NOT_YET_VALID
    told.append(DemoCertificate(next(rest), _serial(len(told) + 1), ISSUER, begins, ends))
    # Some units have a second one: an ordinary certificate that lasts.
    ordinary = [*rest, *others]
    for uscc in islice(ordinary, COUNT - len(told)):
        told.append(_lasting(uscc, len(told) + 1, 200 + 5 * len(told)))
    return told


def _lasting(
    uscc: str, number: int, left: int, *, state: CertificateState = CertificateState.HELD
) -> DemoCertificate:
    return DemoCertificate(uscc, _serial(number), ISSUER, left - _YEAR, left, state)


def _serial(number: int) -> str:
    return f"2399{number:012x}"
