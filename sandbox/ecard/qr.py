"""QR codes that the e-card app scans: PENDING, SCANEND, then CONFIRMED, EXPIRED or INVALID."""

from dataclasses import dataclass
from enum import StrEnum

from sandbox.ecard.people import QR_INVALID, Person


class QrState(StrEnum):
    """State codes of `qrcode_channel_query_encrypt` (platforms §4.3)."""

    PENDING = "PENDING"
    SCANEND = "SCANEND"
    CONFIRMED = "CONFIRMED"
    EXPIRED = "EXPIRED"
    INVALID = "INVALID"


@dataclass(slots=True)
class Qr:
    """One QR code; person is whoever scanned it last."""

    expires_at: float
    state: QrState = QrState.PENDING
    person: Person | None = None

    def state_at(self, now: float) -> QrState:
        """The state now: what nobody decided in time has expired."""
        open_still = self.state in (QrState.PENDING, QrState.SCANEND)
        return QrState.EXPIRED if open_still and now >= self.expires_at else self.state


class QrCodes:
    """Every QR code issued."""

    def __init__(self) -> None:
        self._codes: dict[str, Qr] = {}

    def issue(self, code: str, *, expires_at: float) -> None:
        """Note a new code."""
        self._codes[code] = Qr(expires_at)

    def find(self, code: str) -> Qr:
        """The code's record. Raises QR_INVALID for a code never issued."""
        try:
            return self._codes[code]
        except KeyError:
            raise QR_INVALID from None

    def scan(self, code: str, person: Person, *, confirm: bool | None, now: float) -> QrState:
        """A person scans: confirm None only looks, True confirms, False declines."""
        qr = self.find(code)
        if qr.state_at(now) not in (QrState.PENDING, QrState.SCANEND):
            return qr.state_at(now)
        qr.person = person
        qr.state = {None: QrState.SCANEND, True: QrState.CONFIRMED, False: QrState.INVALID}[confirm]
        return qr.state
