"""The WeChat gateway and pushes against the sandbox, which was written without them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from redis.asyncio import Redis

from handlers.ports import PhonePlatform
from models.errors.entry import Entry, Refusal
from models.errors.login import (
    PLATFORM_CODE_INVALID,
    PLATFORM_UNAVAILABLE,
)
from server.gateways.accounts import PushKeys, WeChatAccount
from server.gateways.wechat import WeChat
from server.gateways.wechat_codes import Action
from server.gateways.wechat_push import Push, open_push, verify_url
from tests.gateways.conftest import Ctl, OpenTransport
from tests.gateways.fakes import Answer, Asked, Peer

ID_NO = "239901199001010011"
TEMPLATE = "template-2399-filing"


OpenWeChat = Callable[..., Awaitable[WeChat]]


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def open_wechat(
    sandbox_url: str, ctl: Ctl, open_transport: OpenTransport, memory_redis: Redis
) -> OpenWeChat:
    async def open_one(**limits: Any) -> WeChat:
        app = (await ctl("/credentials"))["wechat"]
        account = WeChatAccount(f"{sandbox_url}/wechat", app["appid"], app["secret"])
        return WeChat(account, await open_transport(account.base_url, **limits), memory_redis)

    return open_one


async def _refusal_of(asked: Awaitable[object]) -> Entry:
    with pytest.raises(Refusal) as caught:
        await asked
    return caught.value.entry


async def test_a_wechat_code_signs_in_once(ctl: Ctl, open_wechat: OpenWeChat) -> None:
    code = (await ctl("/wechat/users", {"openid": "o239900", "unionid": "u239900"}))["code"]
    wechat: PhonePlatform = await open_wechat()

    account = await wechat.sign_in(code)

    assert (account.kind, account.subject, account.unionid) == ("openid", "o239900", "u239900")
    assert await _refusal_of(wechat.sign_in(code)) is PLATFORM_CODE_INVALID
    assert await _refusal_of(wechat.sign_in("made-up")) is PLATFORM_CODE_INVALID
    assert "wechat.token" not in (await ctl("/state"))["calls"]


async def test_a_wechat_phone_code_gives_the_number(ctl: Ctl, open_wechat: OpenWeChat) -> None:
    user = {"openid": "o239900", "phone": "19900000000"}
    code = (await ctl("/wechat/users", user))["phone_code"]
    wechat = await open_wechat()

    phone = await wechat.get_phone_number(code)

    assert (phone.country_code, phone.number) == ("86", "19900000000")
    assert await _refusal_of(wechat.get_phone_number(code)) is PLATFORM_CODE_INVALID


async def test_codes_and_links_are_made(open_wechat: OpenWeChat) -> None:
    wechat = await open_wechat()

    image = await wechat.unlimited_code("abc-123", "pages/scan/index")
    link = await wechat.generate_scheme("pages/scan/index", "c=1")

    assert image.startswith(b"\xff\xd8\xff")
    assert link.startswith("weixin://dl/business/?t=")


async def test_a_subscribed_message_arrives_and_the_next_is_43101(
    ctl: Ctl, open_wechat: OpenWeChat
) -> None:
    await ctl("/wechat/subscribe", {"openid": "o1", "template_id": TEMPLATE, "accept": True})
    wechat = await open_wechat()
    fields = {"thing1": "增员申报", "phrase2": "审核通过"}

    first = await wechat.send_subscribe("o1", TEMPLATE, "pages/index/index", fields)
    second = await wechat.send_subscribe("o1", TEMPLATE, "pages/index/index", fields)

    assert (first.action, second.action, second.errcode) == (Action.OK, Action.NO_QUOTA, 43101)
    assert second.rid
    sent = (await ctl("/wechat/sent?openid=o1"))["items"]
    assert len(sent) == 1


async def test_a_badly_shaped_field_is_named(ctl: Ctl, open_wechat: OpenWeChat) -> None:
    await ctl("/wechat/subscribe", {"openid": "o1", "template_id": TEMPLATE, "accept": True})
    wechat = await open_wechat()

    sent = await wechat.send_subscribe("o1", TEMPLATE, None, {"phrase10": "略略略略略略"})

    assert (sent.action, sent.errcode, sent.field) == (Action.BAD_CONTENT, 47003, "phrase10")


async def test_64_cold_sends_over_4_gateways_fetch_one_token(
    ctl: Ctl, open_wechat: OpenWeChat
) -> None:
    await ctl(
        "/wechat/subscribe", {"openid": "o1", "template_id": TEMPLATE, "accept": True, "count": 64}
    )
    gateways = [await open_wechat(total_s=10) for _ in range(4)]

    sent = await asyncio.gather(
        *(gateways[n % 4].send_subscribe("o1", TEMPLATE, None, {"thing1": "x"}) for n in range(64))
    )

    assert [one.action for one in sent] == [Action.OK] * 64
    assert (await ctl("/state"))["calls"]["wechat.token"] == 1


async def test_tokens_that_died_cost_one_fetch_for_everybody(
    ctl: Ctl, open_wechat: OpenWeChat
) -> None:
    await ctl(
        "/wechat/subscribe", {"openid": "o1", "template_id": TEMPLATE, "accept": True, "count": 65}
    )
    gateways = [await open_wechat(total_s=10) for _ in range(4)]
    await gateways[0].send_subscribe("o1", TEMPLATE, None, {"thing1": "x"})
    await ctl("/wechat/tokens/kill", {})

    sent = await asyncio.gather(
        *(gateways[n % 4].send_subscribe("o1", TEMPLATE, None, {"thing1": "x"}) for n in range(64))
    )

    assert [one.action for one in sent] == [Action.OK] * 64
    assert (await ctl("/state"))["calls"]["wechat.token"] == 2


async def test_a_persistent_40001_is_not_answered_with_a_storm(
    ctl: Ctl, open_wechat: OpenWeChat
) -> None:
    await ctl("/faults", {"target": "wechat.send", "kind": "token_invalid"})
    wechat = await open_wechat()

    sent = [await wechat.send_subscribe("o1", TEMPLATE, None, {"thing1": "x"}) for _ in range(30)]

    calls = (await ctl("/state"))["calls"]
    assert calls["wechat.token"] == 2
    assert calls["wechat.send"] <= 31
    assert sent[-1].retry_after_s == 60


@pytest.mark.parametrize(
    ("fault", "entry", "tries"),
    [
        ({"kind": "reset"}, PLATFORM_UNAVAILABLE, 1),
        ({"kind": "timeout"}, PLATFORM_UNAVAILABLE, 1),
        ({"kind": "error", "errcode": 502}, PLATFORM_UNAVAILABLE, 1),
        ({"kind": "error", "errcode": -1}, PLATFORM_UNAVAILABLE, 3),
        ({"kind": "rate_limit", "errcode": 45011}, PLATFORM_UNAVAILABLE, 1),
        ({"kind": "error", "errcode": 40029}, PLATFORM_CODE_INVALID, 1),
    ],
)
async def test_every_fault_of_the_platform_is_a_refusal_within_bounds(
    fault: dict[str, Any], entry: Entry, tries: int, ctl: Ctl, open_wechat: OpenWeChat
) -> None:
    await ctl("/faults", {"target": "wechat.code", **fault})
    wechat = await open_wechat(total_s=1)
    started = time.monotonic()

    assert await _refusal_of(wechat.sign_in("code")) is entry

    assert time.monotonic() - started < 5
    assert (await ctl("/state"))["calls"]["wechat.code"] == tries


@pytest.mark.parametrize("push_mode", ["safe", "plain"])
@pytest.mark.parametrize("push_format", ["json", "xml"])
async def test_pushes_of_every_mode_and_format_are_opened(
    push_mode: str, push_format: str, ctl: Ctl
) -> None:
    app = (await ctl("/credentials"))["wechat"]
    keys = PushKeys(app["appid"], app["token"], app["aes_key"] if push_mode == "safe" else None)
    pushes: list[Push] = []

    def callback(asked: Asked) -> Answer:
        if asked.method == "GET":
            return Answer(verify_url(keys, asked.query, now=time.time()).encode())
        pushes.append(open_push(keys, asked.query, asked.body, now=time.time()))
        return Answer(b"success", content_type="text/plain")

    async with Peer(callback) as peer:
        knobs = {"callback": peer.url, "push_mode": push_mode, "push_format": push_format}
        await ctl("/settings", {**knobs, "push_copies": 2})
        verified = (await ctl("/wechat/verify-url", {}))["verified"]
        await ctl("/wechat/subscribe", {"openid": "o1", "template_id": TEMPLATE, "accept": True})
        await ctl("/state")

    assert verified is True
    assert [push.event for push in pushes] == ["subscribe_msg_popup_event"] * 2
    assert pushes[0].items[0].outcome == "accept"
    assert pushes[0].keys == pushes[1].keys
