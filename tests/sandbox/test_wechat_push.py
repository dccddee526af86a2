"""WeChat's pushes to the product: signatures, encryption, formats, repetition."""

import json
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature

from sandbox.credentials import WECHAT
from sandbox.wechat.events import Event, as_json, as_xml, changed, popup, sent
from sandbox.wechat.push_crypto import encrypt, signature
from tests.sandbox.conftest import Callback, Line, Received

TEMPLATE = "VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc"
ACCEPT = {"openid": "oAbc", "template_id": TEMPLATE, "accept": True}


def _opened(received: Received) -> str:
    """What wechatpy makes of a safe-mode push; it raises for a wrong msg_signature or appid."""
    crypto = WeChatCrypto(WECHAT.token, WECHAT.aes_key, WECHAT.appid)
    query = received.query
    is_json = received.content_type == "application/json"
    body = json.loads(received.body) if is_json else received.body
    opened = crypto.decrypt_message(
        body, query["msg_signature"], query["timestamp"], query["nonce"]
    )
    return opened if isinstance(opened, str) else opened.decode()


@pytest.mark.parametrize("push_format", ["json", "xml"])
async def test_wechatpy_opens_a_safe_mode_push(
    line: Line, callback: Callback, push_format: str
) -> None:
    await line.post("/_ctl/settings", {"push_format": push_format})

    await line.post("/_ctl/wechat/subscribe", ACCEPT)

    text = _opened(callback.received[0])
    assert "subscribe_msg_popup_event" in text
    assert TEMPLATE in text
    assert callback.received[0].query["encrypt_type"] == "aes"
    assert TEMPLATE not in callback.received[0].body


async def test_a_plain_push_is_signed_with_the_token(line: Line, callback: Callback) -> None:
    await line.post("/_ctl/settings", {"push_mode": "plain"})

    await line.post("/_ctl/wechat/subscribe", ACCEPT)

    query, body = callback.received[0].query, json.loads(callback.received[0].body)
    check_signature(WECHAT.token, query["signature"], query["timestamp"], query["nonce"])
    assert "msg_signature" not in query
    assert body["List"]["SubscribeStatusString"] == "accept"
    assert body["FromUserName"] == query["openid"] == "oAbc"


async def test_several_accepted_prompts_are_several_events(line: Line, callback: Callback) -> None:
    await line.post("/_ctl/settings", {"push_mode": "plain"})

    await line.post("/_ctl/wechat/subscribe", {**ACCEPT, "count": 3})

    times = {json.loads(received.body)["CreateTime"] for received in callback.received}
    assert len(times) == 3


async def test_an_unanswered_push_is_tried_three_times(line: Line, callback: Callback) -> None:
    callback.status = 500

    answer = await line.post("/_ctl/wechat/subscribe", ACCEPT)

    assert len(callback.received) == 3
    assert [(push["tries"], push["status"]) for push in answer["pushed"]] == [(3, 500)]


async def test_an_event_can_be_delivered_twice(line: Line, callback: Callback) -> None:
    await line.post("/_ctl/settings", {"push_copies": 2})

    await line.post("/_ctl/wechat/subscribe", ACCEPT)

    first, second = (_opened(received) for received in callback.received)
    assert first == second


async def test_a_message_sent_is_reported(line: Line, callback: Callback) -> None:
    await line.post("/_ctl/settings", {"push_mode": "plain"})
    await line.post("/_ctl/wechat/subscribe", ACCEPT)
    body = {"touser": "oAbc", "template_id": TEMPLATE, "data": {"thing1": {"value": "好"}}}
    token = await line.wechat_token()

    answer = await line.post("/wechat/cgi-bin/message/subscribe/send", body, access_token=token)
    await line.get("/_ctl/state")  # waits for what runs in the background

    event = json.loads(callback.received[-1].body)
    assert event["Event"] == "subscribe_msg_sent_event"
    assert event["List"]["MsgID"] == str(answer["msgid"])


async def test_switching_off_is_reported_as_a_change(line: Line, callback: Callback) -> None:
    await line.post("/_ctl/settings", {"push_mode": "plain"})

    await line.post("/_ctl/wechat/subscribe", {**ACCEPT, "accept": False, "via": "settings"})

    event = json.loads(callback.received[0].body)
    assert event["Event"] == "subscribe_msg_change_event"
    assert event["List"] == {"TemplateId": TEMPLATE, "SubscribeStatusString": "reject"}


async def test_the_callback_is_verified_as_the_console_does(line: Line, callback: Callback) -> None:
    good = await line.post("/_ctl/wechat/verify-url")
    await line.post("/_ctl/settings", {"callback": callback.url + "/nowhere"})
    bad = await line.post("/_ctl/wechat/verify-url")

    assert (good["verified"], bad["verified"]) == (True, False)


def test_the_official_signatures_are_ours(vectors: dict[str, Any]) -> None:
    for name in ("push_url_verification", "push_plain_post_json"):
        vector = vectors["wechat"][name]
        ours = signature(vector["token"], vector["timestamp"], vector["nonce"])
        assert ours == vector["signature"]


def test_the_official_cipher_texts_are_ours_byte_for_byte(vectors: dict[str, Any]) -> None:
    safe, reply = (
        vectors["wechat"]["push_safe_mode_json"],
        vectors["wechat"]["push_safe_mode_reply_json"],
    )
    library = vectors["wechat"]["push_safe_mode_xml_wechatpy_encrypt"]
    for vector, appid, sealed, signed in (
        (safe, safe["appid"], safe["body"]["Encrypt"], safe["query"]["msg_signature"]),
        (reply, reply["appid"], reply["Encrypt"], reply["MsgSignature"]),
        (library, library["id"], library["Encrypt"], library["MsgSignature"]),
    ):
        ours = encrypt(
            vector["plaintext"],
            appid=appid,
            aes_key=vector["encoding_aes_key"],
            salt=vector["random16"].encode(),
        )
        query = vector.get("query", vector)
        assert ours == sealed
        assert signature(vector["token"], query["timestamp"], query["nonce"], ours) == signed


def test_events_have_the_members_of_the_official_samples(vectors: dict[str, Any]) -> None:
    makers = {
        "popup": popup("o", "t", accept=True, at=1),
        "change": changed("o", "t", at=1),
        "sent": sent("o", "t", 7, at=1),
    }
    for name, event in makers.items():
        for sample in vectors["wechat"]["events_subscribe_msg"][name]:
            if sample["format"] == "json":
                real = json.loads(sample["body"])
                several = isinstance(real["List"], list)
                ours = as_json(Event(event.name, "o", 1, event.items * (2 if several else 1)))
                assert set(ours) == set(real)
                assert isinstance(ours["List"], list) is several
            else:
                assert _members(fromstring(as_xml(event))) == _members(fromstring(sample["body"]))


def _members(element: Element) -> set[str]:
    return {child.tag for child in element.iter()}
