"""The e-card gateway: identities, card states, and each way to fail."""

import pytest

from models.errors.entry import Entry
from models.errors.login import (
    CARD_ABNORMAL,
    CARD_MISSING,
    ECARD_UNAVAILABLE,
    PLATFORM_CODE_INVALID,
)
from models.vocabulary import CardState, IdType
from server.gateways.ecard_wire import csb_signature
from tests.gateways.ecard_peer import SEAL, WHOLE, Open, ok, refused, says_no
from tests.gateways.fakes import RESET, SILENCE, Answer, Asked, Peer, Says


async def test_a_call_is_signed_and_its_parameters_are_sealed(open_ecard: Open) -> None:
    async with Peer(lambda _: ok(**WHOLE)) as peer:
        await (await open_ecard(peer)).by_sign_no("S1")

        asked = peer.asked[0]
        signed = {
            name: asked.headers[name]
            for name in ("_api_name", "_api_version", "_api_access_key", "_api_timestamp")
        }
        assert (asked.path, signed["_api_name"]) == ("/CSB/", "auth_encrypt")
        assert signed["_api_timestamp"] == "1782867723000"
        assert asked.headers["_api_signature"] == csb_signature(signed, "secret-key")
        security = asked.json()["security"]
        assert isinstance(security, str)
        assert SEAL.open(security) == {
            "signNo": "S1",
            "channelNo": "2399000001",
            "accessNo": "239900",
        }


async def test_a_person_with_a_card_in_order_is_admitted(open_ecard: Open) -> None:
    async with Peer(lambda _: ok(**WHOLE)) as peer:
        person = await (await open_ecard(peer)).by_inbound(SEAL.seal({"signNo": "S1"}))

    assert (person.id_type, person.id_no, person.name) == (
        IdType.RESIDENT_ID,
        "23990019900101001X",
        "张三",
    )
    assert (person.essc_no, person.region, person.state) == ("E1", "239900", CardState.OK)


@pytest.mark.parametrize(
    ("aaz502", "word"),
    [
        ("0", "封存"),
        ("2", "挂失"),
        ("3", "应用锁定"),
        ("4", "临时挂失"),
        ("9", "注销"),
        (9, "注销"),
    ],
)
async def test_a_card_in_any_other_state_is_refused_by_its_name(
    aaz502: object, word: str, open_ecard: Open
) -> None:
    async with Peer(lambda _: ok(**{**WHOLE, "aaz502": aaz502})) as peer:
        refusal = await refused((await open_ecard(peer)).by_sign_no("S1"))

    assert refusal.entry is CARD_ABNORMAL
    assert refusal.title == f"电子社保卡状态异常,无法登录!({word})"


@pytest.mark.parametrize("aaz502", ["5", "01", "x", "", None, True, ["1"]])
async def test_a_state_that_we_do_not_know_admits_nobody(aaz502: object, open_ecard: Open) -> None:
    async with Peer(lambda _: ok(**{**WHOLE, "aaz502": aaz502})) as peer:
        refusal = await refused((await open_ecard(peer)).by_sign_no("S1"))

    assert refusal.entry is ECARD_UNAVAILABLE


async def test_an_identity_without_a_state_is_believed_only_where_the_setting_says_so(
    open_ecard: Open,
) -> None:
    silent = {name: value for name, value in WHOLE.items() if name != "aaz502"}
    async with Peer(lambda _: ok(**silent)) as peer:
        refusal = await refused((await open_ecard(peer)).by_sign_no("S1"))
        person = await (await open_ecard(peer, state_needed=False)).by_sign_no("S1")

    assert refusal.entry is ECARD_UNAVAILABLE
    assert person.state is CardState.OK


@pytest.mark.parametrize(
    ("says", "entry"),
    [
        (says_no("100404"), CARD_MISSING),
        (says_no(100405), CARD_MISSING),
        (says_no(701), PLATFORM_CODE_INVALID),
        (says_no(700), ECARD_UNAVAILABLE),
        (Answer.of_json({"code": 503, "csbCode": 503, "message": "[503]x"}), ECARD_UNAVAILABLE),
        (Answer(b"<html></html>"), ECARD_UNAVAILABLE),
        (Answer(b""), ECARD_UNAVAILABLE),
        (ok(), ECARD_UNAVAILABLE),
        (ok(**{**WHOLE, "aac058": "99"}), ECARD_UNAVAILABLE),
        (Answer(status=502), ECARD_UNAVAILABLE),
        (RESET, ECARD_UNAVAILABLE),
        (SILENCE, ECARD_UNAVAILABLE),
    ],
)
async def test_each_way_to_fail_has_its_refusal_and_the_number_is_not_spent_twice(
    says: Says, entry: Entry, open_ecard: Open
) -> None:
    async with Peer(lambda _: says) as peer:
        refusal = await refused((await open_ecard(peer)).by_sign_no("S1"))

        assert refusal.entry is entry
        assert len(peer.asked) == 1


@pytest.mark.parametrize(
    "security",
    ["", "!", "AAAA", SEAL.seal({}), SEAL.seal({"signNo": ""}), SEAL.seal({"signNo": ["x"]})],
)
async def test_a_security_that_does_not_open_is_refused_as_a_spent_number_is(
    security: str, open_ecard: Open
) -> None:
    async with Peer(lambda _: ok(**WHOLE)) as peer:
        refusal = await refused((await open_ecard(peer)).by_inbound(security))

        assert refusal.entry is PLATFORM_CODE_INVALID
        assert peer.asked == []


async def test_an_over_long_number_never_leaves(open_ecard: Open) -> None:
    async with Peer(lambda _: ok(**WHOLE)) as peer:
        refusal = await refused((await open_ecard(peer)).by_sign_no("S" * 129))

        assert refusal.entry is PLATFORM_CODE_INVALID
        assert peer.asked == []


async def test_the_directory_completes_a_bare_card_number(open_ecard: Open) -> None:
    def script(asked: Asked) -> Says:
        return ok(**WHOLE) if "card" in asked.headers["_api_name"] else ok(esscNo="E1")

    async with Peer(script) as peer:
        person = await (await open_ecard(peer, directory=True)).by_sign_no("S1")
        refusal = await refused((await open_ecard(peer)).by_sign_no("S1"))

    assert (person.name, person.essc_no) == ("张三", "E1")
    assert refusal.entry is ECARD_UNAVAILABLE


async def test_a_lost_card_is_refused_by_the_directory_too(open_ecard: Open) -> None:
    def script(asked: Asked) -> Says:
        lost = {**WHOLE, "aaz502": "2"}
        return ok(**lost) if "card" in asked.headers["_api_name"] else ok(esscNo="E1")

    async with Peer(script) as peer:
        refusal = await refused((await open_ecard(peer, directory=True)).by_sign_no("S1"))

    assert refusal.entry is CARD_ABNORMAL


async def test_a_directory_that_answers_for_another_person_is_not_believed(
    open_ecard: Open,
) -> None:
    def script(asked: Asked) -> Says:
        if "card" in asked.headers["_api_name"]:
            return ok(**{**WHOLE, "esscNo": "E2"})
        return ok(esscNo="E1")

    async with Peer(script) as peer:
        refusal = await refused((await open_ecard(peer, directory=True)).by_sign_no("S1"))

    assert refusal.entry is ECARD_UNAVAILABLE
