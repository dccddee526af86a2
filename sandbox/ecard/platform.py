"""The calls of the e-card platform, by `_api_name`.

Names of result fields are unpublished; these follow platforms §4.3.

- qrcode_channel_encrypt: `qrCode` and `qRCodeId` (one id, passed back as `qrCode`), `qrCodeUrl`
  (the text to draw), `qRCodeBase64Src` (the drawn picture), `expireTime` (seconds).
- qrcode_channel_query_encrypt: `state` (PENDING SCANEND CONFIRMED EXPIRED INVALID), and the
  identity once CONFIRMED.
- auth_encrypt: the identity: `esscNo`, `aac002`, `aac003`, `aac058`, `aab301`, `aaz500`, `aaz501`,
  `aaz502`; only `esscNo` while the setting `full_identity` is off.
- qrcode_valid_encrypt: `aac002`, `aac003`, `aaz500`.
- v2_sign_valid_encrypt: `signState` ("1" issued, "0" not), `esscNo`.
- essc_card_query_encrypt: esscNo to the whole card record. Stands in for the provincial second hop,
  whose real wire (SM2, intranet) is not spoken here.
"""

import base64
from collections.abc import Callable

from sandbox.chance import Chance
from sandbox.clock import Clock
from sandbox.credentials import ECARD
from sandbox.drawing import qr_jpeg
from sandbox.ecard.broker import Gate
from sandbox.ecard.envelope import seal
from sandbox.ecard.people import FAILED, NO_CARD, QR_INVALID, SIGN_NO_INVALID, Card, People, Person
from sandbox.ecard.qr import QrCodes, QrState
from sandbox.knobs import Knobs
from sandbox.once import OneTime

SIGN_NO_LIFE_S = 300
PRESENTED_LIFE_S = 60

Content = dict[str, object]


class ECardPlatform:
    """State and behaviour of the e-card platform."""

    def __init__(self, clock: Clock, chance: Chance, knobs: Knobs) -> None:
        self.people = People()
        self.qr_codes = QrCodes()
        self.gate = Gate()
        self._clock = clock
        self._chance = chance
        self._knobs = knobs
        self._sign_nos: OneTime[str] = OneTime()
        self._presented: OneTime[str] = OneTime()

    def calls(self) -> dict[str, Callable[[Content], Content]]:
        """Every call by its `_api_name`: decrypted parameters in, result out."""
        return {
            "qrcode_channel_encrypt": self._create_qr,
            "qrcode_channel_query_encrypt": self._query_qr,
            "auth_encrypt": self._auth,
            "qrcode_valid_encrypt": self._valid,
            "v2_sign_valid_encrypt": self._sign_valid,
            "essc_card_query_encrypt": self._card,
        }

    def open_app(self, person: Person) -> str:
        """The person opens the e-card app: a fresh issue number 签发号, good once."""
        expires_at = self._clock.now() + SIGN_NO_LIFE_S
        return self._sign_nos.put(
            self._chance.hexes(32).upper(), person.essc_no, expires_at=expires_at
        )

    def inbound(self, sign_no: str) -> str:
        """What the e-card mini-program hands over as `?security=`."""
        return seal({"signNo": sign_no})

    def present(self, person: Person) -> str:
        """The person shows a QR code in the e-card app for somebody else to scan."""
        expires_at = self._clock.now() + PRESENTED_LIFE_S
        return self._presented.put(self._chance.digits(19), person.essc_no, expires_at=expires_at)

    def _create_qr(self, params: Content) -> Content:
        self._needed(params, "systemName")
        code = self._chance.hexes(32)
        self.qr_codes.issue(code, expires_at=self._clock.now() + self._knobs.qr_life_s)
        url = f"https://ecard.invalid/q/{code}"
        picture = base64.b64encode(qr_jpeg(url, 280)).decode()
        return {
            "qrCode": code,
            "qRCodeId": code,
            "qrCodeUrl": url,
            "qRCodeBase64Src": f"data:image/jpeg;base64,{picture}",
            "expireTime": self._knobs.qr_life_s,
        }

    def _query_qr(self, params: Content) -> Content:
        qr = self.qr_codes.find(self._needed(params, "qrCode"))
        state = qr.state_at(self._clock.now())
        if state is QrState.CONFIRMED and qr.person is not None:
            return {"state": state.value, **qr.person.identity(full=self._knobs.full_identity)}
        return {"state": state.value}

    def _auth(self, params: Content) -> Content:
        sign_no = self._needed(params, "signNo")
        essc_no = self._sign_nos.take(sign_no, now=self._clock.now())
        person = self.people.by_essc_no(essc_no) if essc_no else None
        if person is None:
            raise SIGN_NO_INVALID
        return person.identity(full=self._knobs.full_identity)

    def _valid(self, params: Content) -> Content:
        code = self._needed(params, "qrCode")
        self._needed(params, "busiType")
        essc_no = self._presented.take(code, now=self._clock.now())
        person = self.people.by_essc_no(essc_no) if essc_no else None
        if person is None:
            raise QR_INVALID
        record = person.identity(full=True)
        return {name: record[name] for name in ("aac002", "aac003", "aaz500")}

    def _sign_valid(self, params: Content) -> Content:
        id_no, name = self._needed(params, "aac002"), self._needed(params, "aac003")
        person = self.people.by_identity(id_no, name)
        if person is None or person.card in (Card.NONE, Card.REGION_CLOSED):
            return {"signState": "0", "esscNo": None}
        return {"signState": "1", "esscNo": person.essc_no}

    def _card(self, params: Content) -> Content:
        person = self.people.by_essc_no(self._needed(params, "esscNo"))
        if person is None:
            raise NO_CARD
        return person.identity(full=True)

    def _needed(self, params: Content, name: str) -> str:
        # Every call carries the channel's own numbers beside its parameters.
        own = (params.get("channelNo"), params.get("accessNo"))
        value = params.get(name)
        if own != (ECARD.channel_no, ECARD.access_no) or not isinstance(value, str) or not value:
            raise FAILED
        return value
