"""Faults that tests put in a platform's way, drawn per call.

Targets are dotted; a fault on `wechat` meets every call of WeChat, one on `wechat.send` only sends.

- wechat: `wechat.code` (jscode2session), `wechat.token` (token, stable_token), `wechat.send`,
  `wechat.phone`, `wechat.qrcode`, `wechat.scheme`
- alipay: `alipay.token`, `alipay.send`, `alipay.qrcode`, `alipay.user`
- ecard: `ecard.create_qr`, `ecard.query_qr`, `ecard.auth`, `ecard.valid`, `ecard.sign_valid`,
  `ecard.card`
- sms: `sms.send`
- ca: `ca.renew`, `ca.withdraw`
- core: `core.units`
- mail: `mail.send` (error answers `errcode` as SMTP does, 451 if none; token_invalid 535)
- registry: `registry.market`, `registry.pension_enterprise`, `registry.pension_public`

What each kind does:

- error: the platform's own error document (`errcode` chooses it); an errcode of 500 to 599 is an
  HTTP error from a proxy in front
- timeout: no answer for `delay_s` (60), then the connection is cut
- reset: the connection is reset
- slow: the true answer, `delay_s` (2) late
- token_invalid: the access token is refused, and on WeChat really dead from then on
- rate_limit: the platform's quota error (`errcode` chooses it)
"""

from dataclasses import dataclass
from enum import StrEnum

from sandbox.chance import Chance

DEFAULT_DELAY_S = {"timeout": 60.0, "slow": 2.0}


class FaultKind(StrEnum):
    """What goes wrong."""

    ERROR = "error"
    TIMEOUT = "timeout"
    RESET = "reset"
    SLOW = "slow"
    TOKEN_INVALID = "token_invalid"  # noqa: S105
    RATE_LIMIT = "rate_limit"


@dataclass(slots=True)
class Fault:
    """One fault. left: how often it still strikes, None until cleared; errcode: the platform's."""

    target: str
    kind: FaultKind
    left: int | None = None
    probability: float = 1.0
    errcode: str = ""
    delay_s: float = 0.0

    def meets(self, target: str) -> bool:
        """Does a call of target run into this fault?"""
        return target == self.target or target.startswith(f"{self.target}.")

    def number(self, otherwise: int) -> int:
        """The errcode as a number."""
        try:
            return int(self.errcode)
        except ValueError:
            return otherwise

    def http_status(self) -> int | None:
        """The status of a proxy in front of the platform, when errcode asks for one."""
        status = self.number(0)
        return status if 500 <= status <= 599 and self.kind is FaultKind.ERROR else None

    def plain(self) -> dict[str, object]:
        """As `GET /_ctl/state` shows it."""
        return {
            "target": self.target,
            "kind": self.kind.value,
            "left": self.left,
            "probability": self.probability,
            "errcode": self.errcode,
            "delay_s": self.delay_s,
        }


class FaultBoard:
    """All faults now in place, oldest first."""

    def __init__(self, chance: Chance) -> None:
        self.faults: list[Fault] = []
        self._chance = chance

    def add(self, fault: Fault) -> None:
        """Put a fault in place."""
        if not fault.delay_s:
            fault.delay_s = DEFAULT_DELAY_S.get(fault.kind.value, 0.0)
        self.faults.append(fault)

    def clear(self, target: str = "") -> None:
        """Take away the faults of one target, or all."""
        self.faults = [fault for fault in self.faults if target and fault.target != target]

    def draw(self, target: str) -> Fault | None:
        """The fault that strikes this call, if any; uses up one of its count."""
        for fault in self.faults:
            if fault.meets(target) and self._chance.happens(fault.probability):
                if fault.left is not None:
                    fault.left -= 1
                    if fault.left <= 0:
                        self.faults.remove(fault)
                return fault
        return None
