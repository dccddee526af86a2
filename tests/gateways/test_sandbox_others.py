"""The Alipay, e-card and registry gateways against the sandbox, which was written without them."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.ports import ECard, ECardQrState, Found, NotFound, PhonePlatform, Source, Unavailable
from models.errors.entry import Entry, Refusal
from models.errors.login import (
    CARD_ABNORMAL,
    CARD_MISSING,
    ECARD_UNAVAILABLE,
    PLATFORM_CODE_INVALID,
    PLATFORM_UNAVAILABLE,
)
from models.vocabulary import IdType
from server.gateways.accounts import AlipayAccount, ECardAccount
from server.gateways.alipay import Alipay
from server.gateways.ecard import ECardGateway
from server.gateways.ecard_provider import ServiceBus
from server.gateways.registry import Registry
from tests.gateways.conftest import Ctl, OpenTransport

ID_NO = "239901199001010011"
TEMPLATE = "template-2399-filing"


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def alipay(sandbox_url: str, ctl: Ctl, open_transport: OpenTransport) -> Alipay:
    app = (await ctl("/credentials"))["alipay"]
    url = f"{sandbox_url}/alipay/gateway.do"
    account = AlipayAccount(url, app["appid"], app["app_private_key"], app["alipay_public_key"])
    return Alipay(account, await open_transport(url), _now)


@pytest.fixture
async def ecard(sandbox_url: str, ctl: Ctl, open_transport: OpenTransport) -> ECardGateway:
    channel = (await ctl("/credentials"))["ecard"]
    account = ECardAccount(f"{sandbox_url}/ecard", **channel)
    bus = ServiceBus(account, await open_transport(account.base_url), _now)
    return ECardGateway(account, bus, bus)


async def _refusal_of(asked: Awaitable[object]) -> Entry:
    with pytest.raises(Refusal) as caught:
        await asked
    return caught.value.entry


@pytest.mark.parametrize(("open_id_only", "kind"), [(True, "open_id"), (False, "user_id")])
async def test_an_alipay_code_signs_in_once(
    open_id_only: bool, kind: str, ctl: Ctl, alipay: PhonePlatform
) -> None:
    await ctl("/settings", {"open_id_only": open_id_only})
    user = await ctl("/alipay/users", {"openid": "op239900"})

    account = await alipay.sign_in(user["code"])

    assert (account.kind, account.subject) == (kind, user[kind])
    assert await _refusal_of(alipay.sign_in(user["code"])) is PLATFORM_CODE_INVALID


@pytest.mark.parametrize("kind", ["reset", "error", "rate_limit"])
async def test_alipays_faults_are_refusals(kind: str, ctl: Ctl, alipay: PhonePlatform) -> None:
    await ctl("/faults", {"target": "alipay.token", "kind": kind})

    assert await _refusal_of(alipay.sign_in("code")) is PLATFORM_UNAVAILABLE


async def _person(ctl: Ctl, card_state: str = "ok", id_type: str = "01") -> dict[str, str]:
    body = {"name": "张三", "id_no": ID_NO, "id_type": id_type, "card_state": card_state}
    person: dict[str, str] = await ctl("/ecard/people", body)
    return person


@pytest.mark.parametrize("full_identity", [True, False])
async def test_the_e_card_names_its_holder_both_ways_in(
    full_identity: bool, ctl: Ctl, ecard: ECard
) -> None:
    await ctl("/settings", {"full_identity": full_identity})
    person = await _person(ctl)

    by_inbound = await ecard.by_inbound(person["security"])
    by_number = await ecard.by_sign_no(person["sign_no"])

    assert by_inbound == by_number
    assert (by_number.name, by_number.id_no) == ("张三", ID_NO)
    assert (by_number.essc_no, by_number.id_type) == (person["essc_no"], IdType.RESIDENT_ID)


async def test_an_issue_number_works_once(ctl: Ctl, ecard: ECard) -> None:
    person = await _person(ctl)
    await ecard.by_inbound(person["security"])

    assert await _refusal_of(ecard.by_inbound(person["security"])) is PLATFORM_CODE_INVALID


@pytest.mark.parametrize(
    ("card_state", "entry"),
    [
        ("sealed", CARD_ABNORMAL),
        ("lost", CARD_ABNORMAL),
        ("app_locked", CARD_ABNORMAL),
        ("temp_lost", CARD_ABNORMAL),
        ("cancelled", CARD_ABNORMAL),
        ("none", CARD_MISSING),
        ("region_closed", CARD_MISSING),
    ],
)
@pytest.mark.parametrize("full_identity", [True, False])
async def test_a_card_that_is_not_in_order_lets_nobody_in(
    card_state: str, entry: Entry, full_identity: bool, ctl: Ctl, ecard: ECard
) -> None:
    await ctl("/settings", {"full_identity": full_identity})
    person = await _person(ctl, card_state)

    assert await _refusal_of(ecard.by_sign_no(person["sign_no"])) is entry


async def test_an_e_card_qr_code_goes_its_whole_way(ctl: Ctl, ecard: ECard) -> None:
    person = await _person(ctl)
    qr = await ecard.create_qr()
    scan = {"qr_code": qr.qr_code, "essc_no": person["essc_no"]}

    states = [(await ecard.query_qr(qr.qr_code)).state]
    await ctl("/ecard/scan", scan)
    states.append((await ecard.query_qr(qr.qr_code)).state)
    await ctl("/ecard/scan", {**scan, "confirm": True})
    confirmed = await ecard.query_qr(qr.qr_code)

    assert states == [ECardQrState.PENDING, ECardQrState.SCANNED]
    assert confirmed.state is ECardQrState.CONFIRMED
    assert confirmed.identity is not None
    assert confirmed.identity.id_no == ID_NO
    assert qr.expires_in_s == 300


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        ("ecard.auth", {"kind": "error"}),
        ("ecard.auth", {"kind": "rate_limit"}),
        ("ecard.auth", {"kind": "token_invalid"}),
        ("ecard.auth", {"kind": "reset"}),
        ("ecard.auth", {"kind": "error", "errcode": 503}),
    ],
)
async def test_the_buss_faults_are_refusals(
    target: str, fault: dict[str, Any], ctl: Ctl, ecard: ECard
) -> None:
    person = await _person(ctl)
    await ctl("/faults", {"target": target, **fault})

    assert await _refusal_of(ecard.by_sign_no(person["sign_no"])) is ECARD_UNAVAILABLE


async def test_the_registries_keep_their_three_answers_apart(
    sandbox_url: str, ctl: Ctl, open_transport: OpenTransport
) -> None:
    uscc = "91239900MA00000000"
    unit = {"source": "market", "uscc": uscc, "name": "测试公司"}
    await ctl("/registry", {**unit, "legal_rep": {"name": "张三", "id_type": "01", "id_no": ID_NO}})
    await ctl("/registry", {"source": "pension_public", "uscc": uscc, "available": False})
    registry = Registry(await open_transport(f"{sandbox_url}/registry"))

    told = await asyncio.gather(*(registry.look_up(source, uscc) for source in Source))

    assert told == [Found(uscc, "测试公司", "张三", ID_NO), NotFound(), Unavailable()]
