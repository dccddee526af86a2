"""wechatpy, unmodified but for its addresses, against the sandbox, as an outside judge."""

import asyncio
import json
from typing import Any

import pytest
from wechatpy import WeChatClient
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatClientException

from sandbox.credentials import WECHAT
from tests.sandbox.conftest import Callback, Line

TEMPLATE = "VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc"


class Client(WeChatClient):  # type: ignore[misc]
    """wechatpy's client with the sandbox's addresses."""

    def __init__(self, url: str, **options: object) -> None:
        super().__init__(WECHAT.appid, WECHAT.secret, **options)
        self.API_BASE_URL = f"{url}/wechat/cgi-bin/"
        self.wxa.API_BASE_URL = f"{url}/wechat/"

    def fetch_access_token(self) -> Any:
        params = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self.secret,
        }
        return self._fetch_access_token(url=f"{self.API_BASE_URL}token", params=params)


async def test_wechatpy_signs_a_user_in(line: Line) -> None:
    code = (await line.post("/_ctl/wechat/users", {"openid": "oAbc"}))["code"]
    client = Client(line.url)

    told = await asyncio.to_thread(client.wxa.code_to_session, code)
    with pytest.raises(WeChatClientException) as again:
        await asyncio.to_thread(client.wxa.code_to_session, code)

    assert told["openid"] == "oAbc"
    assert again.value.errcode == 40029


async def test_wechatpy_sends_and_opens_the_push_that_follows(
    line: Line, callback: Callback
) -> None:
    accept = {"openid": "oAbc", "template_id": TEMPLATE, "accept": True}
    await line.post("/_ctl/wechat/subscribe", accept)
    client = Client(line.url)
    data = {"thing1": {"value": "员工增加申报"}, "phrase2": {"value": "审核通过"}}

    told = await asyncio.to_thread(
        client.wxa.send_subscribe_message, "oAbc", TEMPLATE, data, "pages/home"
    )
    await line.get("/_ctl/state")

    push = callback.received[-1]
    crypto = WeChatCrypto(WECHAT.token, WECHAT.aes_key, WECHAT.appid)
    opened = crypto.decrypt_message(
        json.loads(push.body),
        push.query["msg_signature"],
        push.query["timestamp"],
        push.query["nonce"],
    )
    event = json.loads(opened)
    assert told["errcode"] == 0
    assert event["Event"] == "subscribe_msg_sent_event"
    assert event["List"]["MsgID"] == str(told["msgid"])


async def test_wechatpy_gets_a_code_as_an_image(line: Line) -> None:
    client = Client(line.url)

    answer = await asyncio.to_thread(client.wxa.get_wxa_code_unlimited, "c=abc")

    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8")


async def test_wechatpy_fetches_a_new_token_when_the_old_one_died(line: Line) -> None:
    code = (await line.post("/_ctl/wechat/users", {"openid": "oAbc"}))["code"]
    client = Client(line.url)
    first = await asyncio.to_thread(lambda: client.access_token)
    await line.post("/_ctl/wechat/tokens/kill")
    accept = {"openid": "oAbc", "template_id": TEMPLATE, "accept": True}
    await line.post("/_ctl/wechat/subscribe", accept)

    data = {"thing1": {"value": "好"}}
    told = await asyncio.to_thread(client.wxa.send_subscribe_message, "oAbc", TEMPLATE, data)

    assert told["errcode"] == 0
    assert client.access_token != first
    assert code
