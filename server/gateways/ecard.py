"""The e-card gateway: who stands behind a scan, and whether their card lets them in."""

import logging
from collections.abc import Awaitable, Mapping
from types import MappingProxyType
from typing import TypeVar

from handlers.ports import CardIdentity, ECardQr, ECardQrState, ECardScan
from models.errors.entry import Refusal
from models.errors.login import CARD_ABNORMAL, CARD_MISSING, PLATFORM_CODE_INVALID
from models.vocabulary import CardState, IdType
from server.gateways.accounts import ECardAccount
from server.gateways.ecard_provider import CardDirectory, ECardProvider, RawIdentity, unavailable
from server.gateways.ecard_wire import BusinessError, EnvelopeBroken
from server.gateways.transport import TransportFault

logger = logging.getLogger(__name__)
Told = TypeVar("Told")

CARD_STATES: Mapping[str, CardState] = MappingProxyType(
    {
        "1": CardState.OK,
        "0": CardState.SEALED,
        "2": CardState.LOST,
        "3": CardState.APP_LOCKED,
        "4": CardState.TEMP_LOST,
        "9": CardState.CANCELLED,
    }
)
"""aaz502 卡状态 (platforms §4.2)."""

STATE_NAMES: Mapping[CardState, str] = MappingProxyType(
    {
        CardState.SEALED: "封存",
        CardState.LOST: "挂失",
        CardState.APP_LOCKED: "应用锁定",
        CardState.TEMP_LOST: "临时挂失",
        CardState.CANCELLED: "注销",
    }
)

QR_STATES: Mapping[str, ECardQrState] = MappingProxyType(
    {
        "PENDING": ECardQrState.PENDING,
        "SCANEND": ECardQrState.SCANNED,  # sic, platforms §4.3
        "SCANNED": ECardQrState.SCANNED,
        "CONFIRMED": ECardQrState.CONFIRMED,
        "EXPIRED": ECardQrState.EXPIRED,
        "INVALID": ECardQrState.INVALID,
    }
)


class ECardGateway:
    """The e-card platform 电子社保卡 as the handlers know it (implements handlers.ports.ECard).

    directory: the provincial hop, asked when the platform names a card without its holder or state.
    """

    def __init__(
        self, account: ECardAccount, provider: ECardProvider, directory: CardDirectory | None = None
    ) -> None:
        self._account = account
        self._provider = provider
        self._directory = directory

    async def create_qr(self) -> ECardQr:
        """See handlers.ports.ECard. Refuses: ECARD_UNAVAILABLE."""
        qr = await self._refusing(self._provider.create_qr())
        return ECardQr(qr.qr_code, qr.content, qr.expires_in_s or self._account.qr_life_s)

    async def query_qr(self, qr_code: str) -> ECardScan:
        """See handlers.ports.ECard. A code that the platform does not know is INVALID."""
        try:
            scan = await self._refusing(self._provider.query_qr(qr_code))
        except Refusal as refusal:
            if refusal.entry is PLATFORM_CODE_INVALID:
                return ECardScan(ECardQrState.INVALID, None)
            raise
        state = QR_STATES.get(scan.state.upper())
        if state is None:
            logger.error("e-card QR state unknown", extra={"state": scan.state[:20]})
            raise unavailable(5)
        if state is not ECardQrState.CONFIRMED:
            return ECardScan(state, None)
        return ECardScan(state, await self._admitted(scan.identity))

    async def by_inbound(self, security: str) -> CardIdentity:
        """See handlers.ports.ECard. Refuses also: PLATFORM_CODE_INVALID.

        A `security` that does not open is refused just as a spent number is: telling them apart
        would let anybody test paddings, and CBC gives way to that.
        """
        try:
            sign_no = self._provider.open_inbound(security)
        except EnvelopeBroken:
            sign_no = ""
        return await self.by_sign_no(sign_no)

    async def by_sign_no(self, sign_no: str) -> CardIdentity:
        """See handlers.ports.ECard. Refuses also: PLATFORM_CODE_INVALID."""
        if not sign_no or len(sign_no) > 128:
            raise PLATFORM_CODE_INVALID.refuse()
        return await self._admitted(await self._refusing(self._provider.auth_by_sign_no(sign_no)))

    async def _admitted(self, told: RawIdentity) -> CardIdentity:
        """The person, if the card is in order. Refuses: CARD_ABNORMAL, ECARD_UNAVAILABLE …"""
        told = await self._completed(told)
        if not told.id_no or not told.name:
            logger.error("e-card names nobody, and no directory is set")
            raise unavailable(5)
        if told.card_state is None and not self._account.state_needed:
            state: CardState | None = CardState.OK
        else:
            state = CARD_STATES.get(told.card_state or "")
        if state is None:
            logger.error("e-card state unknown", extra={"aaz502": (told.card_state or "")[:8]})
            raise unavailable(5)
        if state is not CardState.OK:
            raise CARD_ABNORMAL.refuse(state=STATE_NAMES[state])
        return CardIdentity(
            id_type=_id_type(told.id_type),
            id_no=told.id_no.upper(),
            name=told.name,
            essc_no=told.essc_no,
            region=told.region,
            state=state,
        )

    async def _completed(self, told: RawIdentity) -> RawIdentity:
        known = told.id_no and told.name and (told.card_state or not self._account.state_needed)
        if known or not told.essc_no or self._directory is None:
            return told
        card = await self._refusing(self._directory.by_essc_no(told.essc_no))
        if (told.id_no or card.id_no) != card.id_no or card.essc_no not in (None, told.essc_no):
            logger.error("e-card directory answers for another person")
            raise unavailable(5)
        return RawIdentity(
            told.essc_no, card.id_no, card.name, card.id_type, card.region, card.card_state
        )

    async def _refusing(self, asked: Awaitable[Told]) -> Told:
        """Await a provider's call, turning what went wrong into a refusal for a person."""
        try:
            return await asked
        except TransportFault:
            raise unavailable(5) from None
        except BusinessError as error:
            msg_code = error.msg_code
        if msg_code in self._account.missing_codes:
            raise CARD_MISSING.refuse()
        if msg_code in self._account.invalid_codes:
            raise PLATFORM_CODE_INVALID.refuse()
        logger.error("e-card refuses us", extra={"msg_code": msg_code})
        raise unavailable(5)


def _id_type(code: str | None) -> IdType:
    if code is None:
        return IdType.RESIDENT_ID
    for known in IdType:
        if known.value == code:
            return known
    logger.error("e-card with an identity type that we do not know", extra={"aac058": code[:4]})
    raise unavailable(5)
