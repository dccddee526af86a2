"""The e-card gateway: QR codes, presented codes, names of results, the breaker."""

import json
from dataclasses import replace
from typing import Any

import pytest

from handlers.ports import ECardQrState
from models.errors.login import (
    ECARD_UNAVAILABLE,
)
from server.gateways.ecard_provider import ServiceBus
from tests.gateways.ecard_peer import ACCOUNT, NOW, SEAL, WHOLE, Open, ok, refused, says_no
from tests.gateways.fakes import RESET, Answer, Peer, Says


async def test_a_qr_code_comes_with_its_text_and_life(open_ecard: Open) -> None:
    says = [
        ok(qrCode="Q1", qrCodeUrl="https://ecard.invalid/q/Q1", expireTime=300),
        ok(qRCodeId="Q2", content="text"),
        ok(qRCodeId="Q3"),
    ]
    async with Peer(lambda _: says.pop(0)) as peer:
        ecard = await open_ecard(peer)
        first, second = [await ecard.create_qr() for _ in range(2)]
        refusal = await refused(ecard.create_qr())

    assert (first.qr_code, first.content, first.expires_in_s) == (
        "Q1",
        "https://ecard.invalid/q/Q1",
        300,
    )
    assert (second.qr_code, second.content, second.expires_in_s) == ("Q2", "text", 120)
    assert refusal.entry is ECARD_UNAVAILABLE


async def test_names_of_results_are_a_setting(open_ecard: Open) -> None:
    names = {"qr_code": ("id",), "content": ("draw",)}
    async with Peer(lambda _: ok(id="Q1", draw="D")) as peer:
        qr = await (await open_ecard(peer, names=names)).create_qr()

    assert (qr.qr_code, qr.content) == ("Q1", "D")


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("PENDING", ECardQrState.PENDING),
        ("SCANEND", ECardQrState.SCANNED),
        ("SCANNED", ECardQrState.SCANNED),
        ("EXPIRED", ECardQrState.EXPIRED),
        ("INVALID", ECardQrState.INVALID),
    ],
)
async def test_a_qr_code_that_nobody_confirmed_names_nobody(
    word: str, state: ECardQrState, open_ecard: Open
) -> None:
    async with Peer(lambda _: ok(**{**WHOLE, "state": word})) as peer:
        scan = await (await open_ecard(peer)).query_qr("Q1")

    assert (scan.state, scan.identity) == (state, None)


async def test_a_confirmed_qr_code_names_its_person(open_ecard: Open) -> None:
    async with Peer(lambda _: ok(**{**WHOLE, "state": "CONFIRMED"})) as peer:
        scan = await (await open_ecard(peer)).query_qr("Q1")

    assert scan.state is ECardQrState.CONFIRMED
    assert scan.identity is not None
    assert scan.identity.name == "张三"


async def test_an_unknown_qr_code_is_invalid_and_an_unknown_state_is_nobodys(
    open_ecard: Open,
) -> None:
    says = [says_no(702), ok(**{**WHOLE, "state": "DONE"})]
    async with Peer(lambda _: says.pop(0)) as peer:
        ecard = await open_ecard(peer)
        scan = await ecard.query_qr("Q1")
        refusal = await refused(ecard.query_qr("Q1"))

    assert (scan.state, scan.identity) == (ECardQrState.INVALID, None)
    assert refusal.entry is ECARD_UNAVAILABLE


async def test_asking_after_a_qr_code_again_harms_nothing_so_it_is_repeated(
    open_ecard: Open,
) -> None:
    says: list[Says] = [RESET, Answer(status=503), ok(state="PENDING")]
    async with Peer(lambda _: says.pop(0)) as peer:
        scan = await (await open_ecard(peer)).query_qr("Q1")

        assert scan.state is ECardQrState.PENDING
        assert len(peer.asked) == 3


async def test_a_presented_code_names_its_holder(open_ecard: Open, open_transport: Any) -> None:
    async with Peer(lambda _: ok(**WHOLE)) as peer:
        account = replace(ACCOUNT, base_url=peer.url)
        bus = ServiceBus(account, await open_transport(peer.url), lambda: NOW)

        told = await bus.verify_presented("P1")

        sealed = json.loads(peer.asked[0].body)["security"]
        assert SEAL.open(sealed)["busiType"] == "01"
        assert (told.id_no, told.name) == (WHOLE["aac002"], "张三")


async def test_a_bus_that_is_down_is_left_alone(open_ecard: Open) -> None:
    async with Peer(lambda _: Answer(status=503)) as peer:
        ecard = await open_ecard(peer)
        refusals = [await refused(ecard.by_sign_no(f"S{n}")) for n in range(20)]

        assert {refusal.entry for refusal in refusals} == {ECARD_UNAVAILABLE}
        assert (refusals[-1].retry_after_s or 0) >= 9
        assert len(peer.asked) == 5
