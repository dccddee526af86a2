"""Subscribe messages and the token that they need: outcomes, storms, no loops."""

import asyncio
from typing import Any

import pytest

from server.gateways.wechat import SubscribeSend
from server.gateways.wechat_codes import Action, field_of, trace_of
from tests.gateways.fakes import RESET, SILENCE, Answer, Asked, Peer, Says
from tests.gateways.wechat_wire import (
    HTML,
    SEND,
    TOKEN,
    Open,
    Wire,
    paths,
)


async def test_a_message_carries_state_and_language_and_chinese_as_it_is(
    wire: Wire, open_wechat: Open
) -> None:
    wire.says(SEND, {"errcode": 0, "errmsg": "ok", "msgid": 1864323726461255680})
    async with Peer(wire) as peer:
        wechat = await open_wechat(peer)
        sent = await wechat.send_subscribe("o1", "tmpl", "pages/a", {"thing1": "审核通过"})

        assert sent == SubscribeSend(Action.OK, 0, msgid="1864323726461255680")
        body = peer.asked[-1].json()
        assert (body["miniprogram_state"], body["lang"]) == ("formal", "zh_CN")
        assert body["data"] == {"thing1": {"value": "审核通过"}}
        assert "审核通过".encode() in peer.asked[-1].body
        assert peer.asked[-1].query == {"access_token": "token-1"}


async def test_64_cold_sends_fetch_one_token(wire: Wire, open_wechat: Open) -> None:
    wire.says(SEND, {"errcode": 0, "errmsg": "ok"})
    async with Peer(wire) as peer:
        gateways = [await open_wechat(peer, total_s=5) for _ in range(4)]
        sent = await asyncio.gather(
            *(
                gateways[n % 4].send_subscribe(f"o{n}", "t", None, {"thing1": "x"})
                for n in range(64)
            )
        )

        assert {one.action for one in sent} == {Action.OK}
        assert paths(peer).count(TOKEN) == 1


async def test_a_token_that_died_costs_one_fetch_and_one_repetition(
    wire: Wire, open_wechat: Open
) -> None:
    def script(asked: Asked) -> Says:
        if asked.path == SEND and asked.query["access_token"] != f"token-{wire.token}":
            return Answer.of_json({"errcode": 40001, "errmsg": "invalid credential rid: 1-2-3"})
        return wire(asked)

    wire.says(SEND, {"errcode": 0, "errmsg": "ok"})
    async with Peer(script) as peer:
        wechat = await open_wechat(peer)
        await wechat.send_subscribe("o1", "t", None, {"thing1": "x"})
        wire.token = 2

        sent = await wechat.send_subscribe("o1", "t", None, {"thing1": "x"})

        assert sent.action is Action.OK
        assert paths(peer) == [TOKEN, SEND, SEND, TOKEN, SEND]


async def test_a_storm_of_40001_makes_one_renewal_and_no_loop(
    wire: Wire, open_wechat: Open
) -> None:
    wire.says(SEND, {"errcode": 40001, "errmsg": "invalid credential rid: 1-2-3"})
    async with Peer(wire) as peer:
        gateways = [await open_wechat(peer, total_s=5) for _ in range(4)]
        sent = [await gateways[n % 4].send_subscribe(f"o{n}", "t", None, {}) for n in range(50)]

        seen = paths(peer)
        assert seen.count(TOKEN) == 2
        assert seen.count(SEND) <= 50 + 1
        assert {one.action for one in sent} <= {Action.REFRESH_TOKEN, Action.RETRY}
        assert sent[-1].retry_after_s == 60


@pytest.mark.parametrize(
    ("errcode", "errmsg", "expected"),
    [
        (
            43101,
            "user refuse to accept the msg rid: 64229bc2-48d0e8b1-2008ed9b",
            SubscribeSend(Action.NO_QUOTA, 43101, rid="64229bc2-48d0e8b1-2008ed9b"),
        ),
        (
            47003,
            "argument invalid! data.thing3.value is emtpy rid: 5f3a7906-0c594b15-679286ae",
            SubscribeSend(
                Action.BAD_CONTENT, 47003, field="thing3", rid="5f3a7906-0c594b15-679286ae"
            ),
        ),
        (40003, "invalid openid", SubscribeSend(Action.BAD_OPENID, 40003)),
        (45009, "reach max api daily quota limit", SubscribeSend(Action.STOP_QUEUE, 45009)),
        (-1, "system error", SubscribeSend(Action.RETRY, -1)),
    ],
)
async def test_a_refused_message_tells_its_errcode_and_what_that_asks_of_us(
    errcode: int, errmsg: str, expected: SubscribeSend, wire: Wire, open_wechat: Open
) -> None:
    wire.says(SEND, {"errcode": errcode, "errmsg": errmsg})
    async with Peer(wire) as peer:
        wechat = await open_wechat(peer)

        assert await wechat.send_subscribe("o1", "t", None, {}) == expected
        assert paths(peer).count(SEND) == 1


@pytest.mark.parametrize(
    "says",
    [
        RESET,
        SILENCE,
        HTML,
        Answer(b""),
        Answer(b"{}"),
        Answer(b"{"),
        Answer(b'{"msgid": 5}'),
        Answer(b'{"errcode": null}'),
        Answer(b'{"errcode": "ok"}'),
        Answer(b'{"errcode": false}'),
    ],
)
async def test_a_message_without_an_answer_is_never_taken_for_sent(
    says: Says, wire: Wire, open_wechat: Open
) -> None:
    wire.says(SEND, says)
    async with Peer(wire) as peer:
        wechat = await open_wechat(peer)

        sent = await wechat.send_subscribe("o1", "t", None, {})

        assert sent == SubscribeSend(Action.RETRY, None, unknown=True)
        assert paths(peer).count(SEND) == 1


async def test_a_message_that_never_left_is_known_not_to_be_sent(
    wire: Wire, open_wechat: Open
) -> None:
    async with Peer(wire) as peer:
        wire.says(SEND, {"errcode": 0})
        wechat = await open_wechat(peer)
        await wechat.send_subscribe("o1", "t", None, {})
    await asyncio.sleep(0.05)

    sent = await wechat.send_subscribe("o1", "t", None, {})

    assert (sent.action, sent.errcode, sent.unknown) == (Action.RETRY, None, False)


async def test_a_token_that_cannot_be_fetched_is_a_message_for_later(
    wire: Wire, open_wechat: Open
) -> None:
    wire.says(TOKEN, {"errcode": 40125, "errmsg": "invalid appsecret"})
    async with Peer(wire) as peer:
        sent = await (await open_wechat(peer)).send_subscribe("o1", "t", None, {})

        assert (sent.action, sent.errcode) == (Action.ALARM, 40125)
        assert paths(peer) == [TOKEN]


def test_real_errmsgs_give_up_their_request_id_and_field(vectors: dict[str, Any]) -> None:
    samples = vectors["wechat"]["errmsg_samples"]["items"]

    assert all(trace_of(sample["errmsg"]) for sample in samples)
    assert [field_of(s["errmsg"]) for s in samples if s["errcode"] == 47003] == ["thing3"]
