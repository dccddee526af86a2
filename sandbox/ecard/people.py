"""People with (or without) an e-card, and what the platform tells about each.

Business errors. The real numbers are unpublished; the shapes are real: `msgCode` is a string on
some calls and an int on others, `result` is null.

| msgCode | msg | when |
|---|---|---|
| `"100404"` | 未查询到该人员的电子社保卡签发信息 | `card_state` none: the person holds no e-card |
| `"100405"` | 该地区暂未开通电子社保卡服务 | `card_state` region_closed |
| `700` (int) | 失败 | envelope cannot be opened, wrong channelNo or accessNo, parameter missing |
| `701` (int) | 签发号无效或已使用 | signNo unknown, used, or older than five minutes |
| `702` (int) | 二维码无效 | qrCode unknown, or presented before |

A card in an abnormal state is no error: the identity comes with `aaz502` and the caller decides.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

# aaz502 as the card system words it; none and region_closed have no card to speak of.
AAZ502 = {
    "ok": "1",
    "sealed": "0",
    "lost": "2",
    "app_locked": "3",
    "temp_lost": "4",
    "cancelled": "9",
    "none": "",
    "region_closed": "",
}
REGION = "239900"


class Card(StrEnum):
    """State of a person's card, in the words of `POST /_ctl/ecard/people`."""

    OK = "ok"
    SEALED = "sealed"
    LOST = "lost"
    APP_LOCKED = "app_locked"
    TEMP_LOST = "temp_lost"
    CANCELLED = "cancelled"
    NONE = "none"
    REGION_CLOSED = "region_closed"


class BusinessError(Exception):
    """The platform understood the call and says no."""

    def __init__(self, msg_code: str | int, text: str) -> None:
        super().__init__(text)
        self.msg_code = msg_code
        self.text = text


FAILED = BusinessError(700, "失败")
SIGN_NO_INVALID = BusinessError(701, "签发号无效或已使用")
QR_INVALID = BusinessError(702, "二维码无效")
NO_CARD = BusinessError("100404", "未查询到该人员的电子社保卡签发信息")
REGION_CLOSED = BusinessError("100405", "该地区暂未开通电子社保卡服务")


@dataclass(frozen=True, slots=True)
class Person:
    """A natural person. id_type: AAC058 code, "01" is the resident identity card."""

    name: str
    id_no: str
    id_type: str
    card: Card
    essc_no: str

    def identity(self, *, full: bool) -> dict[str, object]:
        """What a successful call tells. full=False: the card number only, the rest is a second hop.

        Raises BusinessError for a person who holds no card.
        """
        if self.card is Card.NONE:
            raise NO_CARD
        if self.card is Card.REGION_CLOSED:
            raise REGION_CLOSED
        return self.card_record() if full else {"esscNo": self.essc_no}

    def card_record(self) -> dict[str, object]:
        """Every field of the card system (platforms §4.2, field codes)."""
        number = hashlib.sha256(self.essc_no.encode()).hexdigest().upper()
        return {
            "esscNo": self.essc_no,
            "aac002": self.id_no,
            "aac003": self.name,
            "aac058": self.id_type,
            "aab301": REGION,
            "aaz500": number[:9],
            "aaz501": number[9:41],
            "aaz502": AAZ502[self.card],
        }


class People:
    """Everybody the e-card platform knows, by card number and by identity number."""

    def __init__(self) -> None:
        self._by_essc_no: dict[str, Person] = {}

    def register(self, *, name: str, id_no: str, id_type: str, card: Card) -> Person:
        """Add a person, or replace what was known under the same identity number and type."""
        essc_no = hashlib.sha256(f"{id_type}|{id_no}".encode()).hexdigest()[:32].upper()
        person = Person(name, id_no, id_type, card, essc_no)
        self._by_essc_no[essc_no] = person
        return person

    def by_essc_no(self, essc_no: str) -> Person | None:
        """The person with that card number."""
        return self._by_essc_no.get(essc_no)

    def by_identity(self, id_no: str, name: str) -> Person | None:
        """The person with that identity number and that name."""
        for person in self._by_essc_no.values():
            if (person.id_no, person.name) == (id_no, name):
                return person
        return None

    def __len__(self) -> int:
        return len(self._by_essc_no)
