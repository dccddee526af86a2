"""How suspicious a scan is, from what the server itself saw: a pure ladder (qr-login §5.6)."""

from dataclasses import dataclass
from enum import StrEnum

from models.vocabulary import Role

NIGHT_ENDS = 6
CROWDED = 10
LOCAL_NETWORK = "局域网"


class Step(StrEnum):
    """What the score asks for: only confirm, type two digits at the desk, or no login at all."""

    CONFIRM = "confirm"
    PAIR = "pair"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Signals:
    """desk_place, phone_place: province and city, empty when unknown. hour: local, 0–23.

    scanners: how many different people scanned challenges of the desk's address within an hour.
    """

    role: Role
    known_browser: bool
    same_address: bool
    desk_place: str
    phone_place: str
    hosting: bool
    scanners: int
    first_login_of_unit: bool
    hour: int

    @property
    def same_city(self) -> bool:
        """Whether both places are known and equal."""
        return bool(self.desk_place) and self.desk_place == self.phone_place

    @property
    def other_province(self) -> bool:
        """Whether both provinces are known and differ."""
        desk, phone = _province(self.desk_place), _province(self.phone_place)
        return bool(desk and phone) and desk != phone


def _province(place: str) -> str:
    # The first two characters of a province's name tell it from every other one.
    return "" if place == LOCAL_NETWORK else place[:2]


def score(signals: Signals) -> int:
    """Points for suspicion, minus points for what is familiar."""
    points = 0
    points -= 2 if signals.known_browser else 0
    points -= 2 if signals.same_address else 0
    points -= 1 if signals.same_city else 0
    points += 2 if signals.other_province else 0
    points += 3 if signals.hosting else 0
    points += 3 if signals.scanners > CROWDED else 0
    points += 1 if signals.role is Role.LEGAL_REP or signals.first_login_of_unit else 0
    points += 1 if signals.hour < NIGHT_ENDS else 0
    return points


def step_for(points: int) -> Step:
    """The rung: ≤ 0 confirm, 1–3 pair, ≥ 4 refuse."""
    if points >= 4:
        return Step.REFUSE
    return Step.PAIR if points >= 1 else Step.CONFIRM
